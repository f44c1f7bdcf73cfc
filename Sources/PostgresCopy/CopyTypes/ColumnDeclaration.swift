/// What a dataset says about a column whose exact place in the lake does not follow from its type alone.
package enum ColumnDeclaration: Sendable, Hashable {
    /// A `numeric` without precision: at most `precision` digits, `scale` of them behind the point.
    case decimal(precision: Int, scale: Int)
    /// Any type, as the server writes it.
    case text

    /// Reads `decimal(18,2)` or `text`; nil for anything else, and for more than 38 digits.
    package init?(_ text: String) {
        let word = text.filter { !$0.isWhitespace }.lowercased()
        if word == "text" {
            self = .text
            return
        }
        guard word.hasPrefix("decimal("), word.hasSuffix(")") else { return nil }
        let parts = word.dropFirst("decimal(".count).dropLast().split(
            separator: ",", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let precision = Int(parts[0]), (1...38).contains(precision) else {
            return nil
        }
        guard let scale = parts.count == 2 ? Int(parts[1]) : 0, (0...precision).contains(scale) else { return nil }
        self = .decimal(precision: precision, scale: scale)
    }
}

/// How timestamps without a zone become instants.
package enum NaiveTimestamps: Sendable {
    /// Not declared: a column of that type is refused.
    case undeclared
    /// They are UTC.
    case utc
    /// They are local: the function gives the UTC microseconds of local microseconds (both since 1970), nil where
    /// there is no such instant in 64 bits.
    case local(@Sendable (Int64) -> Int64?)
}

/// What happens to a value that has no exact place in its column.
package enum RefusalPolicy: Sendable, Equatable {
    /// The copy fails, naming column, row and reason.
    case fail
    /// The value becomes NULL, and is counted.
    case discardValue
    /// The row is left out, and is counted.
    case discardRow
}
