/// One thing that is wrong in a configuration file: what, where, and what to write instead.
package struct ConfigurationError: Error, Sendable, Equatable {
    /// What could not be read, in the user's words. Never contains a secret.
    package let message: String
    /// Where.
    package let position: SourcePosition
    /// How many scalars the carets stand under.
    package let length: Int
    /// What to write instead, printed behind the carets.
    package let hint: String?
    /// The line of the file, with what may be a secret already blanked out; nil where the file has no such line.
    package let sourceLine: String?

    package init(
        _ message: String, at position: SourcePosition, length: Int = 1, hint: String? = nil, sourceLine: String?
    ) {
        self.message = message
        self.position = position
        self.length = max(1, length)
        self.hint = hint
        self.sourceLine = sourceLine.map(SecretMask.masked)
    }
}

extension ConfigurationError: CustomStringConvertible {
    /// The message, the place, and the line with carets, as every error of Almanac looks:
    /// ```
    /// unknown key 'timezon' in tenant 'lagos-fresh'
    ///   --> almanac.yaml:14:5
    ///    |
    /// 14 |     timezon: Africa/Lagos
    ///    |     ^^^^^^^ did you mean 'timezone'?
    /// ```
    package var description: String {
        guard let sourceLine else {
            return "\(message)\n  --> \(position)" + (hint.map { "\n  \($0)" } ?? "")
        }
        let number = String(position.line)
        let width = max(2, number.count)
        let empty = String(repeating: " ", count: width)
        let padded = String(repeating: " ", count: width - number.count) + number
        let (source, column) = Self.window(sourceLine, around: position.column)
        let indent = String(repeating: " ", count: column - 1)
        let room = max(1, source.unicodeScalars.count - column + 1)
        let carets = String(repeating: "^", count: min(length, room))
        return """
            \(message)
              --> \(position)
            \(empty) |
            \(padded) | \(source)
            \(empty) | \(indent)\(carets)\(hint.map { " " + $0 } ?? "")
            """
    }
}

extension ConfigurationError {
    /// A text of a file as a message may show it: one line, without control and direction characters, not too long.
    package static func shown(_ text: String, limit: Int = 80) -> String {
        let scalars = text.unicodeScalars
        let cut = String(String.UnicodeScalarView(scalars.prefix(limit).map(printable)))
        return scalars.count > limit ? cut + "…" : cut
    }

    /// The part of a long line that holds a column, and where the column is in it.
    private static func window(_ line: String, around column: Int) -> (text: String, column: Int) {
        let scalars = line.unicodeScalars.map(printable)
        guard scalars.count > 160 else { return (String(String.UnicodeScalarView(scalars)), column) }
        let start = min(max(0, column - 80), scalars.count)
        let part = scalars[start..<min(start + 160, scalars.count)]
        return (String(String.UnicodeScalarView(part)), column - start)
    }

    /// A tab becomes a space, what a terminal would not show or would obey becomes a question mark.
    private static func printable(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        if scalar == "\t" { return " " }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse: return "?"
        default: return scalar
        }
    }
}

/// All that is wrong in one or more configuration files, in the order of the places; never empty.
package struct ConfigurationErrors: Error, Sendable, Equatable, CustomStringConvertible {
    /// The errors.
    package let errors: [ConfigurationError]

    package init(_ errors: [ConfigurationError]) {
        self.errors = errors.sorted {
            ($0.position.file, $0.position.line, $0.position.column)
                < ($1.position.file, $1.position.line, $1.position.column)
        }
    }

    /// Every error as it prints alone, `error: ` before each but the first, an empty line between them.
    package var description: String { errors.map(\.description).joined(separator: "\n\nerror: ") }
}
