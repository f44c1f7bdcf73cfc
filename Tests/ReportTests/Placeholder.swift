// ReportTests: first files to come.
