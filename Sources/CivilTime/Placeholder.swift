// CivilTime: first files to come.
