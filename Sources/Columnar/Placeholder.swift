// Columnar: first files to come.
