// PostgresCopy: first files to come.
