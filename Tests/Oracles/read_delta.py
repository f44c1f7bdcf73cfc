"""Opens Delta tables with readers that are not ours and prints what each of them sees.

    read_delta.py FOLDER...     every Delta table at or below the folders (a folder with _delta_log/ is one)

Prints one JSON object: {"tables": [{"table": path below FOLDER, "readers": {reader: {...}}}], "agree": bool}.
A reader's answer is {"rows", "columns", "nulls": {column: count}, "hash"}, or {"error"}. The hash does not depend on the
order of rows or of files: it is the sum, modulo 2^64, of a hash of each row's canonical text.

Readers:
    deltalake   delta-rs: the log and the files, as the project that also backs Polars reads them
    duckdb      DuckDB over the files that delta-rs says are live; delta_scan itself is tried in the tests of Lake
    pyarrow     pyarrow over the same files, page checksums verified
    log         no Delta library: the JSON log replayed by the thirty lines below, then pyarrow over its files
Exits with 1 where they do not agree, or where there is no table.
"""

import json
import os
import sys

import canon


def replay(table):
    """The live files of a table, by the protocol: adds less removes, in the order of versions."""
    live, log = {}, os.path.join(table, "_delta_log")
    versions = sorted(name for name in os.listdir(log) if name.endswith(".json") and len(name) == 25)
    if [int(name[:20]) for name in versions] != list(range(len(versions))):
        raise ValueError("versions are missing")
    for name in versions:
        with open(os.path.join(log, name), encoding="utf-8") as file:
            for line in file.read().splitlines():
                action = json.loads(line)
                if "add" in action:
                    live[action["add"]["path"]] = action["add"]
                elif "remove" in action:
                    live.pop(action["remove"]["path"], None)
    for path, add in live.items():
        size = os.path.getsize(os.path.join(table, path))
        if size != add["size"]:
            raise ValueError(f"{path} has {size} bytes, the log says {add['size']}")
    return [os.path.join(table, path) for path in sorted(live)]


def declared(table):
    """The number of rows in the log's statistics; None where a file has none."""
    from deltalake import DeltaTable

    counts = DeltaTable(table).get_add_actions(flatten=True)
    column = canon.arrow(counts).column("num_records").to_pylist()
    return None if any(count is None for count in column) else sum(column)


def by_deltalake(table):
    from deltalake import DeltaTable

    return canon.describe_arrow(DeltaTable(table).to_pyarrow_table())


def by_duckdb(table):
    from deltalake import DeltaTable

    return canon.describe_duckdb(DeltaTable(table).file_uris())


def by_pyarrow(table):
    from deltalake import DeltaTable

    return canon.describe_parquet(DeltaTable(table).file_uris())


def by_log(table):
    return canon.describe_parquet(replay(table))


READERS = {"deltalake": by_deltalake, "duckdb": by_duckdb, "pyarrow": by_pyarrow, "log": by_log}


def tables(folder):
    for path, names, _ in os.walk(folder):
        names.sort()
        if "_delta_log" in names:
            names.clear()
            yield path


def main(folders):
    answers, agree = [], True
    for folder in folders:
        for table in tables(folder):
            # Of a table without files there is nothing but its log to read: it must say so, and have columns.
            names = READERS if canon.attempt(replay, table) != [] else ["deltalake"]
            readers = {name: canon.attempt(READERS[name], table) for name in names}
            same = canon.agree(readers.values())
            if names is not READERS:
                same = readers["deltalake"].get("rows") == 0 and bool(readers["deltalake"].get("columns"))
            count = canon.attempt(declared, table)
            if isinstance(count, int) and count != readers["deltalake"].get("rows"):
                same = False
            agree = agree and same
            answers.append(
                {"table": os.path.relpath(table, folder), "readers": readers, "declared_rows": count, "agree": same})
    json.dump({"tables": answers, "agree": agree and bool(answers)}, sys.stdout, indent=1, ensure_ascii=False)
    print()
    return 0 if agree and answers else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
