// AlmanacTesting: first files to come.
