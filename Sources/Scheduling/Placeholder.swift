// Scheduling: first files to come.
