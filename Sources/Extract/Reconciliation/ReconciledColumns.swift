package import Columnar
internal import PostgresCopy

/// What of a dataset can be added up on both sides.
package struct ReconciledColumns: Sendable, Hashable {
    /// A column under both of its names.
    package struct Column: Sendable, Hashable {
        /// At the source.
        package let source: String
        /// In the lake.
        package let lake: String
        /// How many digits are behind the point.
        package let scale: Int
    }

    /// Columns whose sums are exact: whole numbers and decimals that are kept as they are.
    package let sums: [Column]
    /// The columns of the key; empty where there is none, or where the lake does not have it as the source does.
    package let key: [Column]

    /// - Parameter schema: the dataset's columns in the lake.
    package init(_ dataset: Dataset, _ schema: Schema) {
        var sums: [Column] = []
        var key: [String: Column] = [:]
        for field in schema.fields {
            let name = field.metadata["almanac.name"] ?? field.name
            let rule = dataset.columns[name]?.personalData ?? .keep
            guard rule == .keep else { continue }
            switch field.type {
            case .int8, .int16, .int32, .int64:
                key[name] = Column(source: name, lake: field.name, scale: 0)
                // A time of the day is read as a number, which its sum is not.
                if field.metadata["almanac.type"].map({ !$0.hasPrefix("time") }) ?? true {
                    sums.append(Column(source: name, lake: field.name, scale: 0))
                }
            case .decimal(_, let scale):
                // A value that the contract makes missing is missing in the sum as well.
                if dataset.contract == .evolve || dataset.contract == .freeze {
                    sums.append(Column(source: name, lake: field.name, scale: scale))
                }
            case .text:
                let type = field.metadata["almanac.type"] ?? ""
                if type == "text" || type == "uuid" || type.hasPrefix("character varying") {
                    key[name] = Column(source: name, lake: field.name, scale: 0)
                }
            case .uuid: key[name] = Column(source: name, lake: field.name, scale: 0)
            default: break
            }
        }
        let columns = dataset.key.compactMap { key[$0] }
        self.sums = sums
        self.key = columns.count == dataset.key.count ? columns : []
    }
}

/// The sums of one side, in whole units of each column's last digit.
package struct ReconciledSums: Sendable, Equatable {
    /// The rows.
    package var rowCount: Int64
    /// In the order of the columns; nil where no row has a value.
    package var sums: [Int128?]
    /// The sum of the keys' hashes; nil where there is no key to compare.
    package var keyChecksum: Int128?

    package init(rowCount: Int64, sums: [Int128?], keyChecksum: Int128?) {
        self.rowCount = rowCount
        self.sums = sums
        self.keyChecksum = keyChecksum
    }
}

extension SourceSession {
    /// Lets the server count and add up the tenant's rows of a dataset, in the snapshot that the session reads.
    ///
    /// - Parameter schema: the dataset's columns.
    /// - Throws: `ExtractError` as `extract`.
    package func sums(
        of dataset: Dataset, _ columns: ReconciledColumns, _ schema: Schema
    ) throws(ExtractError) -> ReconciledSums {
        try asking(dataset) { connection, request in
            let mark = dataset.softDelete.map { name in
                let field = schema.fields.first { ($0.metadata["almanac.name"] ?? $0.name) == name }
                return (column: name, isFlag: field?.type == .bool)
            }
            let answer = try connection.sums(
                request, of: columns.sums.map(\.source), key: columns.key.map(\.source), withoutMark: mark)
            let sums = try columns.sums.map { column -> Int128? in
                guard let text = answer.sums[column.source] ?? nil else { return nil }
                guard let number = Self.whole(text, scale: column.scale) else {
                    throw PostgresError(
                        .valueRefused, "the sum of '\(column.source)' has more than 38 digits, or is no number")
                }
                return number
            }
            return ReconciledSums(
                rowCount: answer.rowCount, sums: sums, keyChecksum: answer.keyChecksum.flatMap { Int128($0) })
        }
    }

    /// A decimal in units of its last digit at a scale; nil where it has digits behind that, or too many.
    private static func whole(_ text: String, scale: Int) -> Int128? {
        guard let decimal = ExactDecimal(text) else { return nil }
        var (unscaled, digits) = (decimal.unscaled, decimal.scale)
        while digits > scale {
            guard unscaled % 10 == 0 else { return nil }
            unscaled /= 10
            digits -= 1
        }
        while digits < scale {
            let (more, overflow) = unscaled.multipliedReportingOverflow(by: 10)
            guard !overflow else { return nil }
            unscaled = more
            digits += 1
        }
        return unscaled
    }
}
