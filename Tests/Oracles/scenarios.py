"""Asks DuckDB for every case of Tests/Scenarios and says where its rows differ from those that the files expect.

    python scenarios.py FOLDER

The answer is one line of JSON: {"cases": …, "differ": [names]}. Cases marked `-- postgres` follow PostgreSQL where the two
differ, and are counted only.
"""

import decimal
import json
import math
import pathlib
import sys

import duckdb


def text(value):
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, decimal.Decimal):
        plain = format(value, "f")
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    if isinstance(value, float):
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        return repr(value).removesuffix(".0")
    return str(value)


def cases(path):
    for block in path.read_text().split("-- case ")[1:]:
        lines = block.split("\n")
        split = lines.index("----")
        expected = []
        for line in lines[split + 1:]:
            if not line:
                break
            expected.append(line)
        yield lines[0], "-- postgres" in lines[1:split], "\n".join(l for l in lines[1:split] if not l.startswith("-- ")), expected


def main(folder):
    count, differ = 0, []
    for path in sorted(pathlib.Path(folder).glob("*.test")):
        for name, follows_postgres, sql, expected in cases(path):
            count += 1
            if follows_postgres:
                continue
            connection = duckdb.connect(config={"threads": 1})
            try:
                rows = ["|".join(text(value) for value in row) for row in connection.execute(sql).fetchall()]
            except duckdb.Error as error:
                rows = [f"error: {error}"]
            if rows != expected:
                differ.append({"case": f"{path.name}: {name}", "rows": rows, "expected": expected})
    print(json.dumps({"cases": count, "differ": differ}))
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
