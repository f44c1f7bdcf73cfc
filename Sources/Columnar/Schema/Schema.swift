/// A named column of a table, or a named part of a nested one.
package struct Field: Hashable, Sendable {
    /// Its name, as the source or the model gives it.
    package let name: String
    /// What its values mean.
    package let type: LogicalType
    /// Whether a value may be missing.
    package let isNullable: Bool
    /// What else is known, such as `almanac.type`, the type at the source.
    package let metadata: [String: String]

    package init(_ name: String, _ type: LogicalType, isNullable: Bool = true, metadata: [String: String] = [:]) {
        self.name = name
        self.type = type
        self.isNullable = isNullable
        self.metadata = metadata
    }
}

/// The columns of a table, in order.
package struct Schema: Hashable, Sendable {
    /// The columns.
    package let fields: [Field]

    package init(_ fields: [Field]) { self.fields = fields }

    /// The position of a column by its exact name, nil if there is none.
    /// - Complexity: O(columns); look names up once a batch, not once a row.
    package func index(of name: String) -> Int? { fields.firstIndex { $0.name == name } }

    /// The columns of these names, in their order.
    /// - Throws: `ColumnarError.unknownColumn`.
    package func selecting(_ names: [String]) throws(ColumnarError) -> Schema {
        var selected: [Field] = []
        for name in names {
            guard let index = index(of: name) else {
                throw .unknownColumn(name: name, available: fields.map(\.name))
            }
            selected.append(fields[index])
        }
        return Schema(selected)
    }
}

/// What can be wrong with columns that are put together.
package enum ColumnarError: Error, Sendable, Equatable, CustomStringConvertible {
    case unknownColumn(name: String, available: [String])
    /// A value or a column is not of the type of its place.
    case typeMismatch(column: String, expected: String, found: String)
    case missingValue(column: String)
    case rowCountMismatch(column: String, expected: Int, found: Int)
    /// More than 2,147,483,647 bytes of text or list elements in one column of a batch.
    case tooLarge(column: String)

    package var description: String {
        switch self {
        case .unknownColumn(let name, let available):
            "no column '\(name)'; there are \(available.joined(separator: ", "))"
        case .typeMismatch(let column, let expected, let found):
            "column '\(column)' is \(expected), not \(found)"
        case .missingValue(let column): "column '\(column)' may not be null"
        case .rowCountMismatch(let column, let expected, let found):
            "column '\(column)' has \(found) rows where the batch has \(expected)"
        case .tooLarge(let column): "column '\(column)' has more than 2 GiB in one batch"
        }
    }
}
