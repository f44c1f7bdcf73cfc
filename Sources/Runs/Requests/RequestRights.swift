internal import PostgresCopy

/// Holds the role that answers requests against what it may do: read and change one table, and write nothing else.
enum RequestRights {
    /// - Throws: `Failure` that names the role, what it may do, and the statement that mends it.
    static func check(_ connection: PostgresConnection, _ contract: RequestContract) throws {
        let table = try contract.table.quoted()
        let row =
            try connection.execute(
                """
                SELECT current_user, rolsuper::text,
                  (pg_catalog.has_any_column_privilege($1::regclass, 'UPDATE')
                    AND pg_catalog.has_any_column_privilege($1::regclass, 'SELECT'))::text
                FROM pg_catalog.pg_roles WHERE rolname = current_user
                """, [table]
            ).rows.first ?? []
        let role = row.first.flatMap { $0 } ?? "?"
        guard row.count == 3, row[1] == "false" else {
            throw Failure(
                .notPermitted, "role \(role) can't answer requests", why: "it is a superuser",
                remedy:
                    "CREATE ROLE almanac_requests LOGIN; GRANT SELECT, UPDATE ON \(contract.table) TO almanac_requests;"
            )
        }
        guard row[2] == "true" else {
            throw Failure(
                .notPermitted, "role \(role) can't answer requests",
                why: "it may not read and change \(contract.table)",
                remedy: "GRANT SELECT, UPDATE ON \(contract.table) TO \(role);")
        }
        if let other = try connection.execute(Self.others, [table]).value {
            throw Failure(
                .notPermitted, "role \(role) may do more than answer requests", why: "it may also write to \(other)",
                remedy: "REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON \(other) FROM \(role);")
        }
    }

    /// Another table that the role may write to.
    private static let others = """
        SELECT c.oid::regclass::text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'f') AND c.oid <> $1::regclass AND n.nspname !~ '^pg_'
          AND n.nspname <> 'information_schema' AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
          AND (pg_catalog.has_table_privilege(c.oid, 'INSERT, DELETE, TRUNCATE')
            OR pg_catalog.has_any_column_privilege(c.oid, 'INSERT, UPDATE'))
        ORDER BY 1 LIMIT 1
        """
}
