// ExtractTests: first files to come.
