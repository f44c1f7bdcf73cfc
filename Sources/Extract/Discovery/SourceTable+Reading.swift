package import PostgresCopy

extension SourceTable {
    /// What is looked for in a catalogue.
    package enum Selection: Sendable, Hashable {
        /// All relations of a schema; nil for every schema that is not the server's own.
        case schema(String?)
        /// One relation.
        case table(QualifiedName)
    }

    /// Reads the catalogue: relations that rows can be read from, without partitions and what extensions brought, by
    /// schema and name. No row of a table is read.
    ///
    /// - Throws: errors of the connection; nothing that is found is an empty list.
    package static func tables(
        _ selection: Selection, of connection: PostgresConnection
    ) throws(PostgresError) -> [SourceTable] {
        let parameters: [String?] =
            switch selection {
            case .schema(let name): [name, nil]
            case .table(let name): [nil, try name.quoted()]
            }
        var tables: [SourceTable] = []
        var places: [String: Int] = [:]
        for row in try connection.execute(relations, parameters).rows {
            guard let number = row[0], let schema = row[1], let name = row[2], let kind = row[3].flatMap(Kind.init)
            else { continue }
            places[number] = tables.count
            tables.append(
                SourceTable(
                    name: QualifiedName(schema: schema, name: name), kind: kind, comment: row[4],
                    isReadable: row[5] == "t", changedRowCount: row[6].flatMap { Int64($0) } ?? 0))
        }
        guard !tables.isEmpty else { return [] }
        let numbers = "{\(places.keys.sorted().joined(separator: ","))}"
        for row in try connection.execute(attributes, [numbers]).rows {
            guard let place = row[0].flatMap({ places[$0] }), let name = row[1] else { continue }
            tables[place].columns.append(
                Column(
                    name: name, typeName: row[2] ?? "", isNotNull: row[3] == "t", standard: row[4],
                    isIdentity: row[5] == "t", comment: row[6], isReadable: row[7] == "t"))
        }
        try readIndexes(numbers, places, connection, &tables)
        try readForeignKeys(numbers, places, connection, &tables)
        return tables
    }

    private static func readIndexes(
        _ numbers: String, _ places: [String: Int], _ connection: PostgresConnection, _ tables: inout [SourceTable]
    ) throws(PostgresError) {
        let rows = try connection.execute(indexColumns, [numbers]).rows
        for (_, group) in grouped(rows) {
            guard let place = group[0][0].flatMap({ places[$0] }) else { continue }
            let columns = group.compactMap { $0[2] }
            // A column without a name is an expression: then nothing follows for the other columns.
            guard columns.count == group.count else { continue }
            tables[place].indexes.append(
                Index(
                    columns: columns, isPrimary: group[0][3] == "t", isUnique: group[0][4] == "t",
                    isPartial: group[0][5] == "t"))
        }
    }

    private static func readForeignKeys(
        _ numbers: String, _ places: [String: Int], _ connection: PostgresConnection, _ tables: inout [SourceTable]
    ) throws(PostgresError) {
        let rows = try connection.execute(references, [numbers]).rows
        for (_, group) in grouped(rows) {
            guard let place = group[0][0].flatMap({ places[$0] }) else { continue }
            tables[place].foreignKeys.append(
                ForeignKey(
                    columns: group.compactMap { $0[2] },
                    table: QualifiedName(schema: group[0][3], name: group[0][4] ?? ""),
                    referenced: group.compactMap { $0[5] }))
        }
    }

    /// Rows that follow each other with the same second value.
    private static func grouped(_ rows: [[String?]]) -> [(String?, [[String?]])] {
        var groups: [(String?, [[String?]])] = []
        for row in rows {
            if let last = groups.last, last.0 == row[1] {
                groups[groups.count - 1].1.append(row)
            } else {
                groups.append((row[1], [row]))
            }
        }
        return groups
    }

    private static let relations = """
        SELECT c.oid::pg_catalog.int8, n.nspname, c.relname, c.relkind, pg_catalog.obj_description(c.oid, 'pg_class'),
               pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND (
                 pg_catalog.has_table_privilege(c.oid, 'SELECT') OR NOT EXISTS (
                   SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
                     AND NOT a.attisdropped AND NOT pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT'))),
               (SELECT pg_catalog.sum(s.n_tup_upd + s.n_tup_del) FROM pg_catalog.pg_stat_all_tables s
                WHERE s.relid = c.oid OR (c.relkind = 'p' AND s.relid IN (
                  SELECT t.relid FROM pg_catalog.pg_partition_tree(c.oid) t)))::pg_catalog.int8
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
          AND CASE WHEN $2::pg_catalog.text IS NOT NULL THEN c.oid = pg_catalog.to_regclass($2)
              ELSE NOT c.relispartition AND n.nspname OPERATOR(pg_catalog.!~) '^pg_' AND n.nspname <> 'information_schema'
                AND COALESCE(n.nspname = $1, true)
                AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                                WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid
                                  AND d.deptype = 'e') END
        ORDER BY 2, 3
        """

    private static let attributes = """
        SELECT a.attrelid::pg_catalog.int8, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,
               pg_catalog.pg_get_expr(d.adbin, d.adrelid), a.attidentity <> '',
               pg_catalog.col_description(a.attrelid, a.attnum),
               pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'SELECT')
        FROM pg_catalog.pg_attribute a
        LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attrelid = ANY ($1::pg_catalog.oid[]) AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY a.attrelid, a.attnum
        """

    private static let indexColumns = """
        SELECT i.indrelid::pg_catalog.int8, i.indexrelid::pg_catalog.int8, a.attname, i.indisprimary,
               i.indisunique AND i.indimmediate, i.indpred IS NOT NULL
        FROM pg_catalog.pg_index i
        CROSS JOIN LATERAL pg_catalog.unnest(i.indkey) WITH ORDINALITY AS k(number, place)
        LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number AND k.number > 0
        WHERE i.indrelid = ANY ($1::pg_catalog.oid[]) AND i.indisvalid AND k.place <= i.indnkeyatts
        ORDER BY i.indisprimary DESC, i.indexrelid, k.place
        """

    private static let references = """
        SELECT r.conrelid::pg_catalog.int8, r.oid::pg_catalog.int8, a.attname, n.nspname, c.relname, b.attname
        FROM pg_catalog.pg_constraint r
        CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(r.conkey), pg_catalog.unnest(r.confkey))
          WITH ORDINALITY AS k(own, other, place)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = r.conrelid AND a.attnum = k.own
        JOIN pg_catalog.pg_attribute b ON b.attrelid = r.confrelid AND b.attnum = k.other
        JOIN pg_catalog.pg_class c ON c.oid = r.confrelid
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE r.contype = 'f' AND r.conrelid = ANY ($1::pg_catalog.oid[])
        ORDER BY r.conrelid, r.conname, r.oid, k.place
        """
}
