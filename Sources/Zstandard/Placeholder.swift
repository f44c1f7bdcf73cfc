// Zstandard: first files to come.
