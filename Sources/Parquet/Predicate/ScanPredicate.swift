package import Columnar

/// Which rows are wanted: comparisons of columns with literals, joined by AND, OR and NOT.
///
/// Logic is SQL's, with three values: a comparison with a missing value is neither true nor false, NOT of it too, and
/// a row is wanted only where the whole is true. Values are ordered so, everywhere the same:
///
/// | type | order |
/// | --- | --- |
/// | integers, decimals, dates, instants | by value, exactly, whatever type the literal is of: `1.5` lies between 1 and 2 |
/// | float, double | by value; −0 = +0; every NaN equals every other and is above infinity, as in PostgreSQL |
/// | bool | false before true |
/// | text, json, uuid, binary | by their bytes |
///
/// A predicate knows no file: `ScanFilter` binds it to columns.
package indirect enum ScanPredicate: Sendable, Hashable {
    /// How a value is compared with a literal.
    package enum Comparison: Sendable, Hashable, CaseIterable {
        case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
    }

    /// The column's value compared with a literal; never true for the literal `null`.
    case compare(ScanColumn, Comparison, Scalar)
    /// IN: equal to one of the literals.
    case isAmong(ScanColumn, [Scalar])
    case isNull(ScanColumn)
    case isNotNull(ScanColumn)
    /// True where all are; the empty one is true.
    case and([ScanPredicate])
    /// True where one is; the empty one is false.
    case or([ScanPredicate])
    case not(ScanPredicate)

    /// BETWEEN: from a literal to a literal, both included.
    package static func between(_ column: ScanColumn, _ lower: Scalar, _ upper: Scalar) -> ScanPredicate {
        .and([.compare(column, .greaterOrEqual, lower), .compare(column, .lessOrEqual, upper)])
    }

    /// The names of the top-level columns it looks at, each once, in their first order.
    package var columnNames: [String] {
        var names: [String] = []
        visit { if !names.contains($0.path[0]) { names.append($0.path[0]) } }
        return names
    }

    private func visit(_ body: (ScanColumn) -> Void) {
        switch self {
        case .compare(let column, _, _), .isAmong(let column, _), .isNull(let column), .isNotNull(let column):
            body(column)
        case .and(let parts), .or(let parts): for part in parts { part.visit(body) }
        case .not(let part): part.visit(body)
        }
    }
}

/// A column of a predicate: a top-level one, or a member of structures below it.
package struct ScanColumn: Sendable, Hashable, ExpressibleByStringLiteral {
    /// The names from the top on; at least one.
    package let path: [String]

    /// - Parameters:
    ///   - name: the top-level column.
    ///   - members: the names of the structures' members below it.
    package init(_ name: String, _ members: [String] = []) { path = [name] + members }

    package init(stringLiteral name: String) { self.init(name) }

    /// The path joined by dots.
    package var name: String { path.joined(separator: ".") }
}
