// Demonstration: first files to come.
