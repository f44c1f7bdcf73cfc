internal import PostgresCopy
internal import Tenancy

/// A relation that the transaction holds a lock on.
private struct LockedRelation {
    let schema: String
    let name: String
    /// `pg_class.relkind`.
    let kind: String
    /// Row-level security is enabled, forced and, as the server itself says, active for us now; there is a policy for
    /// reading.
    let hasForcedPolicies: Bool
    /// A view that reads with the rights of who asks.
    let isInvokersView: Bool
    /// Its parent is locked as well: a partition that was reached through the table, whose policies hold for it.
    let isReachedByParent: Bool

    var text: String { "\(schema).\(name)" }
    var quoted: String { (try? QualifiedName(schema: schema, name: name).quoted()) ?? text }
}

extension IsolationGuard {
    /// Makes sure of every relation that the dataset touches.
    ///
    /// - Parameter isAfterReading: partitions are then locked too; before, only what the query names is.
    func checkRelations(of dataset: Dataset, isAfterReading: Bool) throws {
        switch scope.tenant.source.isolation {
        case .database, .column, .fanOut: return
        case .rowLevelSecurity:
            for relation in try lockedRelations() where !(isAfterReading && relation.isReachedByParent) {
                try checkPolicies(relation, dataset)
            }
        case .schema(let schema):
            for relation in try lockedRelations()
            where relation.schema != schema && !(isAfterReading && relation.isReachedByParent) {
                throw unsafe(
                    dataset, "it reads \(relation.text), which is outside of the tenant's schema",
                    "keep what a tenant reads in its own schema")
            }
        }
    }

    private func checkPolicies(_ relation: LockedRelation, _ dataset: Dataset) throws {
        switch relation.kind {
        case "v":
            guard !relation.isInvokersView else { return }
            throw unsafe(
                dataset, "the view \(relation.text) reads with its owner's rights, not with ours",
                "ALTER VIEW \(relation.quoted) SET (security_invoker = true);")
        case "r", "p":
            guard !relation.hasForcedPolicies else { return }
            throw unsafe(
                dataset,
                "the table \(relation.text) has no row-level security that is enabled, forced and has a policy",
                "ALTER TABLE \(relation.quoted) ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; and CREATE POLICY")
        default:
            throw unsafe(
                dataset,
                "row-level security does not hold for \(relation.text): it is a materialized view or foreign table",
                "read the tables behind it")
        }
    }

    private func lockedRelations() throws -> [LockedRelation] {
        let rows = try connection.execute(
            """
            WITH locked AS (
              SELECT DISTINCT relation FROM pg_catalog.pg_locks
              WHERE pid = pg_catalog.pg_backend_pid() AND locktype = 'relation'
                AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()))
            SELECT n.nspname, c.relname, c.relkind,
                   c.relrowsecurity AND c.relforcerowsecurity AND pg_catalog.row_security_active(c.oid) AND EXISTS (
                     SELECT FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid AND p.polcmd IN ('*', 'r')),
                   COALESCE((SELECT option_value::pg_catalog.bool FROM pg_catalog.pg_options_to_table(c.reloptions)
                             WHERE option_name = 'security_invoker'), false),
                   EXISTS (SELECT FROM pg_catalog.pg_inherits i JOIN locked l ON l.relation = i.inhparent
                           WHERE i.inhrelid = c.oid)
            FROM locked JOIN pg_catalog.pg_class c ON c.oid = locked.relation
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
              AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
            ORDER BY 1, 2
            """
        ).rows
        return rows.map { row in
            LockedRelation(
                schema: row[0] ?? "", name: row[1] ?? "", kind: row[2] ?? "", hasForcedPolicies: row[3] == "t",
                isInvokersView: row[4] == "t", isReachedByParent: row[5] == "t")
        }
    }
}
