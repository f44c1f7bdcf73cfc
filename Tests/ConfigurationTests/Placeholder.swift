// ConfigurationTests: first files to come.
