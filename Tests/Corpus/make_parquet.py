"""Makes odd and hostile Parquet files byte by byte, with what a reader must do with each, beside this script.

    make_parquet.py FOLDER [--large]

Writes FOLDER/Parquet/NAME.parquet and FOLDER/Parquet/oracle/NAME.parquet.json: {"file", "expect", "exercises"} and, where
the file can be read, "num_rows" and "rows_sha256", the SHA-256 of its rows as canonical text. "expect" is read, error,
either or limit, as in the shared conformance set, whose checker runs over this folder as well. Rows are written down here by
hand, never taken from a reader. Files above 100 KB are only made with --large. Nothing but the standard library.
"""

import gzip
import hashlib
import json
import os
import struct
import sys
import zlib

BOOLEAN, INT32, INT64, INT96, FLOAT, DOUBLE, BYTES, FIXED = range(8)
PLAIN, OLD_DICTIONARY, RLE, BIT_PACKED, DELTA, DELTA_LENGTH, DELTA_BYTES, DICTIONARY, SPLIT = 0, 2, 3, 4, 5, 6, 7, 8, 9
REQUIRED, OPTIONAL, REPEATED = range(3)
NONE, SNAPPY, GZIP, LZO, BROTLI, LZ4, ZSTD, LZ4_RAW = range(8)


# Thrift's compact protocol: a structure is {field: value}; I(number) has a type of its own.
class I:
    def __init__(self, value, kind=5):
        self.value, self.kind = value, kind


def varint(n):
    out = b""
    while n >= 0x80:
        out += bytes([n & 0x7F | 0x80])
        n >>= 7
    return out + bytes([n])


def zigzag(n):
    return varint((n << 1 ^ n >> 63) & (1 << 64) - 1)


def kind(v):
    if isinstance(v, bool):
        return 1 if v else 2
    return {int: 6, I: getattr(v, "kind", 5), bytes: 8, str: 8, list: 9, dict: 12, float: 7}[type(v)]


def thrift(v):
    if isinstance(v, bool):
        return bytes([1 if v else 2])
    if isinstance(v, int):
        return zigzag(v)
    if isinstance(v, I):
        return bytes([v.value & 255]) if v.kind == 3 else zigzag(v.value)
    if isinstance(v, str):
        v = v.encode()
    if isinstance(v, bytes):
        return varint(len(v)) + v
    if isinstance(v, list):
        k = kind(v[0]) if v else 12
        head = bytes([len(v) << 4 | k]) if len(v) < 15 else bytes([0xF0 | k]) + varint(len(v))
        return head + b"".join(map(thrift, v))
    out, last = b"", 0
    for field, value in v.items():
        k = kind(value)
        if value is None:
            continue
        out += bytes([(field - last) << 4 | k]) if 0 < field - last < 16 else bytes([k]) + zigzag(field)
        last = field
        if not isinstance(value, bool):
            out += thrift(value)
    return out + b"\0"


def run(value, count, width):
    return varint(count << 1) + value.to_bytes((width + 7) // 8, "little")


def packed(values, width):
    values = values + [0] * (-len(values) % 8)
    bits = sum(v << i * width for i, v in enumerate(values))
    return varint(len(values) // 8 << 1 | 1) + bits.to_bytes(len(values) * width // 8, "little")


def levels(values, most):
    """Levels of a v1 page."""
    body = packed(values, most.bit_length())
    return struct.pack("<I", len(body)) + body


def texts(*values):
    return b"".join(struct.pack("<I", len(v)) + v for v in values)


def ints(*values):
    return struct.pack(f"<{len(values)}i", *values)


def longs(*values):
    return struct.pack(f"<{len(values)}q", *values)


def element(name, repetition=REQUIRED, type=None, children=None, converted=None, length=None, scale=None, precision=None,
            logical=None):
    fields = {1: type, 2: length, 3: repetition, 4: name, 5: children, 6: converted, 7: scale, 8: precision}
    out = {k: I(v) if isinstance(v, int) else v for k, v in fields.items() if v is not None}
    if logical is not None:
        out[10] = logical
    return out


def root(children):
    return {4: "schema", 5: I(children)}


def data(body, count, encoding=PLAIN, size=None, stored=None, crc=None, definition=RLE, repetition=RLE, extra=None):
    header = {1: I(0), 2: I(len(body) if size is None else size), 3: I(len(body) if stored is None else stored)}
    if crc is not None:
        header[4] = I(crc)
    header[5] = {1: I(count), 2: I(encoding), 3: I(definition), 4: I(repetition)}
    header.update(extra or {})
    return thrift(header) + body


def second(values, count, nulls=0, rows=None, repetition=b"", definition=b"", encoding=PLAIN, size=None, compressed=None,
           lengths=None):
    body = repetition + definition + values
    header = {1: I(3), 2: I(len(body) if size is None else size), 3: I(len(body)),
              8: {1: I(count), 2: I(nulls), 3: I(count if rows is None else rows), 4: I(encoding),
                  5: I(len(definition) if lengths is None else lengths[0]),
                  6: I(len(repetition) if lengths is None else lengths[1])}}
    if compressed is not None:
        header[8][7] = compressed
    return thrift(header) + body


def dictionary(body, count, encoding=PLAIN, size=None):
    return thrift({1: I(2), 2: I(len(body) if size is None else size), 3: I(len(body)), 7: {1: I(count), 2: I(encoding)}}) + body


class Column:
    """A column chunk: pages, and the metadata about them."""

    def __init__(self, type, path, pages, values, codec=NONE, encodings=(PLAIN, RLE), has_dictionary=False, uncompressed=None,
                 **changes):
        self.type, self.path, self.pages, self.values, self.codec = type, path, b"".join(pages), values, codec
        self.encodings, self.first = list(encodings), len(pages[0]) if has_dictionary else None
        self.uncompressed, self.changes = uncompressed, changes

    def metadata(self, start):
        meta = {1: I(self.type), 2: [I(e) for e in self.encodings], 3: self.path.split("."), 4: I(self.codec), 5: self.values,
                6: len(self.pages) if self.uncompressed is None else self.uncompressed, 7: len(self.pages),
                9: start + (self.first or 0)}
        if self.first is not None:
            meta[11] = start
        for field, value in self.changes.items():
            meta[int(field[1:])] = value
        return {2: 0, 3: dict(sorted(meta.items()))}


def file(schema, groups, rows=None, footer=None, keep=b"PAR1", gap=b"", changes=None):
    """groups: [(rows, [Column])]"""
    body, listed, total = b"PAR1", [], 0
    for count, columns in groups:
        chunks = []
        for column in columns:
            body += gap
            chunks.append(column.metadata(len(body)))
            body += column.pages
        listed.append({1: chunks, 2: sum(len(c.pages) for c in columns), 3: count})
        total += count
    meta = {1: I(1), 2: schema, 3: total if rows is None else rows, 4: listed, 6: "corpus"}
    meta.update(changes or {})
    tail = thrift(dict(sorted(meta.items()))) if footer is None else footer
    return body + tail + struct.pack("<I", len(tail)) + keep


FILES = {}


def add(name, content, exercises, rows=None, expect=None):
    """rows: lines of canonical text, for files that must be read; expect alone for the others."""
    assert name not in FILES
    FILES[name] = (content, exercises, rows, expect or ("read" if rows is not None else "error"))


def one(pages, rows, type=INT32, repetition=REQUIRED, values=None, converted=None, length=None, codec=NONE, **more):
    """A file of one column named a."""
    known = {k: more.pop(k) for k in ("scale", "precision", "logical") if k in more}
    schema = [root(1), element("a", repetition, type, converted=converted, length=length, **known)]
    return file(schema, [(rows, [Column(type, "a", pages, rows if values is None else values, codec, **more)])])


exec(open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "parquet_cases.py")).read())


def main(folder, large=False):
    target = os.path.join(folder, "Parquet")
    os.makedirs(os.path.join(target, "oracle"), exist_ok=True)
    for name, (content, exercises, rows, expect) in FILES.items():
        if len(content) > 100_000 and not large:
            continue
        oracle = {"file": name + ".parquet", "expect": expect, "exercises": exercises}
        if rows is not None:
            text = "".join(row + "\n" for row in rows).encode()
            oracle |= {"num_rows": len(rows), "rows_sha256": hashlib.sha256(text).hexdigest()}
        with open(os.path.join(target, name + ".parquet"), "wb") as f:
            f.write(content)
        with open(os.path.join(target, "oracle", name + ".parquet.json"), "w") as f:
            json.dump(oracle, f, indent=1)
            f.write("\n")
    print(f"{len(os.listdir(target)) - 1} files")


if __name__ == "__main__":
    main(sys.argv[1], "--large" in sys.argv)
