internal import CLibPQ

/// Where a connection goes, fit to be shown: `postgres://reader:***@host:5432/shop`.
package struct ConnectionTarget: Sendable, Equatable, CustomStringConvertible {
    /// The host name, address or socket folder; several are separated by commas.
    package let host: String
    /// The port.
    package let port: String
    /// The role.
    package let user: String
    /// The database.
    package let database: String
    /// Texts that must never be shown.
    let secrets: [String]

    package var description: String {
        let place = host.hasPrefix("/") ? "[local]" : host
        return
            "postgres://\(user)\(secrets.isEmpty ? "" : ":***")@\(place)\(port.isEmpty ? "" : ":\(port)")/\(database)"
    }

    /// Reads a connection string without connecting.
    ///
    /// libpq's own message about a string that it cannot read quotes the string, password and all: it is not shown.
    /// - Throws: `invalidConnectionString`.
    package static func parse(_ connectionString: String) throws(PostgresError) -> ConnectionTarget {
        guard !connectionString.utf8.contains(0) else {
            throw PostgresError(.invalidConnectionString, "the connection string holds a zero byte")
        }
        var message: UnsafeMutablePointer<CChar>?
        let list = unsafe PQconninfoParse(connectionString, &message)
        defer {
            unsafe PQfreemem(message)
            unsafe PQconninfoFree(list)
        }
        guard let list = unsafe list else {
            throw PostgresError(
                .invalidConnectionString, "the connection string cannot be read",
                hint: "write postgres://USER:PASSWORD@HOST:PORT/DATABASE, with %-escapes in the password")
        }
        var values: [String: String] = [:]
        var index = 0
        while let keyword = unsafe list[index].keyword {
            if let value = unsafe list[index].val { unsafe values[String(cString: keyword)] = String(cString: value) }
            index += 1
        }
        return ConnectionTarget(
            host: values["host"] ?? values["hostaddr"] ?? "", port: values["port"] ?? "", user: values["user"] ?? "",
            database: values["dbname"] ?? "",
            secrets: ["password", "sslpassword"].compactMap { values[$0] }.filter { !$0.isEmpty })
    }
}
