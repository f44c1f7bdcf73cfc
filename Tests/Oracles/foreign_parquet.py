"""Writes Parquet files as other engines write them, in odd configurations, and beside each what its rows are.

    foreign_parquet.py FOLDER SEED

For each FOLDER/NAME.parquet there is FOLDER/NAME.canon: its rows as canonical text, a line for each row, made from the
Arrow values that were written (pyarrow's files), or that pyarrow reads (DuckDB's and Polars' files). The text of a
value: ~ where it is missing; true, false; integers, decimals without their point, dates, times and instants as the
integer in the file; floats as f and their bits in hexadecimal; bytes of every other kind as x and hexadecimal;
[a,b] lists, {a,b} structures, <key:value> maps. Columns have a TAB between them. The same seed gives the same rows.
"""

import datetime
import decimal
import os
import random
import struct
import sys

import duckdb
import polars
import pyarrow as pa
import pyarrow.parquet as pq

# MARK: Canonical text


def texts(array, int96=False):
    """The texts of an Arrow array that is not a slice."""
    kind = array.type
    if isinstance(kind, pa.BaseExtensionType):
        return texts(array.storage, int96)
    if pa.types.is_dictionary(kind):
        return texts(array.dictionary_decode(), int96)
    if pa.types.is_null(kind):
        return ["~"] * len(array)
    missing = array.is_null().to_pylist()
    if pa.types.is_list_view(kind) or pa.types.is_large_list_view(kind):
        array = array.cast(pa.large_list(kind.value_field))
        kind = array.type
    if pa.types.is_map(kind):
        offsets, keys, items = array.offsets.to_pylist(), texts(array.keys, int96), texts(array.items, int96)
        pieces = [f"{key}:{item}" for key, item in zip(keys, items)]
        rows = ["<" + ",".join(pieces[start:end]) + ">" for start, end in zip(offsets, offsets[1:])]
    elif pa.types.is_fixed_size_list(kind):
        # Missing lists have their places among the values.
        inner, size = texts(array.values, int96), kind.list_size
        rows = ["[" + ",".join(inner[row * size:(row + 1) * size]) + "]" for row in range(len(array))]
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        offsets, inner = array.offsets.to_pylist(), texts(array.values, int96)
        rows = ["[" + ",".join(inner[start:end]) + "]" for start, end in zip(offsets, offsets[1:])]
    elif pa.types.is_struct(kind):
        parts = [texts(part, int96) for part in array.flatten()]
        rows = ["{" + ",".join(part[row] for part in parts) + "}" for row in range(len(array))]
    else:
        rows = leaves(array, kind, int96)
    return ["~" if none else row for none, row in zip(missing, rows)]


def leaves(array, kind, int96):
    if pa.types.is_timestamp(kind):
        values = array.cast(pa.int64()).to_pylist()
        if int96:
            factor = {"s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1}[kind.unit]
            return [value if value is None else str(value * factor // 1_000) for value in values]
        return [value if value is None else str(value * (1_000 if kind.unit == "s" else 1)) for value in values]
    if pa.types.is_time32(kind):
        values = array.cast(pa.int32()).to_pylist()
        return [value if value is None else str(value * (1_000 if kind.unit == "s" else 1)) for value in values]
    if pa.types.is_time64(kind) or pa.types.is_duration(kind):
        return [str(value) for value in array.cast(pa.int64()).to_pylist()]
    if pa.types.is_date64(kind):
        array = array.cast(pa.date32())
        kind = array.type
    if pa.types.is_date32(kind):
        return [str(value) for value in array.cast(pa.int32()).to_pylist()]
    return [value if value is None else leaf(value, kind) for value in array.to_pylist()]


def leaf(value, kind):
    if pa.types.is_boolean(kind):
        return "true" if value else "false"
    if pa.types.is_integer(kind):
        return str(value)
    if pa.types.is_float16(kind):
        return "f" + struct.pack(">e", value).hex()
    if pa.types.is_float32(kind):
        return "f" + struct.pack(">f", value).hex()
    if pa.types.is_float64(kind):
        return "f" + struct.pack(">d", value).hex()
    if pa.types.is_decimal(kind):
        with decimal.localcontext() as context:
            context.prec = 100
            return str(int(value.scaleb(kind.scale)))
    if isinstance(value, str):
        return "x" + value.encode().hex()
    if isinstance(value, bytes):
        return "x" + value.hex()
    raise TypeError(f"no canonical text for {kind}")


def canon(path, table, int96=False):
    columns = []
    for column in table.columns:
        rows = []
        for chunk in column.chunks:
            # A slice would keep the offset of what it was cut from.
            whole = pa.concat_arrays([chunk]) if chunk.offset == 0 else chunk.take(pa.array(range(len(chunk))))
            rows += texts(whole, int96)
        columns.append(rows)
    with open(path, "w", encoding="ascii", newline="\n") as file:
        for row in range(table.num_rows):
            file.write("\t".join(column[row] for column in columns) + "\n")


# MARK: Values


class Values:
    """Columns of every type with missing values, edges, runs and repeated values among them."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def column(self, count, edges, value, missing=0.2, runs=True):
        rows, distinct = [], [value() for _ in range(5)]
        while len(rows) < count:
            length = self.random.choice([1, 1, 1, 2, 9, 70]) if runs else 1
            pick = self.random.random()
            if pick < missing:
                item = None
            elif pick < missing + 0.1:
                item = self.random.choice(edges) if edges else value()
            elif pick < missing + 0.4:
                item = self.random.choice(distinct)
            else:
                rows += [value() for _ in range(length)]
                continue
            rows += [item] * length
        return rows[:count]

    def integer(self, bits, signed=True):
        low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
        return [low, high, 0, 1], lambda: max(low, min(high, self.random.getrandbits(self.random.randint(1, bits))
                                                       * self.random.choice([1, -1 if signed else 1])))

    def text(self):
        return [chr(0x10FFFF), "", "\x00", "\U0001F600", "ß" * 40], lambda: self.random.choice(
            ["", "Ọjà ", "key-", "a" * 30]) + str(self.random.randint(0, 9_999))

    def bytes(self, length=None):
        edges = [b"\xff" * 8, b"", b"\x00"] if length is None else [b"\xff" * length, b"\x00" * length]
        return edges, lambda: self.random.randbytes(self.random.randint(0, 9) if length is None else length)

    def number(self):
        edges = [0.0, -0.0, float("inf"), float("-inf"), float("nan"), 1.5]
        return edges, lambda: self.random.uniform(-1, 1) * 2.0 ** self.random.randint(-10, 10)

    def decimal(self, precision, scale):
        def make(number):
            with decimal.localcontext() as context:
                context.prec = 100
                return decimal.Decimal(number).scaleb(-scale)

        most = 10**precision - 1
        edges = [make(most), make(-most), make(0), make(-1), make(min(most, 128)), make(max(-most, -129))]
        return edges, lambda: make(self.random.randint(-most, most) // 10 ** self.random.randint(0, precision - 1))

    def flat(self, count, missing=0.2):
        """A table of every flat type that pyarrow writes."""
        columns = {}

        def add(name, kind, made, cast=None):
            edges, value = made
            rows = self.column(count, edges, value, missing)
            columns[name] = pa.array(rows, cast or kind)
            if cast:
                columns[name] = columns[name].cast(kind)

        add("row", pa.int64(), ([], iter(range(1 << 40)).__next__))
        columns["row"] = pa.array(range(count), pa.int64())
        add("flag", pa.bool_(), ([True, False], lambda: self.random.random() < 0.5))
        for bits in (8, 16, 32, 64):
            add(f"i{bits}", pa.from_numpy_dtype(f"int{bits}"), self.integer(bits))
            add(f"u{bits}", pa.from_numpy_dtype(f"uint{bits}"), self.integer(bits, signed=False))
        halves = [0.0, -0.0, 65504.0, 2.0**-24, float("inf"), float("-inf")]
        add("half", pa.float16(), (halves, lambda: float(self.random.randint(-2_000, 2_000)) / 8), pa.float32())
        add("single", pa.float32(), self.number())
        add("real", pa.float64(), self.number())
        for precision, scale in ((1, 0), (9, 9), (10, 2), (18, 4), (19, 0), (38, 10)):
            add(f"decimal{precision}", pa.decimal128(precision, scale), self.decimal(precision, scale))
        add("small decimal", pa.decimal32(7, 2), self.decimal(7, 2))
        add("middle decimal", pa.decimal64(16, 3), self.decimal(16, 3))
        add("day", pa.date32(), self.integer(20), pa.int32())
        days = self.integer(14)
        add("old day", pa.date64(), ([0], lambda: days[1]() * 86_400_000), pa.int64())
        for unit in ("s", "ms", "us"):
            add(f"at {unit}", pa.timestamp(unit), self.integer(40), pa.int64())
            add(f"at {unit} UTC", pa.timestamp(unit, "UTC"), self.integer(40), pa.int64())
        add("at ns", pa.timestamp("ns"), self.whole_microseconds(), pa.int64())
        add("at ns there", pa.timestamp("ns", "Africa/Lagos"), self.whole_microseconds(), pa.int64())
        for unit, most in (("s", 86_399), ("ms", 86_399_999)):
            add(f"time {unit}", pa.time32(unit), ([0, most], lambda: self.random.randint(0, most)), pa.int32())
        for unit, most in (("us", 86_399_999_999), ("ns", 86_399_999_999_999)):
            add(f"time {unit}", pa.time64(unit), ([0, most], lambda: self.random.randint(0, most)), pa.int64())
        add("span", pa.duration("us"), self.integer(50), pa.int64())
        add("text", pa.string(), self.text())
        add("Größe, \"x\".y", pa.large_string(), self.text())
        add("seen", pa.string_view(), self.text())
        add("blob", pa.binary(), self.bytes())
        add("seen blob", pa.binary_view(), self.bytes())
        add("fixed", pa.binary(5), self.bytes(5))
        add("word", pa.dictionary(pa.int8(), pa.string()), self.enumeration(), pa.string())
        columns["nothing"] = pa.nulls(count)
        identifiers = pa.array(self.column(count, *self.bytes(16), missing), pa.binary(16))
        columns["uuid"] = pa.ExtensionArray.from_storage(pa.uuid(), identifiers)
        documents = pa.array(self.column(count, ["{}"], lambda: '{"n":%d}' % self.random.randint(0, 9), missing), pa.string())
        columns["json"] = pa.ExtensionArray.from_storage(pa.json_(), documents)
        return pa.table(columns)

    def whole_microseconds(self):
        edges, value = self.integer(52)
        return [edge * 1_000 for edge in edges], lambda: value() * 1_000

    def enumeration(self):
        return ["red"], lambda: self.random.choice(["red", "green", "blue"])

    def nested(self, count):
        """Lists, structures and maps of each other, missing and empty at every level."""
        def maybe(value):
            return None if self.random.random() < 0.2 else value()

        def some(value):
            return [value() for _ in range(self.random.choice([0, 0, 1, 2, 5]))]

        number = self.integer(32)[1]
        text = self.text()[1]
        day = lambda: datetime.date(2026, 1, 1) + datetime.timedelta(self.random.randint(0, 400))
        place = lambda: {"name": maybe(text), "codes": maybe(lambda: some(lambda: maybe(number)))}
        entries = lambda value: [(f"k{index}", value()) for index in range(self.random.choice([0, 1, 3]))]
        deep = pa.list_(pa.list_(pa.list_(pa.int32())))
        where = pa.struct([("name", pa.string()), ("codes", pa.list_(pa.int32()))])
        kinds = {
            "list": (pa.list_(pa.int32()), lambda: some(lambda: maybe(number))),
            "strict": (pa.list_(pa.field("item", pa.int32(), False)), lambda: some(number)),
            "large": (pa.large_list(pa.string()), lambda: some(lambda: maybe(text))),
            "view": (pa.list_(pa.date32()), lambda: some(lambda: maybe(day))),
            "pair": (pa.list_(pa.float64(), 2), lambda: [self.random.random(), None]),
            "deep": (deep, lambda: some(lambda: maybe(lambda: some(lambda: maybe(lambda: some(lambda: maybe(number))))))),
            "place": (where, place),
            "places": (pa.list_(where), lambda: some(lambda: maybe(place))),
            "inner": (pa.struct([("a", pa.struct([("b", pa.struct([("c", pa.int64())]))]))]),
                      lambda: {"a": maybe(lambda: {"b": maybe(lambda: {"c": maybe(number)})})}),
            "map": (pa.map_(pa.string(), pa.decimal128(9, 2)), lambda: entries(lambda: maybe(self.decimal(9, 2)[1]))),
            "map of lists": (pa.map_(pa.string(), pa.list_(pa.int32())),
                             lambda: entries(lambda: maybe(lambda: some(lambda: maybe(number))))),
            "map of maps": (pa.map_(pa.string(), pa.map_(pa.string(), where)),
                            lambda: entries(lambda: maybe(lambda: entries(lambda: maybe(place))))),
            "maps": (pa.list_(pa.map_(pa.string(), pa.bool_())),
                     lambda: some(lambda: maybe(lambda: entries(lambda: maybe(lambda: self.random.random() < 0.5))))),
        }
        columns = {"row": pa.array(range(count), pa.int64())}
        for name, (kind, value) in kinds.items():
            columns[name] = pa.array([maybe(value) for _ in range(count)], kind)
        strict = pa.array(range(count), pa.int64())
        columns["required"] = pa.StructArray.from_arrays([strict], fields=[pa.field("n", pa.int64(), False)])
        return pa.table(columns)


# MARK: Files

CODECS = ["none", "snappy", "gzip", "brotli", "zstd", "lz4"]

ENCODINGS = {
    "i32": ["PLAIN", "DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT"],
    "i64": ["PLAIN", "DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT"],
    "row": ["DELTA_BINARY_PACKED"], "u8": ["DELTA_BINARY_PACKED"], "u64": ["DELTA_BINARY_PACKED"],
    "at us": ["DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT"], "day": ["DELTA_BINARY_PACKED"],
    "flag": ["RLE", "PLAIN"],
    "half": ["BYTE_STREAM_SPLIT"], "single": ["BYTE_STREAM_SPLIT", "PLAIN"], "real": ["BYTE_STREAM_SPLIT", "PLAIN"],
    "text": ["PLAIN", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"],
    "blob": ["PLAIN", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"],
    "fixed": ["BYTE_STREAM_SPLIT", "DELTA_BYTE_ARRAY", "PLAIN"],
    "decimal38": ["BYTE_STREAM_SPLIT", "DELTA_BYTE_ARRAY"],
}


class Files:
    def __init__(self, folder, seed):
        self.folder, self.values, self.random = folder, Values(seed), random.Random(seed + 1)

    def path(self, name):
        return os.path.join(self.folder, name + ".parquet")

    def arrow(self, name, table, int96=False, **options):
        pq.write_table(table, self.path(name), use_deprecated_int96_timestamps=int96, **options)
        canon(os.path.join(self.folder, name + ".canon"), table, int96)

    def options(self):
        """Any of pyarrow's ways of writing."""
        pick = self.random.choice
        codec = pick(CODECS)
        return {
            "compression": codec, "version": "2.6", "data_page_version": pick(["1.0", "2.0"]),
            "data_page_size": pick([64, 1_000, 1 << 20]), "row_group_size": pick([97, 640, 1 << 20]),
            "write_batch_size": pick([1, 33, 1_024]), "write_page_index": pick([True, False]),
            "write_page_checksum": pick([True, False]), "store_schema": pick([True, False]),
            "write_statistics": pick([True, True, False]), "use_compliant_nested_type": pick([True, False]),
            "store_decimal_as_integer": pick([True, False]), "dictionary_pagesize_limit": pick([60, 1 << 20]),
        }

    def write(self):
        for number in range(8):
            table = self.values.flat(self.random.choice([1, 300, 1_500]), self.random.choice([0.0, 0.2, 0.9]))
            self.arrow(f"flat{number}", table, use_dictionary=self.random.choice([True, False]), **self.options())
        for number in range(6):
            encodings = {name: self.random.choice(choice) for name, choice in ENCODINGS.items()}
            table = self.values.flat(700)
            self.arrow(f"encoded{number}", table, use_dictionary=False, column_encoding=encodings, **self.options())
        for number in range(6):
            table = self.values.nested(self.random.choice([1, 40, 900]))
            self.arrow(f"nested{number}", table, use_dictionary=self.random.choice([True, False]), **self.options())
        self.special()
        self.duckdb()
        self.polars()

    def special(self):
        flat = self.values.flat(500)
        at = flat.select([name for name in flat.column_names if name.startswith("at ")])
        self.arrow("int96", at, int96=True)
        self.arrow("noRows", flat.slice(0, 0))
        self.arrow("noRowsNested", self.values.nested(0))
        wide = self.values.decimal(76, 20)
        self.arrow("wide", pa.table({"d": pa.array(self.values.column(300, *wide), pa.decimal256(76, 20)),
                                     "e": pa.array(self.values.column(300, *self.values.decimal(40, 2)),
                                                   pa.decimal256(40, 2))}))
        order = sorted(range(400), key=lambda row: (flat["i32"][row].as_py() is None, flat["i32"][row].as_py() or 0))
        self.arrow("sorted", flat.select(["i32", "text", "row"]).take(order), row_group_size=50,
                   sorting_columns=[pq.SortingColumn(0)], write_page_index=True, data_page_size=64, write_batch_size=8)
        noted = flat.select(["row", "text"]).replace_schema_metadata({"tenant": "Ọjà", "empty": "", "long": "n" * 70_000})
        self.arrow("noted", noted)
        odd = pa.table([flat["row"], flat["text"], flat["i8"]], names=["", "a.b", "\U0001F600\t\n"])
        self.arrow("names", odd)
        twins = pa.table([flat["row"], flat["text"]], names=["same", "same"])
        self.arrow("twins", twins)
        ours = pa.timestamp("ns")
        fine = pa.array(self.values.column(300, *self.values.integer(60)), pa.int64()).cast(ours)
        self.arrow("nanoseconds", pa.table({"at": fine, "row": range(300)}))
        # Lists of more values than a page holds, and a text longer than one.
        long = [[n % 7 for n in range(20_000)], [], None, list(range(9_000))]
        self.arrow("long", pa.table({"n": pa.array(long, pa.list_(pa.int64())), "t": ["x" * 200_000, "", None, "y"]}),
                   data_page_size=1_000, data_page_version="2.0", compression="lz4")

    def read(self, name):
        with pq.ParquetFile(self.path(name)) as file:
            canon(os.path.join(self.folder, name + ".canon"), file.read())

    def duckdb(self):
        connection = duckdb.connect()
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET threads = 1")
        query = """
            SELECT n::UTINYINT AS u8, n::USMALLINT AS u16, n::UINTEGER AS u32, n::UBIGINT AS u64, n::TINYINT AS i8,
                nullif(n, 7)::INTEGER AS i32, n::HUGEINT AS huge, n / 7 AS real, (n / 3)::FLOAT AS single,
                (n - 50)::DECIMAL(4, 1) AS d4, (n - 50)::DECIMAL(9, 2) AS d9, (n * -7)::DECIMAL(18, 3) AS d18,
                (n * -7)::DECIMAL(38, 9) AS d38, DATE '2026-01-01' + n::INTEGER AS day,
                TIME '01:02:03' + to_microseconds(n) AS clock, TIMESTAMP '2026-01-01 01:02:03.456' + to_hours(n) AS at,
                (TIMESTAMP '1960-01-01' + to_hours(n))::TIMESTAMP_S AS at_s,
                (TIMESTAMP '1960-01-01' + to_hours(n))::TIMESTAMP_MS AS at_ms,
                (TIMESTAMP '1960-01-01' + to_hours(n))::TIMESTAMP_NS AS at_ns,
                (TIMESTAMP '1960-01-01' + to_hours(n))::TIMESTAMPTZ AS at_utc,
                to_months(n::INTEGER) + to_days(3) + to_milliseconds(n) AS span,
                ('00000000-0000-4000-8000-0000000000' || lpad(to_hex(n), 2, '0'))::UUID AS id,
                'text' || (n % 9) AS text, repeat('z', n::INTEGER) AS longer, encode('b' || n) AS blob,
                {'a': n, 'b': nullif('s' || n, 's5')} AS part, [n, NULL, n * 2] AS list, [[n], [], NULL] AS deep,
                CASE WHEN n % 5 = 0 THEN NULL ELSE MAP {'k' || n: n, 'l': NULL} END AS map,
                to_json({'n': n}) AS json, (['a', 'b'])[1 + n % 2]::ENUM ('a', 'b') AS word,
                [n, n + 1]::INTEGER[2] AS pair, n % 3 = 0 AS flag, NULL::INTEGER AS nothing
            FROM range(100) t(n)"""
        for number in range(6):
            options = {
                "COMPRESSION": ["uncompressed", "snappy", "gzip", "zstd", "brotli", "lz4_raw"][number],
                "PARQUET_VERSION": self.random.choice(["v1", "v2"]),
                "ROW_GROUP_SIZE": self.random.choice([2_048, 122_880]),
                "DICTIONARY_SIZE_LIMIT": self.random.choice([1, 100_000]),
            }
            text = ", ".join(f"{key} {value}" for key, value in options.items())
            many = query.replace("range(100) t(n)", "(SELECT range % 100 AS n FROM range(5000))")
            source = self.random.choice([query, many])
            connection.execute(f"COPY ({source}) TO '{self.path(f'duckdb{number}')}' (FORMAT parquet, {text})")
            self.read(f"duckdb{number}")

    def polars(self):
        table = self.values.flat(800)
        keep = ["row", "flag", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "single", "real", "decimal10",
                "decimal38", "day", "at ms", "at us UTC", "at ns", "time us", "span", "text", "blob", "word", "nothing"]
        flat = polars.from_arrow(table.select(keep))
        nested = polars.from_arrow(self.values.nested(300).select(["row", "list", "deep", "place", "places", "inner"]))
        for number in range(6):
            frame = self.random.choice([flat, nested])
            frame.write_parquet(
                self.path(f"polars{number}"), compression=["uncompressed", "snappy", "gzip", "zstd", "brotli", "lz4"][number],
                statistics=self.random.choice([True, False, "full"]), row_group_size=self.random.choice([50, 1_000]),
                data_page_size=self.random.choice([64, 1_000, 1 << 20]))
            self.read(f"polars{number}")


if __name__ == "__main__":
    Files(sys.argv[1], int(sys.argv[2])).write()
