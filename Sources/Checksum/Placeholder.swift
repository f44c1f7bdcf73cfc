// Checksum: first files to come.
