// ColumnarTests: first files to come.
