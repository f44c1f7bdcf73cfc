"""Asks random queries over random tables of Almanac, DuckDB and Postgres, and compares the answers.

    random_sql.py PROGRAM [--count N] [--seed S]

The tables hold NULLs, ties, extremes, skew and NaN. Rows are compared as multisets, numbers to 1e-9. Where DuckDB and
Postgres agree, Almanac has to agree with them; where they differ (or one fails), with one of them: which one a kind of query
follows is the matter of Tests/Scenarios. Where both fail, Almanac has to fail. Every difference is printed with its SQL and
the seed of its table. The last line is JSON: {name, tried, lost, doubled, failed}; lost counts rows that are missing, doubled
rows that are too many, failed the queries that differ.
"""

import argparse
import collections
import decimal
import json
import math
import pathlib
import random
import subprocess
import sys
import tempfile

import duckdb

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "Benchmarks"))
import cluster

COLUMNS = {"i": "int", "j": "int", "k": "big", "d": "dec", "f": "dbl", "s": "text", "t": "date", "b": "bool"}
SQL_TYPES = {"int": "integer", "big": "bigint", "dec": "decimal(10,2)", "dbl": "double precision", "text": "text",
             "date": "date", "bool": "boolean"}
CHUNK = 250


class Tables:
    """Three tables of the same columns, as Parquet files for two engines and as a script for the third."""

    def __init__(self, seed, folder):
        chance = random.Random(seed)
        self.paths, self.script = {}, ""
        self.connection = duckdb.connect(config={"threads": 1})
        for name in ("r", "u", "v"):
            rows = [self.row(chance) for _ in range(chance.choice([0, 1, 7, 30, 30, 60]))]
            columns = ", ".join(f"{column} {SQL_TYPES[kind]}" for column, kind in COLUMNS.items())
            self.connection.execute(f"create table {name} ({columns})")
            self.script += f"drop table if exists {name}; create table {name} ({columns});\n"
            for row in rows:
                insert = f"insert into {name} values ({', '.join(row)})"
                self.connection.execute(insert)
                self.script += insert + ";\n"
            self.paths[name] = f"{folder}/{name}-{seed}.parquet"
            self.connection.execute(f"copy {name} to '{self.paths[name]}' (format parquet, row_group_size 2048)")

    @staticmethod
    def row(chance):
        values = {
            "int": lambda: str(chance.choice([0, 1, 1, 1, 2, 3, 5, -4, 7, 100])),
            "big": lambda: str(chance.choice([0, 1, 10, -10, 3000000000, 9007199254740993])),
            "dec": lambda: str(chance.choice(["0.00", "1.50", "-2.25", "99.99", "1.50", "12345.67"])),
            "dbl": lambda: chance.choice(["0.0", "1.5", "-2.25", "1e10", "0.1", "'NaN'::double precision", "3.0"]),
            "text": lambda: chance.choice(["''", "'a'", "'a'", "'b'", "'ab'", "'zeta'", "'Ä'", "'x y'"]),
            "date": lambda: f"date '{chance.choice(['2024-02-29', '2023-12-31', '2024-01-01', '1999-07-04'])}'",
            "bool": lambda: chance.choice(["true", "false"]),
        }
        return ["null" if chance.random() < 0.18 else values[kind]() for kind in COLUMNS.values()]


class Queries:
    def __init__(self, chance):
        self.chance = chance

    def pick(self, *choices):
        return self.chance.choice(choices)

    def column(self, kind, aliases):
        names = [column for column, own in COLUMNS.items() if own == kind]
        return f"{self.pick(*aliases)}.{self.pick(*names)}"

    def literal(self, kind):
        return {
            "int": lambda: str(self.pick(0, 1, 2, 5, -3)), "big": lambda: str(self.pick(1, 3000000000, -10)),
            "dec": lambda: self.pick("1.50", "0.25", "-2.00"),
            "dbl": lambda: f"cast({self.pick('1.5', '0.25', '-3')} as double precision)",
            "text": lambda: self.pick("'a'", "'b'", "''", "'zz'"),
            "date": lambda: f"date '{self.pick('2024-01-01', '2000-02-29')}'", "bool": lambda: self.pick("true", "false"),
        }[kind]()

    def value(self, kind, aliases, depth=2):
        if depth == 0 or self.chance.random() < 0.35:
            return self.column(kind, aliases) if self.chance.random() < 0.8 else self.literal(kind)
        inner = lambda own=kind: self.value(own, aliases, depth - 1)
        general = [
            lambda: f"case when {inner('bool')} then {inner()} else {inner()} end", lambda: f"coalesce({inner()}, {inner()})",
            lambda: f"nullif({inner()}, {inner()})",
        ]
        own = {
            "int": [lambda: f"({inner()} {self.pick('+', '-', '*')} {inner()})", lambda: f"({inner()} % 7)",
                    lambda: f"abs({inner()})", lambda: f"length({inner('text')})", lambda: f"- {self.column('int', aliases)}",
                    lambda: f"cast(extract({self.pick('year', 'month', 'day', 'dow')} from {inner('date')}) as integer)",
                    lambda: f"greatest({inner()}, {inner()})", lambda: f"({inner()} / nullif({inner()}, 0))"],
            "big": [lambda: f"({inner()} + {inner('int')})", lambda: f"cast({inner('int')} as bigint)",
                    lambda: f"least({inner()}, {inner()})"],
            "dec": [lambda: f"({inner()} {self.pick('+', '-')} {inner()})", lambda: f"round({inner()}, 1)",
                    lambda: f"({self.column('dec', aliases)} * {self.column('int', aliases)})"],
            "dbl": [lambda: f"({inner()} {self.pick('+', '-')} {inner()})", lambda: f"cast({inner('int')} as double precision)",
                    lambda: f"floor({inner()})"],
            "text": [lambda: f"upper({inner()})", lambda: f"({inner()} || {inner()})", lambda: f"substring({inner()}, 1, 2)",
                     lambda: f"replace({inner()}, 'a', 'q')", lambda: f"left({inner()}, 1)", lambda: f"trim({inner()})"],
            "date": [lambda: f"({inner()} + {self.pick(1, 31, -5)})",
                     lambda: f"cast(date_trunc('{self.pick('month', 'year', 'week')}', {inner()}) as date)"],
            "bool": [lambda: self.comparison(aliases, depth - 1), lambda: f"({inner()} and {inner()})",
                     lambda: f"({inner()} or {inner()})", lambda: f"(not {inner()})",
                     lambda: f"({self.value(self.kind(), aliases, depth - 1)} is {self.pick('', 'not ')}null)",
                     lambda: f"({inner('text')} like {self.pick(chr(39) + 'a%' + chr(39), chr(39) + '%b' + chr(39))})",
                     lambda: f"({inner('int')} in (1, 2, {self.pick('5', 'null')}))",
                     lambda: f"({inner('int')} between {inner('int')} and {inner('int')})"],
        }[kind]
        return self.pick(*(own * 2 + (general if kind != "bool" else general[:2])))()

    def kind(self):
        return self.pick("int", "int", "big", "dec", "dbl", "text", "date", "bool")

    def comparison(self, aliases, depth=1):
        kind = self.kind()
        operator = self.pick("=", "<>", "<", ">=", "is distinct from", "is not distinct from")
        return f"({self.value(kind, aliases, depth)} {operator} {self.value(kind, aliases, depth)})"

    def condition(self, aliases):
        return self.value("bool", aliases, 2)

    def source(self):
        form = self.chance.random()
        if form < 0.35:
            return "r a", ["a"]
        if form < 0.4:
            join = self.pick("cross join u b", "join u b on b.i = g.n", "left join v b on b.j = g.n")
            return f"r a, generate_series(1, a.i % 4) as g(n) {join}", ["a", "b"]
        tables = [self.pick("r", "u", "v") for _ in range(3)]
        join = self.pick("join", "left join", "right join", "full join", "join", "left join")
        key = self.pick("i", "i", "j", "s", "t")
        on = f"a.{key} = b.{key}"
        if join in ("join", "left join") and self.chance.random() < 0.4:
            on += f" and {self.comparison(['a', 'b'])}"
        text = f"{tables[0]} a {join} {tables[1]} b on {on}"
        if form > 0.85:
            return text + f" {self.pick('join', 'left join')} {tables[2]} c on b.j = c.j", ["a", "b", "c"]
        return text, ["a", "b"]

    def where(self, aliases):
        form = self.chance.random()
        if form < 0.3:
            return ""
        if form < 0.75:
            return f" where {self.condition(aliases)}"
        other, first = self.pick("r", "u", "v"), aliases[0]
        return " where " + self.pick(
            f"{first}.i in (select z.i from {other} z where {self.comparison(['z'])})",
            f"{first}.i not in (select z.j from {other} z)",
            f"exists (select 1 from {other} z where z.i = {first}.i and {self.comparison(['z', first])})",
            f"not exists (select 1 from {other} z where z.s = {first}.s)",
            f"{first}.d > (select avg(z.d) from {other} z where z.i = {first}.i)",
            f"{first}.k = (select max(z.k) from {other} z)",
            f"(select count(*) from {other} z where z.j = {first}.j) > 1")

    def aggregate(self, aliases):
        call = self.pick(
            lambda: "count(*)", lambda: f"count({self.value(self.kind(), aliases, 1)})",
            lambda: f"sum({self.value(self.pick('int', 'dec'), aliases, 1)})",
            lambda: f"{self.pick('min', 'max')}({self.value(self.pick('int', 'big', 'dec', 'text', 'date'), aliases, 1)})",
            lambda: f"count(distinct {self.value(self.kind(), aliases, 1)})",
            lambda: f"avg({self.value(self.pick('int', 'dec'), aliases, 1)})",
            lambda: f"sum(distinct {self.column('int', aliases)})",
            lambda: f"{self.pick('bool_and', 'bool_or')}({self.condition(aliases)})")()
        if self.chance.random() < 0.2:
            call += f" filter (where {self.condition(aliases) if self.chance.random() < 0.7 else self.membership(aliases[0])})"
        return call

    def membership(self, first):
        other = self.pick("r", "u", "v")
        return self.pick(
            f"{first}.i in (select z.i from {other} z where {self.comparison(['z'])})",
            f"{first}.s not in (select z.s from {other} z)",
            f"exists (select 1 from {other} z where z.i = {first}.i and {self.comparison(['z', first])})",
            f"{first}.d > (select avg(z.d) from {other} z where z.i = {first}.i)",
            f"(select count(*) from {other} z where z.j = {first}.j) > 1")

    def select(self):
        source, aliases = self.source()
        where = self.where(aliases)
        form = self.chance.random()
        if form < 0.3:
            kinds = [self.kind() for _ in range(self.pick(1, 2, 3))]
            items = ", ".join(self.value(kind, aliases) for kind in kinds)
            return f"select {self.pick('', '', 'distinct ')}{items} from {source}{where}"
        if form < 0.65:
            keys = [self.value(self.kind(), aliases, 1) for _ in range(self.pick(0, 1, 1, 2))]
            keys = [key for key in dict.fromkeys(keys) if any(f"{alias}." in key for alias in aliases)]
            calls = [self.aggregate(aliases) for _ in range(self.pick(1, 2, 3))]
            group = f" group by {', '.join(str(index + 1) for index in range(len(keys)))}" if keys else ""
            if len(keys) == 2 and self.chance.random() < 0.4:
                group = f" group by {self.pick('rollup', 'cube')} ({', '.join(keys)})"
            having = f" having {self.aggregate(aliases)} is not null" if self.chance.random() < 0.15 else ""
            return f"select {', '.join(keys + calls)} from {source}{where}{group}{having}"
        if form < 0.85:
            partition = f"partition by {self.value(self.pick('int', 'text', 'bool'), ['a'], 1)} " if self.chance.random() < 0.6 else ""
            order = "order by a.i nulls first, a.j nulls first, a.k nulls first, a.d nulls first, a.f nulls first, " \
                "a.s nulls first, a.t nulls first, a.b nulls first"
            frame = self.pick("", "", " rows between 1 preceding and current row", " rows between 2 preceding and 1 following",
                              " groups between 1 preceding and 1 following", " range between unbounded preceding and current row",
                              " rows between unbounded preceding and unbounded following exclude current row",
                              " groups between unbounded preceding and current row exclude ties")
            call = self.pick("row_number()", "rank()", "dense_rank()", "lag(a.i)", "lead(a.s)", "count(*)", "sum(a.i)",
                             "min(a.d)", "max(a.s)", "avg(a.d)", "first_value(a.i)", "last_value(a.k)", "ntile(3)", "cume_dist()",
                             "percent_rank()")
            if call.split("(")[0] in ("row_number", "rank", "dense_rank", "lag", "lead", "ntile", "cume_dist", "percent_rank"):
                frame = ""
            return f"select {self.column(self.kind(), ['a'])}, {call} over ({partition}{order}{frame}) from r a" + \
                (f" where {self.condition(['a'])}" if self.chance.random() < 0.4 else "")
        kinds = [self.pick("int", "text", "date", "dec") for _ in range(self.pick(1, 2))]
        parts = [f"select {', '.join(self.column(kind, ['a']) for kind in kinds)} from {self.pick('r', 'u', 'v')} a"
                 f" where {self.condition(['a'])}" for _ in range(self.pick(2, 3))]
        text = parts[0]
        for part in parts[1:]:
            text += f" {self.pick('union', 'union all', 'intersect', 'intersect all', 'except', 'except all')} {part}"
        return text

    def query(self):
        text = self.select()
        form = self.chance.random()
        if form < 0.1:
            return f"select count(*) from ({text}) q"
        if form < 0.2:
            return f"with q as ({text}) select * from q union all select * from q"
        return text


def plain(value):
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, decimal.Decimal)):
        return number(str(value))
    return number(str(value))


def number(text):
    if text in ("t", "f"):
        return {"t": "true", "f": "false"}[text]
    try:
        value = float(text)
    except ValueError:
        return text
    if math.isnan(value):
        return "NaN"
    if math.isinf(value) or text.strip() != text:
        return text
    return f"{value:.9e}" if abs(value) > 1e-12 else "0"


class Almanac:
    def __init__(self, program, paths):
        tables = [part for name, path in paths.items() for part in ("--table", f"{name}={path}")]
        self.command = [program, "query", "--batch", "-", *tables]
        self.process = None

    def ask(self, sql):
        if self.process is None:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.process.stdin.write((json.dumps(sql) + "\n").encode())
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            status, self.process = self.process.wait(), None
            return f"crash: {status}"
        answer = json.loads(line)
        if "error" in answer:
            return f"error: {answer['error']['code']}: {answer['error']['message']}"
        return [[plain(value) for value in row] for row in answer["rows"]]

    def close(self):
        if self.process:
            self.process.stdin.close()
            self.process.wait()


def ask_duckdb(connection, sql):
    try:
        return [[plain(value) for value in row] for row in connection.execute(sql).fetchall()]
    except duckdb.Error as error:
        return f"error: {str(error).splitlines()[0]}"


def ask_postgres(server, tables, queries):
    script = tables.script + "\\pset null NULL\n\\pset fieldsep '\x1f'\n\\pset recordsep '\x1e'\n"
    for index, sql in enumerate(queries):
        script += f"\\echo '\x1d{index}\x1d'\n{sql}\n;\n\\echo '\x1c'\n"
    done = subprocess.run(
        [str(server.programs / "psql"), "-X", "-q", "-A", "-d", server.url("postgres"), "-P", "footer=off"],
        input=script.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    answers = {}
    for index, answer in zip(*[iter(done.stdout.decode(errors="replace").split("\x1d")[1:])] * 2):
        if "ERROR:" in answer:
            answers[int(index)] = "error: " + answer.split("ERROR:")[1].strip().splitlines()[0]
            continue
        body = answer.split("\x1c")[0].strip("\n")
        # The first record names the columns: so an empty text is a record too.
        answers[int(index)] = [[number(cell) for cell in row.split("\x1f")] for row in body.split("\x1e")[1:]]
    return [answers.get(index, "error: no answer") for index in range(len(queries))]


def counted(rows):
    return collections.Counter(map(tuple, rows))


def same(a, b):
    if isinstance(a, str) or isinstance(b, str):
        return isinstance(a, str) and isinstance(b, str)
    return counted(a) == counted(b)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    tried = lost = doubled = failed = answered = 0
    with tempfile.TemporaryDirectory() as folder, cluster.running() as server:
        seed = options.seed
        while tried < options.count:
            tables, writer = Tables(seed, folder), Queries(random.Random(seed + 1_000_000))
            queries = [writer.query() for _ in range(min(CHUNK, options.count - tried))]
            almanac = Almanac(options.program, tables.paths)
            for sql, postgres in zip(queries, ask_postgres(server, tables, queries)):
                tried += 1
                ours, theirs = almanac.ask(sql), ask_duckdb(tables.connection, sql)
                answered += not isinstance(ours, str)
                if not str(ours).startswith("crash") and (same(ours, postgres) or same(ours, theirs)):
                    if not (same(postgres, theirs) and not same(ours, postgres)):
                        continue
                failed += 1
                print(f"-- seed {seed}\n{sql}\n  ours     {str(ours)[:300]}\n  postgres {str(postgres)[:300]}\n"
                      f"  duckdb   {str(theirs)[:300]}")
                if not isinstance(ours, str) and not isinstance(postgres, str):
                    lost += sum((counted(postgres) - counted(ours)).values())
                    doubled += sum((counted(ours) - counted(postgres)).values())
            almanac.close()
            seed += 1
    print(f"{answered} queries had an answer, the others an error in every engine", file=sys.stderr)
    print(json.dumps({"name": "random-sql", "tried": tried, "lost": lost, "doubled": doubled, "failed": failed}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
