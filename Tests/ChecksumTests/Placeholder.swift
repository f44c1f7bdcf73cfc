// ChecksumTests: first files to come.
