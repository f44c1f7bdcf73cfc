internal import CLibPQ

/// An identifier as SQL text, always in double quotes: the one place where names become SQL.
///
/// - Throws: `invalidQuery` for names that no object can have: empty ones, and ones with a zero byte.
package func quotedIdentifier(_ name: String) throws(PostgresError) -> String {
    guard !name.isEmpty, !name.utf8.contains(0) else {
        throw PostgresError(.invalidQuery, "a name is empty or holds a zero byte")
    }
    return "\"" + name.replacing("\"", with: "\"\"") + "\""
}

extension PostgresConnection {
    /// A text as an SQL literal, for COPY alone, which takes no parameters.
    package func quotedLiteral(_ text: String) throws(PostgresError) -> String {
        guard !text.utf8.contains(0) else { throw PostgresError(.invalidQuery, "a value holds a zero byte") }
        guard let literal = unsafe PQescapeLiteral(handle, text, text.utf8.count) else { throw connectionError() }
        defer { unsafe PQfreemem(literal) }
        return unsafe String(cString: literal)
    }
}

/// A table's name with its schema: `nexus.orders`, `"Shop One"."Orders"`.
package struct QualifiedName: Sendable, Hashable, CustomStringConvertible {
    /// The schema; nil where the search path decides.
    package let schema: String?
    /// The name of the table, view or materialized view.
    package let name: String

    package init(schema: String?, name: String) {
        self.schema = schema
        self.name = name
    }

    /// Reads a name as SQL does: unquoted parts are folded to lower case, `""` in quotes is one quote.
    /// Nil where it is no name of one or two parts.
    package init?(_ text: String) {
        var parts: [String] = []
        var rest = Substring(text)
        while true {
            guard let part = Self.takePart(&rest) else { return nil }
            parts.append(part)
            guard !rest.isEmpty else { break }
            guard rest.removeFirst() == "." else { return nil }
        }
        switch parts.count {
        case 1: self.init(schema: nil, name: parts[0])
        case 2: self.init(schema: parts[0], name: parts[1])
        default: return nil
        }
    }

    private static func takePart(_ rest: inout Substring) -> String? {
        guard rest.first == "\"" else {
            let part = rest.prefix { $0 == "_" || $0 == "$" || $0.isLetter || $0.isNumber }
            guard let first = part.first, first == "_" || first.isLetter else { return nil }
            rest = rest[part.endIndex...]
            return String(part.map { $0.isASCII ? Character($0.lowercased()) : $0 })
        }
        rest.removeFirst()
        var part = ""
        while let character = rest.popFirst() {
            guard character == "\"" else {
                part.append(character)
                continue
            }
            guard rest.first == "\"" else { return part.isEmpty ? nil : part }
            rest.removeFirst()
            part.append("\"")
        }
        return nil
    }

    /// The name as SQL text.
    package func quoted() throws(PostgresError) -> String {
        guard let schema else { return try quotedIdentifier(name) }
        return try quotedIdentifier(schema) + "." + quotedIdentifier(name)
    }

    package var description: String { schema.map { "\($0).\(name)" } ?? name }
}
