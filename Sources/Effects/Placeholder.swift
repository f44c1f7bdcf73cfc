// Effects: first files to come.
