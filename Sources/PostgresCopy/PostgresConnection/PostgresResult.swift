internal import CLibPQ

/// The rows of a small query, as text: catalogues, settings, counts. Data comes by COPY.
package struct PostgresResult: Sendable, Equatable {
    /// The names of the columns.
    package let columns: [String]
    /// The values, nil where NULL.
    package let rows: [[String?]]
    /// The rows that a statement touched, as its command tag says; nil where it says nothing.
    package let affectedRowCount: Int?

    /// The only value of the first row.
    package var value: String? { rows.first?.first ?? nil }
}

/// A `PGresult`, freed with its owner.
@safe
struct ResultHandle: ~Copyable {
    let handle: OpaquePointer

    init(_ handle: OpaquePointer) { unsafe self.handle = handle }

    deinit { unsafe PQclear(handle) }

    var status: ExecStatusType { unsafe PQresultStatus(handle) }

    /// Whether it starts a COPY, which goes on after it.
    var isCopy: Bool {
        let status = status
        return status == PGRES_COPY_OUT || status == PGRES_COPY_IN || status == PGRES_COPY_BOTH
    }

    /// The number behind the last word of the command tag: `COPY 12`, `SELECT 3`.
    var affectedRowCount: Int? {
        guard let text = unsafe PQcmdTuples(handle) else { return nil }
        return unsafe Int(String(cString: text))
    }

    var columnCount: Int { Int(unsafe PQnfields(handle)) }

    func columnName(_ column: Int) -> String {
        unsafe PQfname(handle, Int32(column)).map { unsafe String(cString: $0) } ?? ""
    }

    func columnType(_ column: Int) -> TypeReference {
        unsafe TypeReference(
            oid: PQftype(handle, Int32(column)), modifier: PQfmod(handle, Int32(column)))
    }

    /// The table column that a result column comes from, if it is one.
    func columnOrigin(_ column: Int) -> (table: UInt32, attribute: Int)? {
        let table = unsafe PQftable(handle, Int32(column))
        guard table != 0 else { return nil }
        return (table, Int(unsafe PQftablecol(handle, Int32(column))))
    }

    /// All rows as text.
    func rows() -> PostgresResult {
        var columns: [String] = []
        for column in 0..<columnCount { columns.append(columnName(column)) }
        var rows: [[String?]] = []
        for row in 0..<(unsafe PQntuples(handle)) {
            var values: [String?] = []
            for column in columns.indices { values.append(value(row, Int32(column))) }
            rows.append(values)
        }
        return PostgresResult(columns: columns, rows: rows, affectedRowCount: affectedRowCount)
    }

    private func value(_ row: Int32, _ column: Int32) -> String? {
        guard unsafe PQgetisnull(handle, row, column) == 0, let text = unsafe PQgetvalue(handle, row, column) else {
            return nil
        }
        return unsafe String(cString: text)
    }

    /// A field of an error report; the codes are those of the protocol
    /// (https://www.postgresql.org/docs/15/protocol-error-fields.html), which libpq has as character macros.
    func errorField(_ code: Character) -> String? {
        guard let value = code.asciiValue, let text = unsafe PQresultErrorField(handle, Int32(value)) else {
            return nil
        }
        return unsafe String(cString: text)
    }
}
