// Configuration: first files to come.
