internal import GRDB

/// The ledger's tables. A migration is never edited once it was released: a new one follows it.
enum LedgerSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            try database.execute(
                sql: """
                    CREATE TABLE leases (
                        tenant TEXT PRIMARY KEY, epoch INTEGER NOT NULL, holder TEXT NOT NULL, since INTEGER NOT NULL,
                        sequence INTEGER NOT NULL DEFAULT 0
                    ) STRICT;
                    CREATE TABLE runs (
                        id TEXT PRIMARY KEY, kind TEXT NOT NULL, tenant TEXT NOT NULL, subject TEXT NOT NULL,
                        period TEXT NOT NULL, edition INTEGER NOT NULL, state TEXT NOT NULL, cause TEXT,
                        message TEXT NOT NULL, attempts INTEGER NOT NULL, started_at INTEGER NOT NULL,
                        finished_at INTEGER, fingerprint TEXT NOT NULL
                    ) STRICT;
                    CREATE INDEX runs_by_report ON runs (tenant, subject, period, edition);
                    CREATE INDEX runs_by_start ON runs (started_at);
                    CREATE TABLE table_counts (
                        run TEXT NOT NULL, table_name TEXT NOT NULL, rows_read INTEGER NOT NULL,
                        rows_written INTEGER NOT NULL, rows_rejected INTEGER NOT NULL, version INTEGER NOT NULL,
                        is_unchanged INTEGER NOT NULL, PRIMARY KEY (run, table_name)
                    ) STRICT;
                    CREATE TABLE artefacts (
                        run TEXT NOT NULL, name TEXT NOT NULL, path TEXT NOT NULL, sha256 TEXT NOT NULL,
                        size INTEGER NOT NULL, PRIMARY KEY (run, name)
                    ) STRICT;
                    CREATE TABLE occurrences (
                        tenant TEXT NOT NULL, schedule TEXT NOT NULL, nominal INTEGER NOT NULL, outcome TEXT NOT NULL,
                        run TEXT, taken_at INTEGER NOT NULL, PRIMARY KEY (tenant, schedule, nominal)
                    ) STRICT;
                    CREATE TABLE ticks (id INTEGER PRIMARY KEY, instant INTEGER NOT NULL) STRICT;
                    """)
        }
        migrator.registerMigration("2") { database in
            try database.execute(sql: "ALTER TABLE table_counts ADD COLUMN rows_known INTEGER NOT NULL DEFAULT 0")
        }
        migrator.registerMigration("3") { database in
            try database.execute(
                sql: """
                    CREATE TABLE reconciliations (
                        run TEXT NOT NULL, table_name TEXT NOT NULL, tenant TEXT NOT NULL, version INTEGER NOT NULL,
                        source_rows INTEGER NOT NULL, lake_rows INTEGER NOT NULL, sum_count INTEGER NOT NULL,
                        compares_keys INTEGER NOT NULL, difference TEXT NOT NULL, compared_at INTEGER NOT NULL,
                        PRIMARY KEY (run, table_name)
                    ) STRICT;
                    CREATE INDEX reconciliations_by_tenant ON reconciliations (tenant, compared_at);
                    """)
        }
        // Whose edition it is inside of the tenant, and with which parameters.
        migrator.registerMigration("variants of editions") { database in
            try database.execute(
                sql: """
                    ALTER TABLE runs ADD COLUMN variant TEXT NOT NULL DEFAULT '';
                    DROP INDEX runs_by_report;
                    CREATE INDEX runs_by_report ON runs (tenant, subject, period, variant, edition);
                    """)
        }
        // What plans expect: how long a model took.
        migrator.registerMigration("time of tables") { database in
            try database.execute(sql: "ALTER TABLE table_counts ADD COLUMN milliseconds INTEGER NOT NULL DEFAULT 0")
        }
        migrator.registerMigration("attempts of requests") { database in
            try database.execute(
                sql: """
                    CREATE TABLE request_attempts (
                        tenant TEXT NOT NULL, request TEXT NOT NULL, attempts INTEGER NOT NULL, last_at INTEGER NOT NULL,
                        PRIMARY KEY (tenant, request)
                    ) STRICT;
                    """)
        }
        return migrator
    }
}
