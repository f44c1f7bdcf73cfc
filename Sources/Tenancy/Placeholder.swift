// Tenancy: first files to come.
