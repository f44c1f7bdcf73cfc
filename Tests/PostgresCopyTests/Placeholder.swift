// PostgresCopyTests: first files to come.
