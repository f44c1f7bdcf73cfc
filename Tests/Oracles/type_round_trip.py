"""Holds every type of Postgres, from its table to the Parquet file that was extracted from it, to what Postgres says.

    type_round_trip.py tables                 the SQL that makes one table a type, t_0 and so on, for psql
    type_round_trip.py queries                one line a type: NAME, table, the query to extract, and the query whose
                                              answer is what Postgres says, separated by tabs
    type_round_trip.py compare FOLDER         compares FOLDER/NAME.parquet, as pyarrow and DuckDB read it, with
                                              FOLDER/NAME.csv, which psql wrote

Each table has values at the type's edges, a NULL and 10,000 random ones. What Postgres says is a text for each value:
numbers as they are, instants as microseconds, dates as days, intervals as months, days and microseconds, nested values as
JSON. The comparison prints {"types", "values", "differences": [...]} and ends with 1 where anything differs.
"""

import csv
import datetime
import decimal
import json
import struct
import sys

ROWS = 10000
TEXT = ("CASE WHEN i % 7 = 0 THEN '' WHEN i % 5 = 0 THEN repeat(chr(20000 + (i % 3000)::int), (i % 9)::int) "
        "ELSE left(md5(i::text) || md5((-i)::text), (1 + abs(h(i, 1)) % 60)::int) END")
MICROSECONDS = "(extract(epoch FROM x) * 1000000)::numeric(30, 0)::text"
ARRAY = "to_json(x)::text"

# name, type, SQL before the table, edges, random value of i, what Postgres says of x, how the readers' values are told.
TYPES = [
    ("boolean", "boolean", "", ["true", "false"], "h(i, 1) % 2 = 0", "x::text", "boolean"),
    ("smallint", "smallint", "", ["-32768", "32767"], "(h(i, 1) % 32768)::smallint", "x::text", "number"),
    ("integer", "integer", "", ["-2147483648", "2147483647"], "(h(i, 1) % 2147483648)::int", "x::text", "number"),
    ("bigint", "bigint", "", ["-9223372036854775808", "9223372036854775807"], "h(i, 1)", "x::text", "number"),
    ("oid", "oid", "", ["0", "4294967295"], "(abs(h(i, 1)) % 4294967296)::oid", "x::text", "number"),
    ("real", "real", "", ["'NaN'", "'Infinity'", "'-Infinity'", "'-0'", "1e-45", "3.4028235e38"],
     "((r(i, 1) - 0.5) * power(10, (h(i, 2) % 37)::float8))::real", "encode(float4send(x), 'hex')", "real"),
    ("double", "double precision", "",
     ["'NaN'", "'Infinity'", "'-Infinity'", "'-0'", "5e-324", "1.7976931348623157e308", "0.1::float8 + 0.2"],
     "(r(i, 1) - 0.5) * power(10, (h(i, 2) % 300)::float8)", "encode(float8send(x), 'hex')", "double"),
    ("numeric_18_2", "numeric(18,2)", "", ["0", "-0.01", "9999999999999999.99", "-9999999999999999.99"],
     "round(((r(i, 1) - 0.5) * power(10, (abs(h(i, 2)) % 16)::float8))::numeric, 2)", "x::text", "decimal"),
    ("numeric_38_10", "numeric(38,10)", "",
     ["0.0000000001", "9999999999999999999999999999.9999999999", "-9999999999999999999999999999.9999999999"],
     "h(i, 1)::numeric * power(10::numeric, (abs(h(i, 2)) % 19)::numeric - 10)", "x::text", "decimal"),
    ("numeric_38_0", "numeric(38,0)", "", ["99999999999999999999999999999999999999", "-1"],
     "h(i, 1)::numeric * abs(h(i, 2))::numeric", "x::text", "decimal"),
    ("numeric_38_38", "numeric(38,38)", "", ["0.99999999999999999999999999999999999999"],
     "round(h(i, 1)::numeric / 9223372036854775808 / power(10::numeric, (i % 30)::numeric), 38)", "x::text", "decimal"),
    ("numeric_negative_scale", "numeric(5,-3)", "", ["12345000", "-99999000"], "(h(i, 1) % 99999)::numeric * 1000",
     "x::text", "decimal"),
    ("numeric_small", "numeric(3,7)", "", ["0.0000999", "-0.0000001"], "(h(i, 1) % 999)::numeric / 10000000",
     "x::text", "decimal"),
    ("money", "money", "", ["'92233720368547758.07'", "'-92233720368547758.08'"], "(h(i, 1)::numeric / 100)::money",
     "x::numeric::text", "decimal"),
    ("date", "date", "",
     ["'0044-03-15 BC'", "'4713-01-01 BC'", "'5874897-12-31'", "'1970-01-01'", "'1969-12-31'", "'1900-02-28'"],
     "date '2000-01-01' + (h(i, 1) % 800000)::int", "(x - date '1970-01-01')::text", "days"),
    ("timestamptz", "timestamptz", "",
     ["'4713-01-01 00:00:00+00 BC'", "'294246-12-31 23:59:59.999999+00'", "'1969-12-31 23:59:59.999999+00'",
      "'2026-10-31 12:00:00.5+14'"],
     "timestamptz '2000-01-01 00:00:00+00' + (h(i, 1) % 60000000000000000) * interval '1 microsecond'", MICROSECONDS,
     "instant"),
    ("timestamp", "timestamp", "", ["'2026-03-29 02:30:00'", "'1582-10-10 00:00:00.000001'"],
     "timestamp '2000-01-01 00:00:00' + (h(i, 1) % 60000000000000000) * interval '1 microsecond'", MICROSECONDS,
     "instant"),
    ("time", "time", "", ["'00:00:00'", "'24:00:00'", "'23:59:59.999999'"],
     "time '00:00:00' + (abs(h(i, 1)) % 86400000000) * interval '1 microsecond'", MICROSECONDS, "number"),
    ("timetz", "timetz", "", ["'24:00:00-15:59'", "'00:00:00+15:59:59'"],
     "(time '00:00:00' + (abs(h(i, 1)) % 86400000000) * interval '1 microsecond')::timetz", "x::text", "text"),
    ("interval", "interval", "",
     ["'1 mon -1 day 00:00:00.000001'", "'178000000 years'", "'-178000000 years'", "'0'", "'2147483647 days'"],
     "make_interval(months => (h(i, 1) % 1000)::int, days => (h(i, 2) % 100000)::int) "
     "+ (h(i, 3) % 1000000000000) * interval '1 microsecond'",
     "(extract(year FROM x) * 12 + extract(month FROM x))::bigint || ' ' || extract(day FROM x)::bigint || ' ' || "
     "(extract(hour FROM x) * 3600000000 + extract(minute FROM x) * 60000000 + extract(microseconds FROM x))::bigint",
     "interval"),
    ("text", "text", "",
     ["''", r"'\N'", r"'\.'", r"E'a\r\n\tb'", r"U&'\FEFFx'", r"U&'\+01F600'", "repeat('é', 20000)", "'NULL'"], TEXT,
     "x", "text"),
    ("varchar", "varchar(80)", "", ["''", "' a '"], TEXT, "x", "text"),
    ("char", "char(70)", "", ["''", "'a'"], TEXT, "x::text", "text"),
    ("one_char", '"char"', "", ["'a'", "''"], "chr(33 + (i % 90)::int)::\"char\"", "x::text", "text"),
    ("name", "name", "", ["''", "'Order Lines'"], "md5(i::text)::name", "x::text", "text"),
    ("bytea", "bytea", "", ["''", r"'\x00ff'", r"'\x5c78'"],
     "decode(left(md5(i::text), ((i % 17) * 2)::int), 'hex')", "encode(x, 'hex')", "binary"),
    ("uuid", "uuid", "", ["'00000000-0000-0000-0000-000000000000'", "'FFFFFFFF-ffff-ffff-FFFF-ffffffffffff'"],
     "md5(i::text)::uuid", "x::text", "uuid"),
    ("json", "json", "", ["""'{"a" :1 , "a":2}'""", "'null'", r"""'"\ud83d\ude00"'"""],
     f"json_build_object('k', i, 't', {TEXT})", "x::text", "text"),
    ("jsonb", "jsonb", "", ["""'{"a" :1 , "a":2}'""", "'null'", "'1e-1000'", "'[]'"],
     f"jsonb_build_object('k', i, 't', {TEXT})", "x::text", "text"),
    ("xml", "xml", "", ["'<a>é</a>'", "''"], f"xmlelement(name a, {TEXT})", "x::text", "text"),
    ("inet", "inet", "", ["'0.0.0.0/0'", "'::1'", "'::ffff:1.2.3.4/96'"],
     "'0.0.0.0'::inet + (abs(h(i, 1)) % 4294967295)", "x::text", "text"),
    ("cidr", "cidr", "", ["'10.0.0.0/8'", "'2001:db8::/32'"],
     "set_masklen('0.0.0.0'::inet + (abs(h(i, 1)) % 4294967295), (i % 33)::int)::cidr", "x::text", "text"),
    ("macaddr", "macaddr", "", ["'08:00:2b:01:02:03'"], "left(md5(i::text), 12)::macaddr", "x::text", "text"),
    ("macaddr8", "macaddr8", "", ["'08:00:2b:01:02:03:04:05'"], "left(md5(i::text), 16)::macaddr8", "x::text", "text"),
    ("bit", "bit(12)", "", ["B'000000000000'", "B'111111111111'"], "h(i, 1)::bit(64)::bit(12)", "x::text", "text"),
    ("varbit", "bit varying(40)", "", ["''", "B'1'", "B'0101'"],
     "substring(h(i, 1)::bit(64), 1, (i % 40)::int)::varbit", "x::text", "text"),
    ("range", "int8range", "", ["'empty'", "'(,)'", "'[1,5]'"],
     "int8range(h(i, 1) % 1000, 1000 + abs(h(i, 2) % 1000))", "x::text", "text"),
    ("multirange", "int4multirange", "", ["'{}'", "'{[1,2),[5,9)}'"],
     "int4multirange(int4range((i % 100)::int, (i % 100)::int + 5))", "x::text", "text"),
    ("enum", "mood", "CREATE TYPE mood AS ENUM ('sad', 'so so', 'happy 😀');", ["'sad'", "'happy 😀'"],
     "(ARRAY['sad', 'so so', 'happy 😀'])[1 + (i % 3)]::mood", "x::text", "text"),
    ("domain", "amount", "CREATE DOMAIN amount AS numeric(12,3) CHECK (value > -1e9);", ["0", "0.001", "-999999999.999"],
     "round(((r(i, 1) - 0.5) * 1e9)::numeric, 3)::amount", "x::text", "decimal"),
    ("integer_array", "integer[]", "", ["'{}'", "'{NULL}'", "'{1,NULL,-2147483648}'"],
     "(SELECT array_agg(CASE WHEN k % 4 = 0 THEN NULL ELSE (h(i, k) % 1000)::int END) "
     "FROM generate_series(1, (i % 6)::int + 1) k)", ARRAY, "json"),
    ("text_array", "text[]", "", ["'{}'", """'{"a,b","",NULL}'"""],
     "(SELECT array_agg(md5((i * k)::text)) FROM generate_series(1, (i % 6)::int + 1) k)", ARRAY, "json"),
    ("numeric_array", "numeric(20,4)[]", "", ["'{}'", "'{0.0001,-1234567890123456.7891}'"],
     "(SELECT array_agg((h(i, k) % 1000000)::numeric / 100) FROM generate_series(1, (i % 6)::int + 1) k)",
     "to_json(x::text[])::text", "json"),
    ("uuid_array", "uuid[]", "", ["'{}'", "'{NULL}'"], "ARRAY[md5(i::text)::uuid, NULL]", ARRAY, "json"),
    ("composite", "point2", "CREATE TYPE point2 AS (a integer, b text, c numeric(9,2)[]);",
     ["ROW(NULL, NULL, NULL)::point2", "ROW(1, '', '{}')::point2"],
     "ROW((i % 100)::int, CASE WHEN i % 3 = 0 THEN NULL ELSE md5(i::text) END, ARRAY[(i::numeric / 100)])::point2",
     "CASE WHEN NOT x IS DISTINCT FROM NULL THEN NULL "
     "ELSE json_build_object('a', (x).a, 'b', (x).b, 'c', (x).c::text[])::text END", "json"),
    ("hstore", "hstore", "CREATE EXTENSION hstore;", ["''", """'a=>NULL, b=>""'"""],
     "hstore(ARRAY['k', md5(i::text)], ARRAY[i::text, NULL])", "hstore_to_json(x)::text", "map"),
]


def tables():
    print("CREATE FUNCTION r(i bigint, k bigint) RETURNS double precision LANGUAGE sql IMMUTABLE AS $$ SELECT"
          " (hashint8extended(i, k) & 9007199254740991)::float8 / 9007199254740992.0 $$;")
    print("CREATE FUNCTION h(i bigint, k bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS"
          " $$ SELECT hashint8extended(i, k) $$;")
    for number, (_, kind, before, edges, random, _, _) in enumerate(TYPES):
        if before:
            print(before)
        print(f"CREATE TABLE t_{number} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, x {kind});")
        values = ", ".join(f"({edge})" for edge in edges)
        print(f"INSERT INTO t_{number} (x) SELECT column1::{kind} FROM (VALUES {values}) v;")
        print(f"INSERT INTO t_{number} (x) VALUES (NULL);")
        print(f"INSERT INTO t_{number} (x) SELECT {random} FROM generate_series(1, {ROWS}) i;")


def queries():
    for number, (name, _, _, _, _, said, _) in enumerate(TYPES):
        # The command line has no word for what a timestamp without a zone is.
        taken = "x AT TIME ZONE 'UTC' AS x" if name == "timestamp" else "x"
        print(name, f"t_{number}", f"SELECT id, {taken} FROM t_{number}",
              f"SELECT id, x IS NOT DISTINCT FROM NULL, {said} FROM t_{number} ORDER BY id", sep="\t")


# What a reader's value is as Postgres's text.

def decimal_text(value, expected):
    if "." not in expected:
        return format(value.to_integral_value() if value == value.to_integral_value() else value, "f")
    return format(value, "f")


def json_value(value):
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, list):
        return [json_value(item) for item in value]
    if isinstance(value, dict):
        return {key: json_value(item) for key, item in value.items()}
    if value.__class__.__name__ == "UUID":
        return str(value)
    return value


def same(kind, value, expected):
    if kind == "boolean":
        return ("true" if value else "false") == expected
    if kind in ("number", "days", "instant"):
        return str(value) == expected
    if kind == "real":
        return struct.pack(">f", value).hex() == expected or (value != value and expected == "7fc00000")
    if kind == "double":
        return struct.pack(">d", value).hex() == expected or (value != value and expected == "7ff8000000000000")
    if kind == "decimal":
        return decimal_text(value, expected) == expected
    if kind == "binary":
        return bytes(value).hex() == expected
    if kind == "uuid":
        return str(value) == expected
    if kind == "interval":
        parts = list(value.values()) if isinstance(value, dict) else list(value)
        return " ".join(str(part) for part in parts) == expected
    if kind == "json":
        return json_value(value) == json.loads(expected, parse_float=str)
    if kind == "map":
        return dict(value) == json.loads(expected)
    return value == expected


def from_pyarrow(path, kind):
    import pyarrow as pa
    import pyarrow.parquet as pq
    table = pq.read_table(path)
    column = table.column("x")
    if kind == "days":
        column = column.cast(pa.int32())
    if kind == "instant":
        column = column.cast(pa.int64())
    values = column.to_pylist()
    if kind == "uuid":
        import uuid
        values = [uuid.UUID(bytes=value) if isinstance(value, bytes) else value for value in values]
    if kind == "json":
        values = [uuid_items(value) for value in values]
    return dict(zip(table.column("id").to_pylist(), values))


def uuid_items(value):
    import uuid
    if isinstance(value, list):
        return [uuid.UUID(bytes=item) if isinstance(item, bytes) else item for item in value]
    return value


def from_duckdb(path, kind):
    import duckdb
    connection = duckdb.connect()
    if kind == "days":
        told = "x - DATE '1970-01-01'"
    elif kind == "instant":
        told = "epoch_us(x)"
    else:
        told = "x"
    return dict(connection.execute(f"SELECT id, {told} FROM read_parquet(?)", [path]).fetchall())


def compare(folder):
    csv.field_size_limit(1 << 30)
    decimal.getcontext().prec = 80
    differences, count = [], 0
    for name, _, _, _, _, _, kind in TYPES:
        with open(f"{folder}/{name}.csv", newline="", encoding="utf-8") as file:
            said = {int(row[0]): (row[1] == "t", row[2]) for row in csv.reader(file)}
        if len(said) < ROWS + 2:
            differences.append(f"{name}: psql told {len(said)} values")
        for reader, read in (("pyarrow", from_pyarrow), ("duckdb", from_duckdb)):
            try:
                found = read(f"{folder}/{name}.parquet", kind)
            except Exception as error:  # A reader that cannot read the file is a difference as well.
                differences.append(f"{name}: {reader}: {error.__class__.__name__}: {error}"[:300])
                continue
            if found.keys() != said.keys():
                differences.append(f"{name}: {reader} has {len(found)} of {len(said)} rows")
                continue
            told = 0
            for number, (is_null, expected) in said.items():
                value = found[number]
                count += 1
                if (value is None) != is_null or (value is not None and not same(kind, value, expected)):
                    told += 1
                    if told <= 3:
                        differences.append(f"{name}: {reader}: row {number}: {value!r} for {expected!r}"[:300])
    json.dump({"types": len(TYPES), "values": count, "differences": differences}, sys.stdout, ensure_ascii=False,
              default=str)
    print()
    return 1 if differences else 0


if __name__ == "__main__":
    if sys.argv[1:] == ["tables"]:
        tables()
    elif sys.argv[1:] == ["queries"]:
        queries()
    elif len(sys.argv) == 3 and sys.argv[1] == "compare":
        sys.exit(compare(sys.argv[2]))
    else:
        sys.exit(__doc__)
