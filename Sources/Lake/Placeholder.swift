// Lake: first files to come.
