internal import Columnar
internal import Kernels
internal import Parquet

/// Turns conditions into a predicate that statistics of files, row groups and pages can rule out rows by.
///
/// Only what the files' own order decides in the same way is turned; the conditions stand as a filter above the scan
/// all the same, so that leaving one out costs time and never changes an answer.
struct Pushdown {
    private let names: [ColumnID: String]

    /// - Parameters:
    ///   - names: the names in the table of `columns`.
    init(names: [String], columns: [PlanColumn]) {
        self.names = Dictionary(zip(columns.map(\.id), names), uniquingKeysWith: { first, _ in first })
    }

    /// The predicate of those conditions that have one; nil where none has.
    func predicate(_ conditions: [Expression]) -> ScanPredicate? {
        let parts = conditions.flatMap(\.conjuncts).compactMap(predicate)
        return parts.isEmpty ? nil : .and(parts)
    }

    private func predicate(_ condition: Expression) -> ScanPredicate? {
        switch condition.kind {
        case .compare(let comparison, let left, let right):
            if let column = column(left), let value = literal(right) {
                return .compare(column, Self.comparison(comparison), value)
            }
            if let column = column(right), let value = literal(left) {
                return .compare(column, Self.comparison(comparison.mirrored), value)
            }
            return nil
        case .isAmong(let value, let constants): return column(value).map { .isAmong($0, constants) }
        case .isNull(let value): return column(value).map { .isNull($0) }
        case .not(let inner):
            if case .isNull(let value) = inner.kind { return column(value).map { .isNotNull($0) } }
            return nil
        case .or(let parts):
            let made = parts.compactMap { part -> ScanPredicate? in
                let inner = part.conjuncts.compactMap(predicate)
                return inner.isEmpty ? nil : .and(inner)
            }
            return made.count == parts.count ? .or(made) : nil
        default: return nil
        }
    }

    private func column(_ expression: Expression) -> ScanColumn? {
        guard let id = expression.columnID, let name = names[id] else { return nil }
        switch expression.type {
        // A local time is no instant, and intervals, lists and structures have no statistics.
        case .timestamp, .interval, .list, .structure, .unknown, .json, .uuid: return nil
        default: return ScanColumn(name)
        }
    }

    private func literal(_ expression: Expression) -> Scalar? {
        guard let value = expression.constant, value != .null else { return nil }
        return value
    }

    private static func comparison(_ comparison: Comparison) -> ScanPredicate.Comparison {
        switch comparison {
        case .equal: .equal
        case .notEqual: .notEqual
        case .less: .less
        case .lessOrEqual: .lessOrEqual
        case .greater: .greater
        case .greaterOrEqual: .greaterOrEqual
        }
    }
}
