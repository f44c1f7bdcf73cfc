internal import CivilTime
internal import PostgresCopy
internal import Tenancy

/// A tenant's table of requests, through the role that may change it.
///
/// Whoever works on a request holds an advisory lock of the server's on it for as long as its connection stands. So a
/// request that is said to be worked on, and whose lock is free, was left behind by a process that is gone: it is taken
/// up again. (Advisory locks: https://www.postgresql.org/docs/15/explicit-locking.html#ADVISORY-LOCKS)
final class RequestTable {
    private let connection: PostgresConnection
    private let contract: RequestContract
    private let table: String
    /// The table's own number, which is the same for all who work on it.
    private let tableNumber: String
    /// Conditions on the fixed columns, with `$1`, `$2`, … for `fixed`.
    private let condition: String
    private let fixed: [String]

    /// - Parameters:
    ///   - connection: nobody else uses it, and no pooler stands between: locks belong to its session.
    ///   - tenantColumn: the column and key of tables that tenants share.
    init(
        _ contract: RequestContract, over connection: PostgresConnection, tenantColumn: (name: String, key: String)?
    ) throws(PostgresError) {
        self.connection = connection
        self.contract = contract
        table = try contract.table.quoted()
        var filter = contract.filter.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
        if let tenantColumn { filter.append((tenantColumn.name, tenantColumn.key)) }
        fixed = filter.map(\.value)
        var terms: [String] = []
        for (index, term) in filter.enumerated() { terms.append("\(try quotedIdentifier(term.name)) = $\(index + 1)") }
        condition = terms.isEmpty ? "true" : terms.joined(separator: " AND ")
        guard let number = try connection.execute("SELECT $1::regclass::oid::text", [table]).value else {
            throw PostgresError(.other, "the table \(contract.table) has no number")
        }
        tableNumber = number
    }

    /// How many requests wait, and how many are said to be worked on.
    func counts() throws(PostgresError) -> (pending: Int64, working: Int64) {
        let state = try quotedIdentifier(contract.columns.state)
        let row = try connection.execute(
            """
            SELECT count(*) FILTER (WHERE \(state) = \(place(1))), count(*) FILTER (WHERE \(state) = \(place(2)))
            FROM \(table) WHERE \(condition)
            """, fixed + [contract.states.pending, contract.states.working]
        ).rows.first
        let number = { (index: Int) in row?[index].flatMap { Int64($0) } ?? 0 }
        return (number(0), number(1))
    }

    /// Takes the oldest request that nobody works on, waiting or left behind.
    /// - Parameter passing: keys that are not wanted now.
    func claim(passing: Set<String>) throws(PostgresError) -> RequestRow? {
        let key = try quotedIdentifier(contract.columns.key)
        let state = try quotedIdentifier(contract.columns.state)
        let createdAt = try quotedIdentifier(contract.columns.createdAt)
        let open = try connection.execute(
            """
            SELECT \(key)::text FROM \(table) WHERE \(condition) AND \(state) IN (\(place(1)), \(place(2)))
            ORDER BY \(createdAt), \(key) LIMIT 1000
            """, fixed + [contract.states.pending, contract.states.working])
        for row in open.rows {
            guard let found = row[0], !passing.contains(found), try lock(found) else { continue }
            if let taken = try take(found) { return taken }
            // It has ended, or was withdrawn, between the look and the lock.
            try release(found)
        }
        return nil
    }

    /// Says that a request is worked on, from the beginning.
    private func take(_ key: String) throws(PostgresError) -> RequestRow? {
        let columns = contract.columns
        var changes = [(columns.state, contract.states.working as String?)]
        if let progress = columns.progress { changes.append((progress, "0")) }
        for column in [columns.completedAt, columns.result, columns.error] {
            if let column { changes.append((column, nil)) }
        }
        let wanted = [
            "\(try quotedIdentifier(columns.key))::text", try micros(columns.createdAt),
            try optional(columns.subject) { "\($0)::text" }, try optional(columns.from, Self.micros),
            try optional(columns.to, Self.micros), try optional(columns.parameters) { "\($0)::text" },
        ].joined(separator: ", ")
        let rows = try change(key, changes, from: [contract.states.pending, contract.states.working], giving: wanted)
        guard let row = rows.rows.first, let found = row[0], let createdAt = row[1].flatMap({ Int64($0) }) else {
            return nil
        }
        let instant = { (index: Int) in
            row[index].flatMap { Int64($0) }.map { Instant(microsecondsSinceEpoch: $0) }
        }
        return RequestRow(
            key: found, createdAt: Instant(microsecondsSinceEpoch: createdAt), subject: row[2], from: instant(3),
            to: instant(4), parameters: row[5])
    }

    /// Moves the progress of a request that is being worked on.
    /// - Returns: whether it still is: nobody has withdrawn it meanwhile.
    @discardableResult
    func progress(_ key: String, _ percent: Int) throws(PostgresError) -> Bool {
        guard let column = contract.columns.progress else { return true }
        return try change(key, [(column, String(percent))], from: [contract.states.working]).rows.count == 1
    }

    /// Ends a request well.
    func complete(_ key: String, address: String) throws(PostgresError) -> Bool {
        var changes = [(contract.columns.state, contract.states.done as String?)]
        if let progress = contract.columns.progress { changes.append((progress, "100")) }
        if let result = contract.columns.result { changes.append((result, address)) }
        return try end(key, changes)
    }

    /// Ends a request with a message.
    func fail(_ key: String, message: String) throws(PostgresError) -> Bool {
        var changes = [(contract.columns.state, contract.states.failed as String?)]
        if let error = contract.columns.error { changes.append((error, message)) }
        return try end(key, changes)
    }

    /// Puts a request back among those that wait.
    func putBack(_ key: String) throws(PostgresError) {
        var changes = [(contract.columns.state, contract.states.pending as String?)]
        if let progress = contract.columns.progress { changes.append((progress, "0")) }
        _ = try change(key, changes, from: [contract.states.working])
        try release(key)
    }

    private func end(_ key: String, _ changes: [(String, String?)]) throws(PostgresError) -> Bool {
        let rows = try change(key, changes, from: [contract.states.working], ends: true)
        try release(key)
        return rows.rows.count == 1
    }

    // MARK: Statements

    /// Changes columns of one row that is in one of some states, and says when.
    private func change(
        _ key: String, _ changes: [(column: String, value: String?)], from states: [String], ends: Bool = false,
        giving: String = "1"
    ) throws(PostgresError) -> PostgresResult {
        var values: [String?] = fixed
        var sets: [String] = []
        for change in changes {
            values.append(change.value)
            sets.append("\(try quotedIdentifier(change.column)) = $\(values.count)")
        }
        if let updatedAt = contract.columns.updatedAt {
            sets.append("\(try quotedIdentifier(updatedAt)) = clock_timestamp()")
        }
        if ends, let completedAt = contract.columns.completedAt {
            sets.append("\(try quotedIdentifier(completedAt)) = clock_timestamp()")
        }
        values.append(key)
        let keyTerm = "\(try quotedIdentifier(contract.columns.key)) = $\(values.count)"
        var places: [String] = []
        for state in states {
            values.append(state)
            places.append("$\(values.count)")
        }
        let state = try quotedIdentifier(contract.columns.state)
        return try connection.execute(
            """
            UPDATE \(table) SET \(sets.joined(separator: ", "))
            WHERE \(condition) AND \(keyTerm) AND \(state) IN (\(places.joined(separator: ", "))) RETURNING \(giving)
            """, values)
    }

    private func lock(_ key: String) throws(PostgresError) -> Bool {
        try connection.execute(
            "SELECT pg_catalog.pg_try_advisory_lock(pg_catalog.hashtextextended($1, 0))", [name(key)]
        )
        .value == "t"
    }

    private func release(_ key: String) throws(PostgresError) {
        try connection.execute("SELECT pg_catalog.pg_advisory_unlock(pg_catalog.hashtextextended($1, 0))", [name(key)])
    }

    private func name(_ key: String) -> String { "almanac request \(tableNumber)/\(key)" }

    /// The place of a value behind the fixed ones.
    private func place(_ index: Int) -> String { "$\(fixed.count + index)" }

    private func micros(_ column: String) throws(PostgresError) -> String { Self.micros(try quotedIdentifier(column)) }

    private static func micros(_ quoted: String) -> String {
        "(extract(epoch FROM \(quoted)) * 1000000)::bigint::text"
    }

    private func optional(_ column: String?, _ text: (String) -> String) throws(PostgresError) -> String {
        guard let column else { return "NULL" }
        return text(try quotedIdentifier(column))
    }
}
