// Parquet: first files to come.
