"""Opens Parquet files with readers that are not ours and prints what each of them sees.

    read_parquet.py FILE...

Prints one JSON object: {"files": [{"file", "readers": {"pyarrow": {...}, "duckdb": {...}}, "metadata": {...}}], "agree"}.
A reader's answer is as in read_delta.py. The metadata is pyarrow's: version, row groups, for each column its physical
and logical type, codec, encodings, statistics (as text) and whether it has page indexes, and the footer's key-values.
Exits with 1 where the readers do not agree.
"""

import json
import os
import sys

import canon
import pyarrow.parquet as pq


def metadata(path):
    file = pq.ParquetFile(path)
    footer = file.metadata
    groups = []
    for index in range(footer.num_row_groups):
        group = footer.row_group(index)
        columns = []
        for number in range(group.num_columns):
            column = group.column(number)
            statistics = column.statistics
            columns.append({
                "path": column.path_in_schema, "physical": column.physical_type, "codec": column.compression,
                "encodings": sorted(column.encodings), "values": column.num_values,
                "compressed": column.total_compressed_size, "uncompressed": column.total_uncompressed_size,
                "offset_index": column.has_offset_index, "column_index": column.has_column_index,
                "statistics": None if statistics is None else {
                    "min": str(statistics.min) if statistics.has_min_max else None,
                    "max": str(statistics.max) if statistics.has_min_max else None,
                    "nulls": statistics.null_count if statistics.has_null_count else None}})
        groups.append({"rows": group.num_rows, "columns": columns})
    schema = [
        {"name": field.name, "type": str(field.type), "nullable": field.nullable} for field in file.schema_arrow]
    key_values = {
        key.decode(): value.decode("utf-8", "replace") for key, value in (footer.metadata or {}).items()
        if key != b"ARROW:schema"}
    return {
        "created_by": footer.created_by, "version": footer.format_version, "rows": footer.num_rows,
        "schema": schema, "row_groups": groups, "key_values": key_values}


def main(files):
    answers, agree = [], True
    for path in files:
        readers = {
            "pyarrow": canon.attempt(canon.describe_parquet, [path]),
            "duckdb": canon.attempt(canon.describe_duckdb, [path])}
        same = canon.agree(readers.values())
        agree = agree and same
        answers.append({
            "file": os.path.basename(path), "readers": readers, "agree": same,
            "metadata": canon.attempt(metadata, path)})
    json.dump({"files": answers, "agree": agree and bool(answers)}, sys.stdout, indent=1, ensure_ascii=False)
    print()
    return 0 if agree and answers else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
