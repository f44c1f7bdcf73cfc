# The files of make_parquet.py, which runs this. First what is odd but sound, then what lies.

A3 = ints(1, 2, 3)

# Lists and maps of older writers.
LIST_OF = levels([0, 1, 1, 0, 1], 1)
LIST_ROWS = ["[7,8,9]", "[10,11]"]
FIVE = ints(7, 8, 9, 10, 11)
add("list-two-level-primitive", file(
    [root(1), element("l", children=1, converted=3), element("array", REPEATED, INT32)],
    [(2, [Column(INT32, "l.array", [data(LIST_OF + levels([1] * 5, 1) + FIVE, 5)], 5)])]), "two-level list", LIST_ROWS)
add("list-two-level-tuple", file(
    [root(1), element("l", children=1, converted=3), element("l_tuple", REPEATED, children=1), element("x", REQUIRED, INT32)],
    [(2, [Column(INT32, "l.l_tuple.x", [data(LIST_OF + levels([1] * 5, 1) + FIVE, 5)], 5)])]),
    "two-level list of a structure, by its name", ["[{7},{8},{9}]", "[{10},{11}]"])
add("list-three-level-odd-names", file(
    [root(1), element("l", children=1, converted=3), element("bag", REPEATED, children=1), element("x", REQUIRED, INT32)],
    [(2, [Column(INT32, "l.bag.x", [data(LIST_OF + levels([1] * 5, 1) + FIVE, 5)], 5)])]),
    "three-level list with other names", LIST_ROWS)
add("repeated-without-list", file(
    [root(1), element("l", REPEATED, INT32)],
    [(2, [Column(INT32, "l", [data(LIST_OF + levels([1] * 5, 1) + FIVE, 5)], 5)])]), "repeated without a list", LIST_ROWS)
KEYS, VALUES = texts(b"k", b"l", b"m"), ints(1, 2, 3)
for name, converted, group in (("map-odd-names", 1, "entries"), ("map-key-value-annotation", 2, "map")):
    add(name, file(
        [root(1), element("m", children=1, converted=converted), element(group, REPEATED, children=2),
         element("k", REQUIRED, BYTES), element("v", REQUIRED, INT32)],
        [(2, [Column(BYTES, f"m.{group}.k", [data(levels([0, 1, 0], 1) + levels([1] * 3, 1) + KEYS, 3)], 3),
              Column(INT32, f"m.{group}.v", [data(levels([0, 1, 0], 1) + levels([1] * 3, 1) + VALUES, 3)], 3)])]),
        "map under other names", ["<x6b:1,x6c:2>", "<x6d:3>"])
add("list-empty-and-null", file(
    [root(1), element("l", OPTIONAL, children=1, converted=3), element("list", REPEATED, children=1),
     element("element", OPTIONAL, INT32)],
    [(4, [Column(INT32, "l.list.element", [data(levels([0, 0, 0, 1, 0], 1) + levels([0, 1, 2, 3, 3], 3) + ints(5, 6), 5)], 5)])]),
    "null, empty, null element", ["~", "[]", "[~,5]", "[6]"])

# Levels.
bits = 0b10110100
add("levels-bit-packed", one([data(bytes([bits]) + ints(1, 2, 3, 4), 8, definition=BIT_PACKED)], 8, repetition=OPTIONAL),
    "definition levels in BIT_PACKED", ["1", "~", "2", "3", "~", "4", "~", "~"])
add("levels-bit-packed-two-bits", file(
    [root(1), element("s", OPTIONAL, children=1), element("a", OPTIONAL, INT32)],
    [(5, [Column(INT32, "s.a", [data(bytes([0b00011010, 0b10000000]) + ints(8, 9, 10), 5, definition=BIT_PACKED)], 5)])]),
    "BIT_PACKED of width 2", ["~", "{~}", "{8}", "{9}", "{10}"])
add("levels-bit-packed-cut", one([data(bytes([255]), 80, definition=BIT_PACKED)], 80, repetition=OPTIONAL), "BIT_PACKED that ends early")
add("levels-long-run", one([data(struct.pack("<I", 5) + varint(1000 << 1) + b"\1" + b"\0\0" + A3, 3)], 3, repetition=OPTIONAL),
    "a run longer than the page, with bytes behind it", ["1", "2", "3"])
add("levels-deep", file(
    [root(1)] + [element(f"g{i}", OPTIONAL, children=1) for i in range(40)] + [element("a", OPTIONAL, INT32)],
    [(2, [Column(INT32, ".".join([f"g{i}" for i in range(40)] + ["a"]), [data(levels([41, 3], 41) + ints(5), 2)], 2)])]),
    "forty structures deep", ["{" * 40 + "5" + "}" * 40, "{{{~}}}"])
nest = [e for i in range(30) for e in (element(f"l{i}", OPTIONAL, children=1, converted=3), element("list", REPEATED, children=1))]
add("lists-deep", file(
    [root(1)] + nest[:] + [element("a", OPTIONAL, INT32)],
    [(1, [Column(INT32, ".".join([e[4] for e in nest] + ["a"]), [data(levels([0], 30) + levels([61], 61) + ints(5), 1)], 1)])]),
    "thirty lists deep", ["[" * 30 + "5" + "]" * 30])
add("levels-definition-high", one([data(struct.pack("<I", 2) + run(3, 3, 2) + A3, 3)], 3, repetition=OPTIONAL), "a level beyond its width")
add("levels-first-repeats", file(
    [root(1), element("l", REPEATED, INT32)],
    [(2, [Column(INT32, "l", [data(levels([1, 0, 1, 1, 0], 1) + levels([1] * 5, 1) + FIVE, 5)], 5)])]), "a row that begins inside of a list")
add("levels-too-few", one([data(levels([1], 1)[:4] + b"\2\1" + A3, 3)], 3, repetition=OPTIONAL), "fewer levels than values")
add("levels-length-negative", one([data(b"\xff\xff\xff\xff\3\1" + A3, 3)], 3, repetition=OPTIONAL), "levels of 4 GiB")
add("nulls-two-million", one([data(struct.pack("<I", 5) + varint(2000000 << 1) + b"\0" + b"\0", 2000000)], 2000000,
    repetition=OPTIONAL), "two million missing values in five bytes", ["~"] * 2000000)
add("list-of-a-billion", file(
    [root(1), element("l", REPEATED, INT32)],
    [(1, [Column(INT32, "l", [dictionary(ints(7), 1), data(
        struct.pack("<I", 9) + run(0, 1, 1) + varint((1 << 30) - 1 << 1) + b"\1" + b"\0"
        + struct.pack("<I", 6) + varint(1 << 31) + b"\1" + b"\1" + varint(1 << 31) + b"\0", 1 << 30, DICTIONARY)], 1 << 30,
        has_dictionary=True, encodings=(PLAIN, RLE, DICTIONARY))])]), "a list of 2^30 elements in a few bytes", expect="either")

# Numbers.
def decimal(type, values, length=None, precision=9, scale=2):
    return one([data(texts(*values) if type == BYTES else b"".join(values), len(values))], len(values), type=type, converted=5,
               length=length, precision=precision, scale=scale)
add("decimal-odd-bytes", decimal(BYTES, [b"\5", b"\xff", b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0", b"\xff\xff\xff\x00\x00", b"\x80"]),
    "decimals of one to eighteen bytes", ["5", "-1", "256", "-65536", "-128"])
add("decimal-fixed-3", decimal(FIXED, [b"\0\1\0", b"\xff\xff\xfe", b"\x80\0\0"], 3), "decimals of three bytes", ["256", "-2", "-8388608"])
add("decimal-fixed-17", decimal(FIXED, [b"\0" + b"\x7f" + b"\xff" * 15, b"\xff" * 17], 17, 38, 0), "decimals of seventeen bytes",
    [str((1 << 127) - 1), "-1"])
add("decimal-huge", decimal(FIXED, [b"\1" + b"\0" * 39], 40, 76, 5), "decimals of forty bytes", [str(1 << 312)])
add("decimal-absurd-scale", decimal(INT32, [ints(5)], None, 3, 9), "a scale above the precision: the physical type", ["5"])
add("int96", one([data(struct.pack("<qi", 1000, 2440589) + struct.pack("<qi", -1, 2440588) + struct.pack("<qi", 0, -2147483648), 3)], 3,
    type=INT96), "INT96 behind, before and far from the epoch",
    [str(86400000001), "-1", str((((-2147483648 - 2440588) * 86400000000) + (1 << 63)) % (1 << 64) - (1 << 63))])
add("unsigned", file([root(2), element("a", REQUIRED, INT32, converted=13), element("b", REQUIRED, INT64, converted=14)],
    [(1, [Column(INT32, "a", [data(b"\xff" * 4, 1)], 1), Column(INT64, "b", [data(b"\xff" * 8, 1)], 1)])]),
    "unsigned numbers", ["4294967295\t18446744073709551615"])
add("integer-annotation-odd", one([data(A3, 3)], 3, logical={10: {1: I(7, 3), 2: True}}), "an integer of 7 bits: the physical type", ["1", "2", "3"])
add("time-unit-unknown", one([data(longs(5), 1)], 1, type=INT64, logical={8: {1: True, 2: {9: {}}}}), "a timestamp of an unknown unit", ["5"])
add("float16", one([data(b"\x00\x3c\x01\x7e", 2)], 2, type=FIXED, length=2, logical={15: {}}), "float16", ["f3c00", "f7e01"])
add("fixed-of-one", one([data(b"abc", 3)], 3, type=FIXED, length=1), "values of one byte", ["x61", "x62", "x63"])

# Encodings.
CODES = (PLAIN, RLE, DICTIONARY)
add("dictionary-width-0", one([dictionary(ints(9), 1), data(b"\0", 3, DICTIONARY)], 3, has_dictionary=True, encodings=CODES),
    "codes of no bits", ["9"] * 3)
add("dictionary-width-32", one([dictionary(ints(9, 8), 2), data(b"\x20" + varint(1 << 1) + struct.pack("<I", 1) + varint(2 << 1) + struct.pack("<I", 0), 3, DICTIONARY)],
    3, has_dictionary=True, encodings=CODES), "codes of 32 bits", ["8", "9", "9"])
add("dictionary-old-name", one([dictionary(ints(9, 8), 2, OLD_DICTIONARY), data(b"\1" + packed([1, 0, 1], 1), 3, OLD_DICTIONARY)], 3,
    has_dictionary=True, encodings=(OLD_DICTIONARY, RLE)), "the old name of dictionaries", ["8", "9", "8"])
add("dictionary-not-announced", one([dictionary(ints(9, 8), 2), data(b"\1" + packed([1, 0, 1], 1), 3, DICTIONARY)], 3, encodings=CODES),
    "a dictionary that only the pages know of", ["8", "9", "8"])
add("dictionary-booleans", one([dictionary(b"\2", 2), data(b"\1" + packed([1, 0, 1], 1), 3, DICTIONARY)], 3, type=BOOLEAN, has_dictionary=True,
    encodings=CODES), "a dictionary of truth values", ["true", "false", "true"])
add("dictionary-int96", one([dictionary(struct.pack("<qi", 0, 2440588), 1), data(b"\0", 2, DICTIONARY)], 2, type=INT96, has_dictionary=True,
    encodings=CODES), "a dictionary of INT96", ["0", "0"])
add("dictionary-all-null", one([data(levels([0, 0, 0], 1), 3, DICTIONARY)], 3, repetition=OPTIONAL, encodings=CODES),
    "codes without a dictionary where all is missing", ["~"] * 3)
add("dictionary-code-high", one([dictionary(ints(9, 8), 2), data(b"\2" + packed([1, 0, 2], 2), 3, DICTIONARY)], 3, has_dictionary=True,
    encodings=CODES), "a code behind the dictionary")
add("dictionary-code-run-high", one([dictionary(ints(9), 1), data(b"\x20" + varint(3 << 1) + b"\xff" * 4, 3, DICTIONARY)], 3,
    has_dictionary=True, encodings=CODES), "a run of a code of 2^32 - 1")
add("dictionary-width-33", one([dictionary(ints(9), 1), data(b"\x21" + varint(3 << 1) + b"\0" * 5, 3, DICTIONARY)], 3, has_dictionary=True,
    encodings=CODES), "codes of 33 bits")
add("dictionary-width-255", one([dictionary(ints(9), 1), data(b"\xff" + b"\xff" * 40, 3, DICTIONARY)], 3, has_dictionary=True,
    encodings=CODES), "codes of 255 bits")
add("dictionary-empty", one([dictionary(b"", 0), data(b"\0", 3, DICTIONARY)], 3, has_dictionary=True, encodings=CODES), "codes of an empty dictionary")
add("dictionary-twice", one([dictionary(ints(9), 1), dictionary(ints(8), 1), data(b"\0", 3, DICTIONARY)], 3, has_dictionary=True,
    encodings=CODES), "two dictionaries", expect="error")
add("dictionary-count-high", one([dictionary(ints(9), 1 << 30), data(b"\0", 3, DICTIONARY)], 3, has_dictionary=True, encodings=CODES),
    "a dictionary of a billion values in four bytes")
BIG = b"z" * (1 << 20)
add("dictionary-large-value", one([
    (lambda d: thrift({1: I(2), 2: I(len(d)), 3: I(len(gzip.compress(d, 9, mtime=0))), 7: {1: I(1), 2: I(PLAIN)}}) + gzip.compress(d, 9, mtime=0))(texts(BIG)),
    (lambda d: thrift({1: I(0), 2: I(len(d)), 3: I(len(gzip.compress(d, 9, mtime=0))), 5: {1: I(3000), 2: I(DICTIONARY), 3: I(RLE), 4: I(RLE)}}) + gzip.compress(d, 9, mtime=0))(b"\0"),
    (lambda d: thrift({1: I(0), 2: I(len(d)), 3: I(len(gzip.compress(d, 9, mtime=0))), 5: {1: I(2), 2: I(PLAIN), 3: I(RLE), 4: I(RLE)}}) + gzip.compress(d, 9, mtime=0))(texts(b"a", b"b"))],
    3002, type=BYTES, codec=GZIP, has_dictionary=True, encodings=CODES, uncompressed=(1 << 20) + 1000),
    "3,000 times a megabyte by its code, then plain texts: stream it or refuse it", expect="limit")
DELTAS = (DELTA, RLE)
def delta(block, minis, count, first, rest):
    return varint(block) + varint(minis) + varint(count) + zigzag(first) + rest
add("delta-one-value", one([data(delta(128, 4, 1, -7, b""), 1, DELTA)], 1, encodings=DELTAS), "one value, no block", ["-7"])
add("delta-constant", one([data(delta(128, 4, 5, 3, zigzag(2) + bytes(4)), 5, DELTA)], 5, encodings=DELTAS), "miniblocks of no bits", ["3", "5", "7", "9", "11"])
add("delta-wraps", one([data(delta(128, 4, 3, (1 << 63) - 1, zigzag(1) + bytes(4)), 3, DELTA)], 3, type=INT64, encodings=DELTAS),
    "sums that wrap", [str((1 << 63) - 1), str(-(1 << 63)), str(-(1 << 63) + 1)])
add("delta-width-64", one([data(delta(128, 4, 2, 0, zigzag(-(1 << 63)) + bytes([64, 0, 0, 0]) + struct.pack("<Q", (1 << 64) - 1) + bytes(31 * 8)), 2, DELTA)], 2,
    type=INT64, encodings=DELTAS), "a miniblock of 64 bits", ["0", str((1 << 63) - 1)])
add("delta-last-miniblock-short", one([data(delta(128, 4, 3, 1, zigzag(1) + bytes([1, 0, 0, 0]) + b"\2\0\0\0"), 3, DELTA)], 3, encodings=DELTAS),
    "miniblocks that are not needed have no width", ["1", "2", "4"])
for name, body, what in (
        ("zero-block", delta(0, 4, 3, 1, bytes(9)), "blocks of no values"), ("zero-miniblocks", delta(128, 0, 3, 1, bytes(9)), "no miniblocks"),
        ("uneven", delta(128, 3, 3, 1, bytes(9)), "miniblocks that do not divide the block"),
        ("block-huge", delta(1 << 62, 1, 3, 1, bytes(9)), "a block of 2^62 values"),
        ("miniblocks-huge", delta(1 << 40, 1 << 33, 3, 1, bytes(9)), "2^33 miniblocks"),
        ("width-65", delta(128, 4, 3, 1, zigzag(0) + bytes([65, 0, 0, 0]) + bytes(2000)), "a miniblock of 65 bits"),
        ("cut", delta(128, 4, 3, 1, zigzag(0) + bytes([30, 30, 30, 30]) + b"\1"), "a miniblock that ends early"),
        ("count-low", delta(128, 4, 1, 1, b""), "fewer values than the page claims")):
    add(f"delta-{name}", one([data(body, 3, DELTA)], 3, encodings=DELTAS), what, expect="either" if name == "miniblocks-huge" else "error")
def lengths(*values):
    """Lengths by deltas: the first value and one block of 32-bit miniblocks."""
    if len(values) < 2:
        return delta(128, 4, len(values), values[0] if values else 0, b"")
    steps = [b - a for a, b in zip(values, values[1:])]
    least = min(steps)
    body = b"".join(struct.pack("<I", s - least) for s in steps)
    return delta(128, 4, len(values), values[0], zigzag(least) + bytes([32, 0, 0, 0]) + body + bytes(32 * 4 - len(body)))
DL, DB = (DELTA_LENGTH, RLE), (DELTA_BYTES, RLE)
add("delta-length", one([data(lengths(1, 0, 2) + b"abc", 3, DELTA_LENGTH)], 3, type=BYTES, encodings=DL), "lengths by deltas", ["x61", "x", "x6263"])
add("delta-length-negative", one([data(lengths(1, -1, 2) + b"abc", 3, DELTA_LENGTH)], 3, type=BYTES, encodings=DL), "a negative length")
add("delta-length-long", one([data(lengths(1, 1 << 30, 2) + b"abc", 3, DELTA_LENGTH)], 3, type=BYTES, encodings=DL), "a length behind the page")
add("delta-bytes", one([data(lengths(0, 2, 1) + lengths(3, 1, 0) + b"abcd", 3, DELTA_BYTES)], 3, type=BYTES, encodings=DB),
    "shared beginnings", ["x616263", "x616264", "x61"])
add("delta-bytes-fixed", one([data(lengths(0, 1) + lengths(2, 1) + b"abc", 2, DELTA_BYTES)], 2, type=FIXED, length=2, encodings=DB),
    "shared beginnings of fixed values", ["x6162", "x6163"])
add("delta-bytes-prefix-long", one([data(lengths(0, 5, 1) + lengths(3, 1, 0) + b"abcd", 3, DELTA_BYTES)], 3, type=BYTES, encodings=DB), "a beginning longer than the value before")
add("delta-bytes-prefix-negative", one([data(lengths(0, -1, 1) + lengths(3, 1, 0) + b"abcd", 3, DELTA_BYTES)], 3, type=BYTES, encodings=DB), "a beginning of less than nothing")
add("delta-bytes-first-prefix", one([data(lengths(2, 2, 1) + lengths(3, 1, 0) + b"abcd", 3, DELTA_BYTES)], 3, type=BYTES, encodings=DB), "a first value that shares")
add("delta-bytes-fixed-length", one([data(lengths(0, 1) + lengths(2, 2) + b"abcd", 2, DELTA_BYTES)], 2, type=FIXED, length=2, encodings=DB), "a fixed value of another length")
# Each value repeats the one before and adds a byte: quadratic growth.
n = 60000
grow = (lambda v, m: varint(128) + varint(1) + varint(n) + zigzag(v) + b"".join(zigzag(m) + b"\0" for _ in range((n + 126) // 128)))
add("delta-bytes-quadratic", one([data(grow(0, 1) + grow(1, 0) + b"q" * n, n, DELTA_BYTES)], n, type=BYTES, encodings=DB),
    "60,000 texts that grow by a byte each: 1.8 GB", expect="limit")
add("split-int32", one([data(bytes([1, 2, 3] + [0] * 9), 3, SPLIT)], 3, encodings=(SPLIT,)), "byte streams of INT32", ["1", "2", "3"])
add("split-fixed", one([data(b"adbecf", 2, SPLIT)], 2, type=FIXED, length=3, encodings=(SPLIT,)), "byte streams of fixed values", ["x616263", "x646566"])
add("split-uneven", one([data(bytes(11), 3, SPLIT)], 3, encodings=(SPLIT,)), "byte streams of different lengths")
add("split-texts", one([data(bytes(12), 3, SPLIT)], 3, type=BYTES, encodings=(SPLIT,)), "byte streams of texts")
add("rle-booleans", one([data(struct.pack("<I", 2) + run(1, 9, 1), 9, RLE)], 9, type=BOOLEAN, encodings=(RLE,)), "truth values in runs", ["true"] * 9)
add("rle-booleans-cut", one([data(struct.pack("<I", 200) + run(1, 9, 1), 9, RLE)], 9, type=BOOLEAN, encodings=(RLE,)), "truth values behind the page")
add("encoding-for-another-type", one([data(delta(128, 4, 1, 1, b""), 1, DELTA)], 1, type=DOUBLE, encodings=DELTAS), "deltas of doubles")
add("plain-text-length", one([data(b"\xff\xff\xff\x7fabc", 1)], 1, type=BYTES), "a text of 2 GiB")
add("plain-cut", one([data(b"\1\0\0", 1)], 1), "a value that ends early")

# Pages.
add("page-of-nothing", one([data(b"", 0), data(A3, 3), data(b"", 0)], 3), "pages without values", ["1", "2", "3"])
add("page-second", one([second(ints(1, 2), 3, 1, definition=packed([1, 0, 1], 1))], 3, repetition=OPTIONAL), "a v2 page", ["1", "~", "2"])
add("page-second-of-nothing", one([second(b"", 0), second(A3, 3)], 3), "a v2 page without values", ["1", "2", "3"])
add("page-second-levels-negative", one([second(A3, 3, lengths=(-5, 0))], 3), "levels of less than nothing")
add("page-second-levels-huge", one([second(A3, 3, lengths=((1 << 31) - 1, (1 << 31) - 1))], 3), "levels of 4 GiB")
add("page-second-size-small", one([second(ints(1, 2), 3, 1, definition=packed([1, 0, 1], 1), size=1)], 3, repetition=OPTIONAL), "levels larger than the page")
add("page-index-page", one([thrift({1: I(1), 2: I(4), 3: I(4), 6: {}}) + b"abcd", data(A3, 3)], 3), "an index page", ["1", "2", "3"])
add("page-unknown-fields", one([data(A3, 3, extra={20: 5, 30: [1, 2], 40: {1: True, 2: 3.5 and "x", 3: [True, False]}})], 3),
    "fields from the future", ["1", "2", "3"])
add("page-kind-unknown", one([thrift({1: I(9), 2: I(12), 3: I(12)}) + A3], 3), "a page of an unknown kind")
add("page-without-header", one([thrift({1: I(0), 2: I(12), 3: I(12)}) + A3], 3), "a data page that does not say what it holds")
add("page-size-negative", one([data(A3, 3, size=-1)], 3), "a negative size")
add("page-stored-negative", one([data(A3, 3, stored=-12)], 3), "a negative size in the file")
add("page-size-max", one([data(A3, 3, size=(1 << 31) - 1)], 3, uncompressed=1 << 40), "a page of 2 GiB")
add("page-count-max", one([data(A3, (1 << 31) - 1)], 3), "2^31 values")
add("page-count-max-everywhere", one([data(A3, (1 << 31) - 1)], (1 << 31) - 1), "2^31 values, everywhere")
add("page-crc", one([data(A3, 3, crc=zlib.crc32(A3) - (1 << 32) if zlib.crc32(A3) >> 31 else zlib.crc32(A3))], 3), "a checksum", ["1", "2", "3"])
add("page-crc-wrong", one([data(A3, 3, crc=1)], 3), "a checksum that does not fit")
add("page-more-rows", one([data(A3, 3), data(A3, 3)], 3, values=6), "pages of more rows than the row group", expect="error")
add("page-fewer-rows", one([data(A3, 3)], 5, values=5), "pages of fewer rows than the row group")

# Codecs.
def packed_page(content, packed, count, size=None, encoding=PLAIN):
    return thrift({1: I(0), 2: I(len(content) if size is None else size), 3: I(len(packed)), 5: {1: I(count), 2: I(encoding), 3: I(RLE), 4: I(RLE)}}) + packed
zip3 = gzip.compress(A3, mtime=0)
add("gzip-members", one([packed_page(A3, gzip.compress(A3[:4], mtime=0) + gzip.compress(A3[4:], mtime=0), 3)], 3, codec=GZIP, uncompressed=100), "two members", ["1", "2", "3"])
add("gzip-cut", one([packed_page(A3, zip3[:-6], 3)], 3, codec=GZIP, uncompressed=100), "a member that ends early")
add("gzip-longer", one([packed_page(A3, gzip.compress(bytes(1 << 20), mtime=0), 3)], 3, codec=GZIP, uncompressed=100), "a megabyte where 12 bytes were promised")
add("gzip-shorter", one([packed_page(A3, zip3, 3, size=4000)], 3, codec=GZIP, uncompressed=5000), "12 bytes where 4,000 were promised")
snap = varint(12) + bytes([11 << 2]) + A3
add("snappy", one([packed_page(A3, snap, 3)], 3, codec=SNAPPY, uncompressed=100), "snappy", ["1", "2", "3"])
add("snappy-claims-4-gib", one([packed_page(A3, varint((1 << 32) - 1) + bytes([11 << 2]) + A3, 3)], 3, codec=SNAPPY, uncompressed=100), "snappy of 4 GiB")
add("snappy-copy-before", one([packed_page(A3, varint(12) + bytes([11 << 2 | 2, 255, 255]), 3)], 3, codec=SNAPPY, uncompressed=100), "a copy from before the beginning")
block = bytes([0xC0]) + A3
def frame(size, content):
    return struct.pack(">II", size, len(content)) + content
add("lz4-raw", one([packed_page(A3, block, 3)], 3, codec=LZ4_RAW, uncompressed=100), "a block of LZ4", ["1", "2", "3"])
add("lz4-bare", one([packed_page(A3, block, 3)], 3, codec=LZ4, uncompressed=100), "a bare block where Hadoop's frames are due", ["1", "2", "3"])
add("lz4-frames", one([packed_page(A3, frame(4, b"\x40" + A3[:4]) + frame(8, b"\x80" + A3[4:]), 3)], 3, codec=LZ4, uncompressed=100), "two of Hadoop's frames", ["1", "2", "3"])
add("lz4-frame-huge", one([packed_page(A3, frame((1 << 32) - 1, block), 3)], 3, codec=LZ4, uncompressed=100), "a frame of 4 GiB")
add("lz4-offset-zero", one([packed_page(A3, b"\x10a\0\0", 3)], 3, codec=LZ4_RAW, uncompressed=100), "a match at offset 0")
add("lz4-bomb", one([packed_page(b"", b"\x1f" + b"a\1\0" + b"\xff" * 1000 + b"\0", 3, size=(1 << 28) - 1)], 3, codec=LZ4_RAW, uncompressed=1 << 30), "more than LZ4 can stand for")
add("codec-lzo", one([packed_page(A3, A3, 3)], 3, codec=LZO), "LZO, which nobody has")
add("codec-99", one([packed_page(A3, A3, 3)], 3, codec=99), "no such codec")
add("zstd-not", one([packed_page(A3, A3, 3)], 3, codec=ZSTD, uncompressed=100), "zstd that is none")
add("brotli-not", one([packed_page(A3, b"\xff" * 9, 3)], 3, codec=BROTLI, uncompressed=100), "brotli that is none")

# Column chunks and row groups.
P3 = [data(A3, 3)]
add("no-row-groups", file([root(1), element("a", REQUIRED, INT32)], []), "no row groups", [])
add("row-group-of-nothing", file([root(1), element("a", REQUIRED, INT32)], [(0, [Column(INT32, "a", [b""], 0)]), (3, [Column(INT32, "a", P3, 3)])]),
    "a row group without rows", ["1", "2", "3"])
add("gaps", file([root(1), element("a", REQUIRED, INT32)], [(3, [Column(INT32, "a", P3, 3)])] * 2, gap=b"gap!"), "bytes between column chunks", ["1", "2", "3"] * 2)
add("statistics-absurd", one(P3, 3, f12={1: b"\xff", 2: b"", 3: -5, 4: -6, 5: b"abc", 6: b"xyzxyz"}), "statistics of no sense are no matter to a full read", ["1", "2", "3"])
for name, changes, what in (
        ("offset-negative", {"f9": -1}, "a negative offset"), ("offset-min", {"f9": -(1 << 63)}, "an offset of -2^63"),
        ("offset-max", {"f9": (1 << 63) - 1}, "an offset of 2^63 - 1"), ("offset-zero", {"f9": 0}, "an offset of 0"),
        ("dictionary-offset-negative", {"f11": -9}, "a negative dictionary offset"),
        ("size-negative", {"f7": -1}, "a negative size"), ("size-max", {"f7": (1 << 63) - 1}, "a size of 2^63 - 1"),
        ("uncompressed-negative", {"f6": -1}, "a negative size before compression"),
        ("uncompressed-zero", {"f6": 0}, "a size of 0 before compression"),
        ("values-negative", {"f5": -3}, "a negative count of values"), ("values-max", {"f5": (1 << 63) - 1}, "2^63 - 1 values"),
        ("type-other", {"f1": I(DOUBLE)}, "another type than the schema's"), ("type-unknown", {"f1": I(77)}, "an unknown type"),
        ("codec-negative", {"f4": I(-1)}, "a negative codec"), ("codec-64-bits", {"f4": I(1 << 40)}, "a codec of 64 bits")):
    add(f"chunk-{name}", one(P3, 3, **changes), what, expect="either" if name == "dictionary-offset-negative" else "error")
schema2 = [root(2), element("a", REQUIRED, INT32), element("b", REQUIRED, INT32)]
add("chunks-missing", file(schema2, [(3, [Column(INT32, "a", P3, 3)])]), "fewer column chunks than columns")
add("chunks-too-many", file([root(1), element("a", REQUIRED, INT32)], [(3, [Column(INT32, "a", P3, 3), Column(INT32, "a", P3, 3)])]), "more column chunks than columns")
two = Column(INT32, "a", P3, 3)
add("chunks-shared", file(schema2, [(3, [two, Column(INT32, "b", P3, 3, f9=4)])]), "two columns with the same pages", expect="either")
add("chunk-in-footer", one(P3, 3, f9=60, f7=len(P3[0])), "pages in the footer")
add("rows-negative", file([root(1), element("a", REQUIRED, INT32)], [(-3, [Column(INT32, "a", P3, -3)])], rows=-3), "a negative count of rows")
add("rows-other", file([root(1), element("a", REQUIRED, INT32)], [(3, [Column(INT32, "a", P3, 3)])], rows=4), "another count of rows than the row groups'")
add("rows-overflow", file([root(1), element("a", REPEATED, INT32)], [((1 << 63) - 1, [Column(INT32, "a", P3, 3)])] * 3, rows=(1 << 63) - 1), "counts of rows that overflow")
add("rows-max", file([root(1), element("a", REPEATED, INT32)], [((1 << 63) - 1, [Column(INT32, "a", [b""], 0)])], rows=(1 << 63) - 1), "2^63 - 1 rows of nothing")
add("columns-none", file([root(0)], [(1000000000, [])]), "rows without columns", expect="either")

# Schemas.
add("names-twice", file([root(2), element("a", REQUIRED, INT32), element("a", REQUIRED, INT32)],
    [(3, [Column(INT32, "a", P3, 3), Column(INT32, "a", P3, 3)])]), "two columns of one name", ["1\t1", "2\t2", "3\t3"])
add("names-odd", file([root(3), element("", REQUIRED, INT32), element("a.b\t\n", REQUIRED, INT32), element(b"\xff\xfe\0", REQUIRED, INT32)],
    [(3, [Column(INT32, n, P3, 3) for n in ("", "x", "y")])]), "names that are empty, odd, or no UTF-8", ["1\t1\t1", "2\t2\t2", "3\t3\t3"])
add("schema-none", file([], []), "no schema")
add("schema-root-is-leaf", file([element("a", REQUIRED, INT32)], []), "a root that is a column")
add("schema-children-negative", file([{4: "schema", 5: I(-1)}, element("a", REQUIRED, INT32)], []), "less than no columns")
add("schema-children-huge", file([{4: "schema", 5: I((1 << 31) - 1)}, element("a", REQUIRED, INT32)], []), "two billion columns")
add("schema-left-over", file([root(1), element("a", REQUIRED, INT32), element("b", REQUIRED, INT32)], []), "an element that belongs to nothing")
add("schema-group-of-nothing", file([root(1), element("g", REQUIRED, children=0)], []), "a group without columns", expect="either")
add("schema-repetition", file([root(1), element("a", 5, INT32)], []), "an unknown repetition")
add("schema-deep-100", file([root(1)] + [element("g", REQUIRED, children=1)] * 100 + [element("a", REQUIRED, INT32)], []), "a hundred groups deep", expect="either")
add("schema-deep-100000", file([root(1)] + [element("g", REQUIRED, children=1)] * 100000 + [element("a", REQUIRED, INT32)], []), "a hundred thousand groups deep")
add("schema-wide-deep", file([root(1)] + [element("g", REQUIRED, children=1)] * 60 + [element("g", REQUIRED, children=300000)]
    + [{1: I(1), 3: I(0), 4: ""}] * 300000, []), "300,000 columns sixty groups deep", expect="either")
add("fixed-length-huge", one([data(b"", 0)], 0, type=FIXED, length=(1 << 31) - 1), "values of 2 GiB", expect="either")

# Footers.
good = one(P3, 3)
def with_footer(footer):
    return b"PAR1" + footer + struct.pack("<I", len(footer)) + b"PAR1"
add("footer-of-zeros", with_footer(bytes(100)), "nothing but zeros")
add("footer-random", with_footer(hashlib.sha512(b"almanac").digest() * 4), "random bytes")
add("footer-length-max", good[:-8] + b"\xff\xff\xff\xff" + b"PAR1", "a footer of 4 GiB")
add("footer-row-groups-empty", with_footer(b"\x15\x02\x49\xfc" + varint(4000000) + bytes(4000000) + b"\0"), "four million row groups of nothing")
chunk = thrift({1: I(1)})
add("footer-chunks-empty", with_footer(b"\x15\2\x19\x1c\x48\1a\0\x16\0\x19\x1c\x19\xfc" + varint(1500000) + b"\x3c\0\0" * 1500000 + b"\0\0"), "1.5 million column chunks of nothing")
add("footer-key-values-empty", with_footer(b"\x59\xfc" + varint(4000000) + bytes(4000000) + b"\0"), "four million notes of nothing")
add("footer-path-huge", one(P3, 3, f3=[""] * 2000000), "a path of two million names", expect="either")
add("footer-nested-lists", with_footer(b"\xf9" * 100000), "lists of lists of lists")
add("footer-nested-maps", with_footer(b"\xfb\1\xbb" * 30000), "maps of maps of maps")
add("footer-field-overflow", with_footer(b"\x05" + varint((1 << 16) + 40000) + b"\xf5\0" * 5000 + b"\0"), "field numbers that overflow")
for length in (0, 1, 4, 8, 11, 12, len(good) // 3, len(good) // 2, len(good) - 9, len(good) - 8, len(good) - 4, len(good) - 1):
    add(f"cut-at-{length}", good[:length], "a file that ends early")
add("magic-first-wrong", b"PAR2" + good[4:], "another beginning", expect="error")
add("magic-encrypted", good[:-4] + b"PARE", "an end that says encrypted")
add("magic-encrypted-both", b"PARE" + good[4:-4] + b"PARE", "says encrypted, and is not")
add("encrypted-column-claim", file([root(1), element("a", REQUIRED, INT32)], [(3, [Column(INT32, "a", P3, 3)])], changes={
    4: [{1: [{2: 0, 8: {2: {1: ["a"], 2: b"key"}}, 9: b"\xff" * 40}], 2: 5, 3: 3}]}), "an encrypted column without a key")
