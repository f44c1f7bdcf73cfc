// CivilTimeTests: first files to come.
