/// A place in a configuration file; prints as `almanac.yaml:14:5`. Or a cell of a query's answer, which is read as a file
/// is; prints as `tenants query, row 12, column source.key`.
package struct SourcePosition: Sendable, Hashable, CustomStringConvertible {
    /// The file's name as it was given, or the query's.
    package let file: String
    /// The line, from 1; of a query the row.
    package let line: Int
    /// The column, from 1, counted in Unicode scalars; of a query the number of its column, 0 for the row as a whole.
    package let column: Int
    /// The name of the query's column; empty for the row as a whole, nil for files.
    private let cell: String?

    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
        cell = nil
    }

    /// A cell of a query's answer.
    ///
    /// - Parameters:
    ///   - row: from 1.
    ///   - column: its number, from 1, and its name; nil for the row as a whole.
    init(query: String, row: Int, column: (number: Int, name: String)?) {
        file = query
        line = row
        self.column = column?.number ?? 0
        cell = column?.name ?? ""
    }

    package var description: String {
        guard let cell else { return "\(file):\(line):\(column)" }
        let row = line > 0 ? "\(file), row \(line)" : file
        return cell.isEmpty ? row : "\(row), column \(ConfigurationError.shown(cell))"
    }
}
