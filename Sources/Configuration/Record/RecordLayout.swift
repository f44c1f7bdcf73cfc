internal import Yams

/// The head of a query whose rows are read as configuration files are: each column is a key, dotted for nested ones
/// (`source.key`), and has a default for rows that say nothing.
///
/// ```
/// let layout = try RecordLayout(query: "tenants query", columns: ["id", "source.key"], defaults: [], known: keys)
/// let tenant = try layout.mapping(row: 12, values: [.text("acme"), .text("4711")]) { map in … }
/// ```
/// The same reader reads files and rows; errors name the row and the column, or the line of the default.
package struct RecordLayout: Sendable {
    /// What a message calls the query.
    package let query: String
    /// The names of the columns, in the query's order.
    package let columns: [String]
    private let tree: [Branch]

    /// A key with what is below it.
    private indirect enum Branch: Sendable {
        /// The number of the column, and the default.
        case leaf(key: String, column: Int?, standard: RecordDefault?)
        case keys(key: String, [Branch])
    }

    /// - Parameters:
    ///   - known: the dotted names of all keys that a file can have.
    /// - Throws: for columns and defaults that are no keys, with the nearest one, and for columns that are there twice.
    package init(
        query: String, columns: [String], defaults: [RecordDefault], known: [String]
    ) throws(ConfigurationErrors) {
        self.query = query
        self.columns = columns
        var errors: [ConfigurationError] = []
        for (index, name) in columns.enumerated() {
            let position = SourcePosition(query: query, row: 0, column: (index + 1, name))
            if !known.contains(name) {
                errors.append(Self.unknown("column", name, position, known))
            } else if columns.firstIndex(of: name) != index {
                errors.append(
                    ConfigurationError("the column '\(name)' is there twice", at: position, sourceLine: nil))
            }
        }
        for standard in defaults where !known.contains(standard.name) {
            errors.append(Self.unknown("key", standard.name, standard.position, known))
        }
        guard errors.isEmpty else { throw ConfigurationErrors(errors) }
        let standards = Dictionary(defaults.map { ($0.name, $0) }) { first, _ in first }
        let names = columns + defaults.map(\.name).filter { !columns.contains($0) }
        tree = Self.tree(
            names.map { (Self.path($0)[...], columns.firstIndex(of: $0), standards[$0]) })
    }

    private static func unknown(
        _ kind: String, _ name: String, _ position: SourcePosition, _ known: [String]
    ) -> ConfigurationError {
        let near = Suggestion.nearest(to: name, among: known).map { "did you mean '\($0)'?" }
        return ConfigurationError(
            "unknown \(kind) '\(ConfigurationError.shown(name))'", at: position,
            hint: near ?? "the keys are: \(known.joined(separator: ", "))", sourceLine: nil)
    }

    private static func path(_ name: String) -> [String] { name.split(separator: ".").map(String.init) }

    private static func tree(_ leaves: [(path: ArraySlice<String>, column: Int?, standard: RecordDefault?)]) -> [Branch]
    {
        var keys: [String] = []
        for leaf in leaves { if let key = leaf.path.first, !keys.contains(key) { keys.append(key) } }
        return keys.map { key in
            let inside = leaves.filter { $0.path.first == key }
            if let leaf = inside.first, leaf.path.count == 1 {
                return .leaf(key: key, column: leaf.column, standard: leaf.standard)
            }
            return .keys(key: key, tree(inside.map { ($0.path.dropFirst(), $0.column, $0.standard) }))
        }
    }
}

extension RecordLayout {
    /// Reads a row.
    ///
    /// - Parameters:
    ///   - row: its number, from 1.
    ///   - values: of the columns; nil for NULL, which is as if the row did not have the column.
    ///   - subject: what the row describes, for messages: `tenant 'acme'`.
    ///   - read: reads the keys; nil means that something was wrong, and it was noted.
    /// - Throws: all errors that were noted.
    package func mapping<Result>(
        row: Int, values: [RecordValue?], subject: String? = nil, _ read: (YAMLMapping) -> Result?
    ) throws(ConfigurationErrors) -> Result {
        let record = Record(layout: self, row: row, values: values)
        let notes = ErrorNotes(record: record, subject: subject)
        let root = Node.mapping(.init(nodes(tree, values)))
        let result: Result? = YAMLValue(root, path: [], notes: notes).mapping(read)
        guard notes.errors.isEmpty else { throw ConfigurationErrors(notes.errors) }
        guard let result else {
            // A reader that gives nil must have noted why; this is the safety net for one that did not.
            throw ConfigurationErrors([
                ConfigurationError("the row could not be read", at: record.position(of: []), sourceLine: nil)
            ])
        }
        return result
    }

    private func nodes(_ branches: [Branch], _ values: [RecordValue?]) -> [(Node, Node)] {
        branches.compactMap { branch in
            switch branch {
            case .leaf(let key, let column, let standard):
                guard let value = column.flatMap({ values[$0] }) ?? standard?.value else { return nil }
                return (Node(key), value.node)
            case .keys(let key, let inside):
                let inner = nodes(inside, values)
                return inner.isEmpty ? nil : (Node(key), .mapping(.init(inner)))
            }
        }
    }

    /// Where the value of a path was written: the row's cell, or else the default's line.
    fileprivate func position(of path: [String], row: Int, values: [RecordValue?]) -> SourcePosition {
        let name = path.joined(separator: ".")
        let column = columns.firstIndex(of: name)
        let isDefault = column.flatMap { values[$0] } == nil
        if isDefault, let standard = standard(path[...], tree) { return standard.position }
        return SourcePosition(query: query, row: row, column: column.map { ($0 + 1, name) })
    }

    private func standard(_ path: ArraySlice<String>, _ branches: [Branch]) -> RecordDefault? {
        for branch in branches {
            switch branch {
            case .leaf(let key, _, let standard) where key == path.first && path.count == 1: return standard
            case .keys(let key, let inside) where key == path.first: return standard(path.dropFirst(), inside)
            default: continue
            }
        }
        return nil
    }
}

/// A row while it is being read: where its values were written.
struct Record {
    fileprivate let layout: RecordLayout
    fileprivate let row: Int
    fileprivate let values: [RecordValue?]

    /// What a message calls the query.
    var query: String { layout.query }

    func position(of path: [String]) -> SourcePosition { layout.position(of: path, row: row, values: values) }
}
