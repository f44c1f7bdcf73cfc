// DemonstrationTests: first files to come.
