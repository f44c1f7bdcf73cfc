internal import Synchronization

/// What the catalogue says of the columns of a table or query.
struct ColumnFacts {
    /// As SQL writes them, with their modifiers.
    let typeNames: [String]
    let areNotNull: [Bool]
    /// How many pages the table's main file has; nil where it was not asked.
    var heapPageCount: Int?
}

extension PostgresConnection {
    /// Type names, and which columns are NOT NULL. A query can lose that in an outer join: only a table's columns are
    /// believed.
    ///
    /// Names of built-in types are the same in every database: they are asked for once.
    func columnFacts(_ columns: [ResultColumn], isTable: Bool) throws(PostgresError) -> ColumnFacts {
        // What a query's column is of, and whose domain it has, is asked for as a whole.
        guard isTable, let table = columns.first?.table, columns.allSatisfy({ $0.table == table }) else {
            return try allColumnFacts(columns, isTable: isTable)
        }
        let rows = try execute(
            """
            SELECT attnum, atttypid::pg_catalog.int8, atttypmod, attnotnull,
                   size / pg_catalog.current_setting('block_size')::pg_catalog.int8
            FROM pg_catalog.pg_attribute, pg_catalog.pg_relation_size($1::pg_catalog.int8::pg_catalog.oid) AS size
            WHERE attrelid = $1::pg_catalog.int8::pg_catalog.oid AND attnum > 0 AND NOT attisdropped
            """, [String(table)]
        ).rows
        let heapPageCount = rows.first?[4].flatMap { Int($0) }
        var attributes: [Int: (type: TypeReference, isNotNull: Bool)] = [:]
        for row in rows {
            guard let number = row[0].flatMap({ Int($0) }), let oid = row[1].flatMap({ UInt32($0) }),
                let modifier = row[2].flatMap({ Int32($0) })
            else { continue }
            attributes[number] = (TypeReference(oid: oid, modifier: modifier), row[3] == "t")
        }
        let found = columns.compactMap { $0.attribute.flatMap { attributes[$0] } }
        guard found.count == columns.count, let names = TypeNames.shared.names(of: found.map(\.type)) else {
            var facts = try allColumnFacts(columns, isTable: isTable)
            facts.heapPageCount = heapPageCount
            return facts
        }
        return ColumnFacts(typeNames: names, areNotNull: found.map(\.isNotNull), heapPageCount: heapPageCount)
    }

    private func allColumnFacts(_ columns: [ResultColumn], isTable: Bool) throws(PostgresError) -> ColumnFacts {
        let rows = try execute(
            """
            SELECT pg_catalog.format_type(CASE WHEN a.atttypid IS NULL THEN c.oid ELSE a.atttypid END,
                                          CASE WHEN a.atttypid IS NULL THEN c.modifier ELSE a.atttypmod END),
                   COALESCE(a.attnotnull, false), COALESCE(a.atttypid, c.oid)::pg_catalog.int8,
                   COALESCE(a.atttypmod, c.modifier)
            FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.oid[]), pg_catalog.unnest($2::pg_catalog.int4[]),
                            pg_catalog.unnest($3::pg_catalog.oid[]), pg_catalog.unnest($4::pg_catalog.int2[]))
                 WITH ORDINALITY AS c(oid, modifier, relation, number, place)
            LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.relation AND a.attnum = c.number
            ORDER BY c.place
            """,
            [
                Self.array(columns.map { String($0.type.oid) }), Self.array(columns.map { String($0.type.modifier) }),
                Self.array(columns.map { String($0.table ?? 0) }),
                Self.array(columns.map { String($0.attribute ?? 0) }),
            ]
        ).rows
        guard rows.count == columns.count else { throw PostgresError(.other, "the catalogue does not know its types") }
        for row in rows {
            guard let name = row[0], let oid = row[2].flatMap({ UInt32($0) }),
                let modifier = row[3].flatMap({ Int32($0) })
            else { continue }
            TypeNames.shared.note(TypeReference(oid: oid, modifier: modifier), name)
        }
        return ColumnFacts(typeNames: rows.map { $0[0] ?? "" }, areNotNull: rows.map { isTable && $0[1] == "t" })
    }

    private static func array(_ numbers: [String]) -> String { "{\(numbers.joined(separator: ","))}" }
}

/// The names of built-in types with their modifiers: those of types that a database defines are its own.
private final class TypeNames: Sendable {
    static let shared = TypeNames()
    private let names = Mutex<[TypeReference: String]>([:])
    /// `FirstNormalObjectId`: types from here on are a database's own.
    private static let firstOwnType: UInt32 = 16_384
    /// More kinds of numeric and varchar than this are asked for each time.
    private static let countMax = 4_096

    /// Nil where one of them is not known.
    func names(of types: [TypeReference]) -> [String]? {
        names.withLock { names in
            var found: [String] = []
            for type in types {
                guard let name = names[type] else { return nil }
                found.append(name)
            }
            return found
        }
    }

    func note(_ type: TypeReference, _ name: String) {
        guard type.oid < Self.firstOwnType else { return }
        names.withLock { names in if names.count < Self.countMax { names[type] = name } }
    }
}
