// Runs: first files to come.
