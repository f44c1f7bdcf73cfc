// Extract: first files to come.
