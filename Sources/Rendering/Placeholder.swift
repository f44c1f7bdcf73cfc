// Rendering: first files to come.
