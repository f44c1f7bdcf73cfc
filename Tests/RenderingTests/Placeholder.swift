// RenderingTests: first files to come.
