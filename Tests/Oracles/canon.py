"""One canonical text for a value, whichever library read it, so that readers can be compared.

NULL is N. Booleans are T and F. Whole numbers and decimals are their digits (a decimal at its own scale, never through
a double). Floats are Python's shortest round-trip text; -0.0 and 0.0 differ, every NaN is nan. Dates are days and
instants microseconds since 1970, UTC. Text and bytes are their length and their bytes, so that no value can look like
two. Lists and structs nest.
"""

import datetime
import decimal
import hashlib
import math
import uuid

EPOCH_DAY = datetime.date(1970, 1, 1).toordinal()
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MICROSECOND = datetime.timedelta(microseconds=1)


def text(value):
    if value is None:
        return "N"
    if value is True or value is False:
        return "T" if value else "F"
    if isinstance(value, int):
        return f"i{value}"
    if isinstance(value, float):
        return "fnan" if math.isnan(value) else f"f{value!r}"
    if isinstance(value, decimal.Decimal):
        sign, digits, exponent = value.as_tuple()
        return f"d{sign}:{''.join(map(str, digits))}:{exponent}"
    if isinstance(value, datetime.datetime):
        if value.tzinfo is None:
            value = value.replace(tzinfo=datetime.timezone.utc)
        return f"t{(value - EPOCH) // MICROSECOND}"
    if isinstance(value, datetime.date):
        return f"D{value.toordinal() - EPOCH_DAY}"
    if isinstance(value, str):
        return f"s{len(value.encode())}:{value}"
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"b{len(value)}:{bytes(value).hex()}"
    if isinstance(value, uuid.UUID):
        return f"b16:{value.bytes.hex()}"
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}={text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(text, value)) + "]"
    raise TypeError(f"no canonical text for {type(value).__name__}")


class Description:
    """Rows as they come, in any order."""

    def __init__(self, columns):
        self.columns, self.rows, self.sum = list(columns), 0, 0
        self.nulls = {column: 0 for column in self.columns}

    def add(self, row):
        self.rows += 1
        for column, value in zip(self.columns, row):
            if value is None:
                self.nulls[column] += 1
        digest = hashlib.blake2b("\x1f".join(map(text, row)).encode("utf-8", "surrogatepass"), digest_size=8)
        self.sum = (self.sum + int.from_bytes(digest.digest(), "big")) % 2**64

    def answer(self):
        nulls = {column: count for column, count in self.nulls.items() if count}
        return {"rows": self.rows, "columns": self.columns, "nulls": nulls, "hash": f"{self.sum:016x}"}


def arrow(table):
    """A pyarrow table of anything that speaks the Arrow C stream interface."""
    import pyarrow

    return table if isinstance(table, pyarrow.Table) else pyarrow.table(table)




def describe_arrow(table):
    table = arrow(table)
    description = Description(table.column_names)
    for batch in table.to_batches(max_chunksize=16384):
        for row in zip(*(column.to_pylist() for column in batch.columns)):
            description.add(row)
    return description.answer()


def describe_parquet(paths):
    import pyarrow.parquet as pq

    description = None
    for path in paths:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            if description is None:
                description = Description(file.schema_arrow.names)
            if description.columns != file.schema_arrow.names:
                raise ValueError("the files have different columns")
            for batch in file.iter_batches(batch_size=16384):
                for row in zip(*(column.to_pylist() for column in batch.columns)):
                    description.add(row)
    return (description or Description([])).answer()


def describe_duckdb(paths):
    import duckdb

    if not paths:
        return Description([]).answer()
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    paths = [path.removeprefix("file://") for path in paths]
    relation = connection.execute("SELECT * FROM read_parquet(?)", [paths])
    description = Description([column[0] for column in relation.description])
    while rows := relation.fetchmany(16384):
        for row in rows:
            description.add(row)
    return description.answer()


def attempt(reader, *arguments):
    try:
        return reader(*arguments)
    except Exception as error:  # whatever a reader throws is its answer
        return {"error": f"{type(error).__name__}: {error}"}


def agree(answers):
    answers = list(answers)
    return all("error" not in answer for answer in answers) and all(answer == answers[0] for answer in answers)
