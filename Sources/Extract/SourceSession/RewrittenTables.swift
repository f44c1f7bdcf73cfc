internal import PostgresCopy

/// Fails where a table that the transaction has read was rewritten, emptied or made after its snapshot.
///
/// Snapshots do not hold against TRUNCATE and the rewriting forms of ALTER TABLE: the table's new file has no rows
/// that an older snapshot sees, and a COPY of it gives no rows and success
/// (https://www.postgresql.org/docs/15/mvcc-caveats.html). A query reads `pg_class` as of the snapshot, while
/// `pg_relation_filenode` looks at the catalogue as it is now: where they differ, what was read is not that moment's.
///
/// - Throws: `conflict`: the same run succeeds later, with a snapshot of its own.
func checkTablesOfSnapshot(_ connection: PostgresConnection) throws(PostgresError) {
    let rows = try connection.execute(
        """
        SELECT COALESCE(n.nspname || '.' || c.relname, l.relation::pg_catalog.regclass::text)
        FROM (SELECT DISTINCT relation FROM pg_catalog.pg_locks
              WHERE pid = pg_catalog.pg_backend_pid() AND locktype = 'relation'
                AND database = (SELECT oid FROM pg_catalog.pg_database
                                WHERE datname = pg_catalog.current_database())) l
        LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation
        LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.oid IS NULL
           OR c.relkind IN ('r', 'm') AND c.relfilenode <> 0
              AND c.relfilenode IS DISTINCT FROM pg_catalog.pg_relation_filenode(c.oid)
        ORDER BY 1 LIMIT 1
        """
    ).rows
    guard let table = rows.first?.first else { return }
    throw PostgresError(
        .conflict, "\(table ?? "a table") was emptied, rewritten or made after the snapshot was taken",
        hint: "start the run again: its snapshot will be newer")
}
