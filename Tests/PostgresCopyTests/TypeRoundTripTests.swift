import AlmanacTesting
import Columnar
import PostgresCopy
import Testing

/// A type with values at its edges and random ones; Postgres itself says what each value is as text.
struct TypeCase: Sendable, CustomTestStringConvertible {
    let type: String
    var setup = ""
    /// SQL expressions.
    let edges: [String]
    /// An SQL expression of `i`, for rows 1 to 10,000.
    let random: String
    /// What the server says of `x`.
    var expected = "x::text"
    let logicalType: LogicalType
    /// The same of our value.
    let format: @Sendable (Scalar) -> String
    /// Whether two texts are the same value: Postgres does not always write the shortest digits of a number.
    var isSame: @Sendable (String, String) -> Bool = { $0 == $1 }

    var testDescription: String { type }
}

@Suite(.enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"))
struct TypeRoundTripTests {
    @Test(arguments: TypeCases.all)
    func everyValueIsWhatPostgresSays(_ item: TypeCase) throws {
        let cluster = try TestPostgres.cluster()
        let edges = item.edges.map { "(\($0))" }.joined(separator: ", ")
        let database = try cluster.makeDatabase(
            """
            \(item.setup)
            CREATE FUNCTION r(i bigint, k bigint) RETURNS double precision LANGUAGE sql IMMUTABLE AS
              $$ SELECT (hashint8extended(i, k) & 9007199254740991)::float8 / 9007199254740992.0 $$;
            CREATE FUNCTION h(i bigint, k bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS
              $$ SELECT hashint8extended(i, k) $$;
            CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY, x \(item.type));
            INSERT INTO t (x) SELECT column1::\(item.type) FROM (VALUES \(edges)) v;
            INSERT INTO t (x) VALUES (NULL);
            INSERT INTO t (x) SELECT \(item.random) FROM generate_series(1, 10000) i;
            """)
        let connection = try PostgresConnection(cluster.url(database: database))
        try connection.begin(.repeatableReadReadOnly)
        let plan = try connection.plan(
            CopyRequest(
                .query("SELECT id, x, \(item.expected) AS expected FROM t ORDER BY id"), naiveTimestamps: .utc))
        #expect(plan.schema.fields[1].type == item.logicalType)
        var rowCount = 0
        var differences: [String] = []
        var nullCount = 0
        let summary = try connection.copy(plan) { batch in
            for row in batch.rows {
                rowCount += 1
                if row[2] == .null || row[1] == .null { nullCount += 1 }
                let ours = row[1] == .null ? nil : item.format(row[1])
                let theirs: String? = if case .text(let text) = row[2] { text } else { nil }
                let isSame = if let ours, let theirs { item.isSame(ours, theirs) } else { ours == theirs }
                if !isSame && differences.count < 5 {
                    differences.append("\(row[0]): \(ours ?? "NULL") for \(theirs ?? "NULL")")
                }
            }
        }
        try connection.commit()
        #expect(differences.isEmpty)
        #expect(rowCount == item.edges.count + 1 + 10_000)
        #expect(summary.rowCount == rowCount)
        #expect(nullCount >= 1 && nullCount < rowCount / 2)
    }
}

enum TypeCases {
    static let randomText = """
        CASE WHEN i % 7 = 0 THEN '' WHEN i % 5 = 0 THEN repeat(chr(20000 + (i % 3000)::int), (i % 9)::int) \
        ELSE left(md5(i::text) || md5((-i)::text), (1 + abs(h(i, 1)) % 60)::int) END
        """

    static let all: [TypeCase] = numbers + times + texts + nested

    static let numbers: [TypeCase] = [
        TypeCase(
            type: "boolean", edges: ["true", "false"], random: "h(i, 1) % 2 = 0", logicalType: .bool, format: plain),
        TypeCase(
            type: "smallint", edges: ["-32768", "32767", "0"], random: "(h(i, 1) % 32768)::smallint",
            logicalType: .int16, format: plain),
        TypeCase(
            type: "integer", edges: ["-2147483648", "2147483647", "0"], random: "(h(i, 1) % 2147483648)::int",
            logicalType: .int32, format: plain),
        TypeCase(
            type: "bigint", edges: ["-9223372036854775808", "9223372036854775807", "0"], random: "h(i, 1)",
            logicalType: .int64, format: plain),
        TypeCase(
            type: "oid", edges: ["0", "4294967295"], random: "(abs(h(i, 1)) % 4294967296)::oid", logicalType: .int64,
            format: plain),
        TypeCase(
            type: "real",
            edges: ["'NaN'", "'Infinity'", "'-Infinity'", "'-0'", "1e-45", "3.4028235e38", "1.1754944e-38"],
            random: "((r(i, 1) - 0.5) * power(10, (h(i, 2) % 37)::float8))::real", logicalType: .float, format: plain,
            isSame: { Float($0)?.bitPattern == Float($1)?.bitPattern }),
        TypeCase(
            type: "double precision",
            edges: [
                "'NaN'", "'Infinity'", "'-Infinity'", "'-0'", "5e-324", "1.7976931348623157e308", "0.1::float8 + 0.2",
                "9007199254740993",
            ], random: "(r(i, 1) - 0.5) * power(10, (h(i, 2) % 300)::float8)", logicalType: .double, format: plain,
            isSame: { Double($0)?.bitPattern == Double($1)?.bitPattern }),
        TypeCase(
            type: "numeric(18,2)",
            edges: [
                "0", "-0.01", "0.01", "9999999999999999.99", "-9999999999999999.99", "10000", "9999", "100000000",
                "0.1",
            ], random: "round(((r(i, 1) - 0.5) * power(10, (abs(h(i, 2)) % 16)::float8))::numeric, 2)",
            logicalType: .decimal(precision: 18, scale: 2), format: plain),
        TypeCase(
            type: "numeric(38,10)",
            edges: [
                "0", "0.0000000001", "-0.0000000001", "9999999999999999999999999999.9999999999",
                "-9999999999999999999999999999.9999999999", "0.00010001", "1000000000000000000000000000",
            ],
            random: """
                (h(i, 1)::numeric * power(10::numeric, (abs(h(i, 2)) % 19)::numeric - 10))
                """, logicalType: .decimal(precision: 38, scale: 10), format: plain),
        TypeCase(
            type: "numeric(38,0)", edges: ["99999999999999999999999999999999999999", "-1", "0"],
            random: "h(i, 1)::numeric * abs(h(i, 2))::numeric", logicalType: .decimal(precision: 38, scale: 0),
            format: plain),
        TypeCase(
            type: "numeric(38,38)",
            edges: ["0.99999999999999999999999999999999999999", "-0.00000000000000000000000000000000000001"],
            random: "round(h(i, 1)::numeric / 9223372036854775808 / power(10::numeric, (i % 30)::numeric), 38)",
            logicalType: .decimal(precision: 38, scale: 38), format: plain),
        TypeCase(
            type: "numeric(5,-3)", edges: ["12345000", "-99999000", "0"], random: "(h(i, 1) % 99999)::numeric * 1000",
            logicalType: .decimal(precision: 8, scale: 0), format: plain),
        TypeCase(
            type: "numeric(3,7)", edges: ["0.0000999", "-0.0000001"], random: "(h(i, 1) % 999)::numeric / 10000000",
            logicalType: .decimal(precision: 7, scale: 7), format: plain),
        TypeCase(
            type: "money", edges: ["'92233720368547758.07'", "'-92233720368547758.08'", "'0'"],
            random: "(h(i, 1)::numeric / 100)::money", expected: "x::numeric::text",
            logicalType: .decimal(precision: 19, scale: 2), format: plain),
    ]

    static let times: [TypeCase] = [
        TypeCase(
            type: "date",
            edges: [
                "'0044-03-15 BC'", "'4713-01-01 BC'", "'5874897-12-31'", "'1970-01-01'", "'1969-12-31'",
                "'2000-02-29'", "'1900-02-28'", "'9999-12-31'", "'10000-01-01'",
            ], random: "date '2000-01-01' + (h(i, 1) % 800000)::int", logicalType: .date, format: date),
        TypeCase(
            type: "timestamptz",
            edges: [
                "'4713-01-01 00:00:00+00 BC'", "'294246-12-31 23:59:59.999999+00'", "'1970-01-01 00:00:00+00'",
                "'1969-12-31 23:59:59.999999+00'", "'2026-10-31 12:00:00.5+14'", "'0001-01-01 00:00:00+00'",
            ],
            random: "timestamptz '2000-01-01 00:00:00+00' + (h(i, 1) % 60000000000000000) * interval '1 microsecond'",
            logicalType: .timestamp, format: { timestamp($0) + "+00" + era($0) }),
        TypeCase(
            type: "timestamp", edges: ["'2026-03-29 02:30:00'", "'1582-10-10 00:00:00.000001'"],
            random: "timestamp '2000-01-01 00:00:00' + (h(i, 1) % 60000000000000000) * interval '1 microsecond'",
            logicalType: .timestamp, format: { timestamp($0) + era($0) }),
        TypeCase(
            type: "time", edges: ["'00:00:00'", "'24:00:00'", "'23:59:59.999999'"],
            random: "time '00:00:00' + (abs(h(i, 1)) % 86400000000) * interval '1 microsecond'", logicalType: .int64,
            format: { clock(integer($0)) }),
        TypeCase(
            type: "timetz", edges: ["'24:00:00-15:59'", "'00:00:00+15:59:59'"],
            random: "(time '00:00:00' + (abs(h(i, 1)) % 86400000000) * interval '1 microsecond')::timetz",
            logicalType: .text, format: plain),
        TypeCase(
            type: "interval",
            edges: [
                "'1 mon -1 day 00:00:00.000001'", "'178000000 years'", "'-178000000 years'", "'0'", "'24:00:00'",
                "'2147483647 days'",
            ],
            random: """
                make_interval(months => (h(i, 1) % 1000)::int, days => (h(i, 2) % 100000)::int) \
                + (h(i, 3) % 1000000000000) * interval '1 microsecond'
                """,
            expected: """
                (extract(year FROM x) * 12 + extract(month FROM x))::bigint || ' ' || extract(day FROM x)::bigint \
                || ' ' || (extract(hour FROM x) * 3600000000 + extract(minute FROM x) * 60000000 \
                + extract(microseconds FROM x))::bigint
                """, logicalType: .interval, format: { parts($0).map(plain).joined(separator: " ") }),
    ]

    static let texts: [TypeCase] = [
        TypeCase(
            type: "text",
            edges: [
                "''", #"'\N'"#, #"'\.'"#, "E'a\\r\\n\\tb'", "U&'\\FEFFx'", "U&'\\+01F600'", "repeat('é', 20000)",
                "'exactly sixteen!'", "'seventeen letters'",
            ], random: randomText, logicalType: .text, format: plain),
        TypeCase(
            type: "varchar(80)", edges: ["''", "' a '"], random: randomText, logicalType: .text, format: plain),
        TypeCase(
            type: "char(70)", edges: ["''", "'a'"], random: randomText, logicalType: .text, format: plain),
        TypeCase(
            type: #""char""#, edges: ["'a'", "''"], random: "chr(33 + (i % 90)::int)::\"char\"", logicalType: .text,
            format: plain),
        TypeCase(
            type: "name", edges: ["''", "'Order Lines'"], random: "md5(i::text)::name", logicalType: .text,
            format: plain),
        TypeCase(
            type: "bytea", edges: ["''", #"'\x00ff'"#, #"'\x5c78'"#],
            random: "decode(left(md5(i::text), ((i % 17) * 2)::int), 'hex')",
            logicalType: .binary, format: { #"\x"# + hexadecimal($0) }),
        TypeCase(
            type: "uuid", edges: ["'00000000-0000-0000-0000-000000000000'", "'FFFFFFFF-ffff-ffff-FFFF-ffffffffffff'"],
            random: "md5(i::text)::uuid", logicalType: .uuid, format: plain),
        TypeCase(
            type: "json", edges: [#"'{"a" :1 , "a":2}'"#, "'null'", #"'"\ud83d\ude00"'"#],
            random: "json_build_object('k', i, 't', \(randomText))", logicalType: .json, format: plain),
        TypeCase(
            type: "jsonb", edges: [#"'{"a" :1 , "a":2}'"#, "'null'", "'1e-1000'", "'[]'"],
            random: "jsonb_build_object('k', i, 't', \(randomText))", logicalType: .json, format: plain),
        TypeCase(
            type: "xml", edges: ["'<a>é</a>'", "''"], random: "xmlelement(name a, \(randomText))", logicalType: .text,
            format: plain),
        TypeCase(
            type: "inet", edges: ["'0.0.0.0/0'", "'::1'", "'::ffff:1.2.3.4/96'", "'10.1.2.3/8'"],
            random: "'0.0.0.0'::inet + (abs(h(i, 1)) % 4294967295)", logicalType: .text, format: plain),
        TypeCase(
            type: "cidr", edges: ["'10.0.0.0/8'", "'2001:db8::/32'"],
            random: "set_masklen('0.0.0.0'::inet + (abs(h(i, 1)) % 4294967295), (i % 33)::int)::cidr",
            logicalType: .text, format: plain),
        TypeCase(
            type: "macaddr", edges: ["'08:00:2b:01:02:03'"], random: "left(md5(i::text), 12)::macaddr",
            logicalType: .text, format: plain),
        TypeCase(
            type: "bit varying(40)", edges: ["''", "B'1'", "B'0101'"],
            random: "substring(h(i, 1)::bit(64), 1, (i % 40)::int)::varbit", logicalType: .text, format: plain),
        TypeCase(
            type: "int8range", edges: ["'empty'", "'(,)'", "'[1,5]'"],
            random: "int8range(h(i, 1) % 1000, 1000 + abs(h(i, 2) % 1000))", logicalType: .text, format: plain),
        TypeCase(
            type: "mood", setup: "CREATE TYPE mood AS ENUM ('sad', 'so so', 'happy 😀');",
            edges: ["'sad'", "'happy 😀'"],
            random: "(ARRAY['sad', 'so so', 'happy 😀'])[1 + (i % 3)]::mood", logicalType: .text, format: plain),
        TypeCase(
            type: "amount", setup: "CREATE DOMAIN amount AS numeric(12,3) CHECK (value > -1e9);",
            edges: ["0", "0.001", "-999999999.999"], random: "round(((r(i, 1) - 0.5) * 1e9)::numeric, 3)::amount",
            logicalType: .decimal(precision: 12, scale: 3), format: plain),
    ]

    static let nested: [TypeCase] = [
        TypeCase(
            type: "integer[]", edges: ["'{}'", "'{NULL}'", "'{1,NULL,-2147483648}'"],
            random:
                "(SELECT array_agg(CASE WHEN k % 4 = 0 THEN NULL ELSE (h(i, k) % 1000)::int END) FROM generate_series(1, (i % 6)::int + 1) k)",
            expected: "array_to_string(x, ',', 'NULL')", logicalType: .list(element: Field("element", .int32)),
            format: list),
        TypeCase(
            type: "text[]", edges: ["'{}'", "'{\"a,b\",\"\",NULL}'"],
            random: "(SELECT array_agg(md5((i * k)::text)) FROM generate_series(1, (i % 6)::int + 1) k)",
            expected: "array_to_string(x, ',', 'NULL')", logicalType: .list(element: Field("element", .text)),
            format: list),
        TypeCase(
            type: "numeric(20,4)[]", edges: ["'{}'", "'{0.0001,-1234567890123456.7891}'"],
            random:
                "(SELECT array_agg((h(i, k) % 1000000)::numeric / 100) FROM generate_series(1, (i % 6)::int + 1) k)",
            expected: "array_to_string(x, ',', 'NULL')",
            logicalType: .list(element: Field("element", .decimal(precision: 20, scale: 4))), format: list),
        TypeCase(
            type: "inet[]", edges: ["'{}'", "'{10.0.0.1,::1/64}'"], random: "ARRAY['10.0.0.0'::inet + i, NULL]",
            expected: "array_to_string(x::text[], ',', 'NULL')", logicalType: .list(element: Field("element", .text)),
            format: list),
        TypeCase(
            type: "point2", setup: "CREATE TYPE point2 AS (a integer, b text, c numeric(9,2)[]);",
            edges: ["ROW(NULL, NULL, NULL)::point2", "ROW(1, '', '{}')::point2"],
            random:
                "ROW((i % 100)::int, CASE WHEN i % 3 = 0 THEN NULL ELSE md5(i::text) END, ARRAY[(i::numeric / 100)])::point2",
            expected: """
                CASE WHEN x IS NOT DISTINCT FROM NULL THEN NULL ELSE concat_ws('|', coalesce((x).a::text, 'NULL'), \
                coalesce((x).b, 'NULL'), coalesce(array_to_string((x).c, ','), 'NULL')) END
                """,
            logicalType: .structure(fields: [
                Field("a", .int32, metadata: ["almanac.type": "integer"]),
                Field("b", .text, metadata: ["almanac.type": "text"]),
                Field(
                    "c", .list(element: Field("element", .decimal(precision: 9, scale: 2))),
                    metadata: ["almanac.type": "numeric(9,2)[]"]),
            ]),
            format: { parts($0).map(plain).joined(separator: "|") }),
        TypeCase(
            type: "hstore", setup: "CREATE EXTENSION hstore;", edges: ["''", "'a=>NULL, b=>\"\"'"],
            random: "hstore(ARRAY['k', md5(i::text)], ARRAY[i::text, NULL])",
            expected: """
                (SELECT coalesce(string_agg(key || '=' || coalesce(value, 'NULL'), ','), '') FROM each(x)) \
                || CASE WHEN x IS NULL THEN NULL ELSE '' END
                """,
            logicalType: .map(key: Field("key", .text, isNullable: false), value: Field("value", .text)),
            format: { entries($0).map { "\(plain($0.key))=\(plain($0.value))" }.joined(separator: ",") }),
    ]
}
