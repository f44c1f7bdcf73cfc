// TenancyTests: first files to come.
