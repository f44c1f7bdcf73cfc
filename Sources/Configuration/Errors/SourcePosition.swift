/// A place in a configuration file; prints as `almanac.yaml:14:5`.
package struct SourcePosition: Sendable, Hashable, CustomStringConvertible {
    /// The file's name as it was given.
    package let file: String
    /// The line, from 1.
    package let line: Int
    /// The column, from 1, counted in Unicode scalars.
    package let column: Int

    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    package var description: String { "\(file):\(line):\(column)" }
}
