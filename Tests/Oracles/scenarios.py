"""Asks DuckDB and Postgres for every case of Tests/Scenarios and says where their rows are not those that the files expect.

    python scenarios.py FOLDER

A case is answered by both, unless a line below its name says whom it follows where the two differ: `-- postgres`, or
`-- duckdb` for what Postgres does not know. Numbers are compared as numbers (to 1e-11: the engines divide differently),
all else as text. Where an error is expected, the engine has to fail too.

The answer is one line of JSON: {"cases": …, "duckdb": answered, "postgres": answered, "differ": […]}.
"""

import decimal
import json
import math
import pathlib
import subprocess
import sys

import duckdb

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "Benchmarks"))
import cluster


def text(value):
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        return repr(value).removesuffix(".0")
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    return str(value)


def cases(path):
    for block in path.read_text().split("-- case ")[1:]:
        lines = block.split("\n")
        split = lines.index("----")
        marks = {line[3:] for line in lines[1:split] if line.startswith("-- ")}
        expected = []
        for line in lines[split + 1:]:
            if not line:
                break
            expected.append(line)
        yield {
            "name": f"{path.name}: {lines[0]}", "duckdb": "postgres" not in marks, "postgres": "duckdb" not in marks,
            "sql": "\n".join(line for line in lines[1:split] if not line.startswith("-- ")), "expected": expected}


def number(cell):
    try:
        return decimal.Decimal(cell)
    except decimal.InvalidOperation:
        return None


def is_same(found, expected):
    if found == expected or (found, expected) in (("t", "true"), ("f", "false"), ("", '""')):
        return True
    a, b = number(found), number(expected)
    if a is None or b is None or not (a.is_finite() and b.is_finite()):
        return False
    return a == b or math.isclose(float(a), float(b), rel_tol=1e-11, abs_tol=1e-14)


def agree(rows, expected):
    if expected and expected[0].startswith("error: "):
        return isinstance(rows, str)
    if isinstance(rows, str) or len(rows) != len(expected):
        return False
    for row, line in zip(rows, expected):
        cells = line.split("|")
        if len(cells) != len(row) or not all(map(is_same, row, cells)):
            return False
    return True


def ask_duckdb(case):
    connection = duckdb.connect(config={"threads": 1})
    try:
        connection.execute("set timezone = 'UTC'")
        return [[text(value) for value in row] for row in connection.execute(case["sql"]).fetchall()]
    except duckdb.Error as error:
        return f"error: {error}"
    finally:
        connection.close()


def ask_postgres(cases):
    """All cases in one psql; cells and rows are cut by characters that no answer has."""
    script = "\\pset null NULL\n\\pset fieldsep '\x1f'\n\\pset recordsep '\x1e'\n"
    for index, case in enumerate(cases):
        # A quote that is not closed would swallow what follows.
        sql = case["sql"] if case["sql"].count("'") % 2 == 0 and case["sql"].count('"') % 2 == 0 else "select 1 1"
        script += f"\\echo '\x1d{index}\x1d'\n{sql}\n;\n"
    with cluster.running() as server:
        done = subprocess.run(
            [str(server.programs / "psql"), "-X", "-q", "-A", "-t", "-d", server.url("postgres")], input=script.encode(),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    answers = {}
    for index, answer in zip(*[iter(done.stdout.decode(errors="replace").split("\x1d")[1:])] * 2):
        if "ERROR:" in answer:
            answers[int(index)] = answer.strip()
            continue
        rows = answer.strip("\n").split("\x1e") if answer.strip("\n") else []
        # One empty text and no row at all look alike; the case says which is meant.
        expected = cases[int(index)]["expected"]
        answers[int(index)] = [row.strip("\n").split("\x1f") for row in rows] or ([[""]] if expected == ['""'] else [])
    return answers


def main(folder):
    every = [case for path in sorted(pathlib.Path(folder).glob("*.test")) for case in cases(path)]
    differ = []

    def hold(engine, case, rows):
        if not agree(rows, case["expected"]):
            differ.append({"engine": engine, "case": case["name"], "rows": rows, "expected": case["expected"]})

    followed = [case for case in every if case["duckdb"]]
    for case in followed:
        hold("duckdb", case, ask_duckdb(case))
    asked = [case for case in every if case["postgres"]]
    answers = ask_postgres(asked)
    for index, case in enumerate(asked):
        hold("postgres", case, answers.get(index, "error: no answer"))
    print(json.dumps({"cases": len(every), "duckdb": len(followed), "postgres": len(asked), "differ": differ}))
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
