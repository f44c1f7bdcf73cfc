// Analytics: first files to come.
