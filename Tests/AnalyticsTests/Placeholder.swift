// AnalyticsTests: first files to come.
