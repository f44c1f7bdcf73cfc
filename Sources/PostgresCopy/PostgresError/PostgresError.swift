/// What went wrong between Almanac and a Postgres server.
///
/// `description` is safe to show to anybody who may see the project: it holds no row values, no SQL, no password.
/// `debugDescription` adds what the server said on top (DETAIL and CONTEXT lines can hold row values).
package struct PostgresError: Error, Sendable, Equatable {
    /// What the failure means for the caller; exit codes follow from it.
    package enum Code: Sendable, Equatable {
        /// The connection string cannot be read.
        case invalidConnectionString
        /// No server answered, or it takes no connections now (starting up, shutting down, too many).
        case unreachable
        /// The connection broke, or the server ended it, while something was under way.
        case connectionLost
        /// The server did not accept the role or its password.
        case notAuthenticated
        /// The role may not do this.
        case notPermitted
        case noSuchDatabase
        /// The relation or its schema is missing.
        case noSuchTable
        case noSuchColumn
        /// A time-out of the server (statement, lock, idle) or of ours (no byte for too long).
        case timedOut
        /// Somebody cancelled the statement.
        case cancelled
        /// The snapshot conflicts with other work: serialization failure, deadlock, replica recovery.
        case conflict
        /// The statement is not valid for this database.
        case invalidQuery
        /// What arrived is not a COPY BINARY stream, or ended early, or its row count is not what the server says.
        case malformedStream
        /// A column has a type that has no exact place in the lake.
        case unsupportedType
        /// A column's type or zone must be declared in the dataset before it can be read exactly.
        case undeclaredType
        /// A value has no exact place in its column.
        case valueRefused
        /// Calls in an order that has no meaning, such as COPY within a COPY.
        case misuse
        case other
    }

    /// What the failure means.
    package let code: Code
    /// Why, in one line: the server's primary message or our own words.
    package let message: String
    /// The five letters of the SQL standard; nil where the server did not speak.
    package let sqlState: String?
    /// What the server suggests, or what we do.
    package let hint: String?
    /// DETAIL and CONTEXT of the server: may hold row values.
    package let detail: String?

    package init(
        _ code: Code, _ message: String, sqlState: String? = nil, hint: String? = nil, detail: String? = nil
    ) {
        self.code = code
        self.message = message
        self.sqlState = sqlState
        self.hint = hint
        self.detail = detail
    }

    /// The exit code of a run that ends with it: sysexits.h, as everywhere in Almanac.
    package var exitCode: Int32 {
        switch code {
        case .unreachable, .connectionLost: 69
        case .notAuthenticated, .notPermitted: 77
        case .invalidConnectionString, .noSuchDatabase, .undeclaredType: 78
        case .timedOut, .cancelled, .conflict: 75
        case .misuse: 70
        case .noSuchTable, .noSuchColumn, .invalidQuery, .malformedStream, .unsupportedType, .valueRefused, .other: 65
        }
    }

    /// Whether the same call may succeed later with nothing changed.
    package var isTransient: Bool {
        switch code {
        case .unreachable, .connectionLost, .timedOut, .conflict: true
        default: false
        }
    }
}

extension PostgresError: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String {
        var text = message
        if let sqlState { text += " (SQLSTATE \(sqlState))" }
        if let hint { text += "; \(hint)" }
        return text
    }

    package var debugDescription: String { detail.map { "\(description) [\($0)]" } ?? description }
}
