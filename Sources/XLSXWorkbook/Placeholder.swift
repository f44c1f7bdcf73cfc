// XLSXWorkbook: first files to come.
