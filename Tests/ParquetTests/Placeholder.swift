// ParquetTests: first files to come.
