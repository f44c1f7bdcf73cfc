internal import CivilTime
package import Columnar

extension ParameterValues {
    /// The values by name, as queries of views have them.
    package var scalars: [String: Scalar] {
        Dictionary(
            entries.map { ($0.parameter.name, $0.value.scalar) }, uniquingKeysWith: { first, _ in first })
    }
}

extension ParameterValue {
    fileprivate var scalar: Scalar {
        switch self {
        case .integer(let value): .int(value)
        case .number(let value): .decimal(value)
        case .text(let value): .text(value)
        case .boolean(let value): .bool(value)
        case .date(let value): .date(value.daysSinceEpoch)
        case .list(let values): .list(values.map { .text($0) })
        }
    }
}
