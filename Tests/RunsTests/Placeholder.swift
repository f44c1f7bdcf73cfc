// RunsTests: first files to come.
