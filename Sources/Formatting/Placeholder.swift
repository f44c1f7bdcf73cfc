// Formatting: first files to come.
