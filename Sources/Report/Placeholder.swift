// Report: first files to come.
