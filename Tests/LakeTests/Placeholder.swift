// LakeTests: first files to come.
