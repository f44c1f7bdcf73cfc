package import Columnar
internal import Formatting
package import Report

/// A table as columns: what its Parquet file is made of.
///
/// A column's type follows from its values: integers as int64 (beyond it uint64), decimals at the column's largest scale,
/// dates, instants, truth values, doubles, binary; text where values are of several kinds, or where there are none. Lists,
/// structures and maps are JSON text. Nothing is rounded: what no type holds exactly is exact text.
extension ReportTable {
    /// The rows as one batch; label, unit, currency and exponent of a column stand in its field's metadata.
    ///
    /// - Throws: `ColumnarError` where the table has more text than a batch can have (2 GiB a column).
    package func batch() throws(ColumnarError) -> ColumnBatch {
        var fields: [Field] = []
        var filled: [Column] = []
        for (index, column) in columns.enumerated() {
            let type = type(of: index)
            let field = Field(column.name, type, isNullable: true, metadata: Self.metadata(of: column))
            var builder = ColumnBuilder(field)
            for row in rows { try builder.append(Self.value(row[index], as: type)) }
            fields.append(field)
            filled.append(try builder.finish())
        }
        return try ColumnBatch(schema: Schema(fields), columns: filled, rowCount: rows.count)
    }

    private static func metadata(of column: TableColumn) -> [String: String] {
        var metadata = ["almanac.label": column.label, "almanac.unit": column.unit.name]
        if case .money(let currency, let exponent) = column.unit {
            metadata["almanac.currency"] = currency
            metadata["almanac.exponent"] = String(exponent)
        }
        return metadata
    }

    /// The narrowest type that holds all values of a column exactly.
    private func type(of column: Int) -> LogicalType {
        var type: LogicalType?
        for row in rows {
            guard let own = Self.type(of: row[column]) else { continue }
            guard let known = type else {
                type = own
                continue
            }
            guard let common = Self.common(known, own) else { return .text }
            type = common
        }
        guard case .decimal(_, let scale)? = type else { return type ?? .text }
        // Digits that more places behind the point push out of 38 make text of the column.
        let fits = rows.allSatisfy { row in
            guard case .decimal(let number) = row[column] else { return true }
            return Self.decimal(number, scale: scale) != nil
        }
        return fits ? .decimal(precision: 38, scale: scale) : .text
    }

    private static func type(of value: Scalar) -> LogicalType? {
        switch value {
        case .null: nil
        case .bool: .bool
        case .int: .int64
        case .unsigned: .uint64
        case .decimal(let number): number.scale <= 38 ? .decimal(precision: 38, scale: number.scale) : .text
        case .float: .float
        case .double: .double
        case .date: .date
        case .timestamp: .timestamp
        case .text: .text
        case .binary: .binary
        case .list, .structure, .map: .json
        }
    }

    private static func common(_ left: LogicalType, _ right: LogicalType) -> LogicalType? {
        if left == right { return left }
        if case .decimal(_, let a) = left, case .decimal(_, let b) = right {
            return .decimal(precision: 38, scale: max(a, b))
        }
        return nil
    }

    private static func value(_ value: Scalar, as type: LogicalType) -> Scalar {
        if value == .null { return .null }
        switch type {
        case .decimal(_, let scale):
            guard case .decimal(let number) = value else { return .null }
            return decimal(number, scale: scale).map(Scalar.decimal) ?? .null
        case .text, .json: return .text(ExactText.text(value))
        default: return value
        }
    }

    /// The same number with more places behind the point; nil where it has more than 38 digits then.
    private static func decimal(_ number: ExactDecimal, scale: Int) -> ExactDecimal? {
        var unscaled = number.unscaled
        for _ in number.scale..<max(scale, number.scale) {
            let (product, overflow) = unscaled.multipliedReportingOverflow(by: 10)
            guard !overflow else { return nil }
            unscaled = product
        }
        return unscaled.magnitude < Self.beyond38 ? ExactDecimal(unscaled: unscaled, scale: scale) : nil
    }

    /// 10^38.
    private static let beyond38: UInt128 = 10_000_000_000_000_000_000 * 10_000_000_000_000_000_000
}

/// Compares a table's Parquet file with the table.
extension ArtefactCheck {
    /// The name of a table's Parquet file.
    package static func parquetName(of table: ReportTable) -> String { table.name + ".parquet" }

    /// Compares what was read back with a table: the tenant of the footer, the columns, every value, and the sums of the
    /// columns that have exact totals.
    ///
    /// - Parameter tenant: what the footer says.
    /// - Throws: `ArtefactError`; its message contains no value.
    package static func check(
        parquet batches: [ColumnBatch], tenant: String?, of table: ReportTable, in document: ReportDocument
    ) throws(ArtefactError) {
        let name = parquetName(of: table)
        guard tenant == document.identity.tenant else { throw ArtefactError(name, "it names another tenant") }
        guard batches.reduce(0, { $0 + $1.rowCount }) == table.rows.count else {
            throw ArtefactError(name, "it has another number of rows")
        }
        var sums = [Int128?](repeating: 0, count: table.columns.count)
        var start = 0
        for batch in batches {
            guard batch.schema.fields.map(\.name) == table.columns.map(\.name) else {
                throw ArtefactError(name, "the columns differ")
            }
            for (index, column) in batch.columns.enumerated() {
                for row in 0..<batch.rowCount {
                    let found = column.scalar(row)
                    guard isSame(found, table.rows[start + row][index]) else {
                        throw ArtefactError(name, "a value of the column '\(table.columns[index].name)' differs")
                    }
                    sums[index] = found == .null ? sums[index] : sum(sums[index], found)
                }
            }
            start += batch.rowCount
        }
        for (index, column) in table.columns.enumerated() {
            guard let total = table.exactSum(index), total == table.totals?[index].exactSumValue else { continue }
            guard sums[index] == total else {
                throw ArtefactError(name, "the sum of '\(column.name)' is not the report's total")
            }
        }
    }

    private static func sum(_ sum: Int128?, _ value: Scalar) -> Int128? {
        guard let sum, let digits = value.exactSumValue else { return nil }
        let (next, overflow) = sum.addingReportingOverflow(digits)
        return overflow ? nil : next
    }

    /// The same value, or its exact text; decimals by value, since a column has one scale; NaN is NaN.
    private static func isSame(_ found: Scalar, _ expected: Scalar) -> Bool {
        switch (found, expected) {
        case (.null, .null): true
        case (.decimal(let read), .decimal(let written)): read.isEqual(to: written)
        case (.double(let read), .double(let written)): read == written || (read.isNaN && written.isNaN)
        case (.float(let read), .float(let written)): read == written || (read.isNaN && written.isNaN)
        case (.text(let read), _) where expected != .null:
            read.unicodeScalars.elementsEqual(ExactText.text(expected).unicodeScalars)
        default: found == expected
        }
    }
}

extension ExactDecimal {
    /// Whether two decimals are the same number, whatever their scales.
    fileprivate func isEqual(to other: ExactDecimal) -> Bool {
        var (left, right) = (self, other)
        if left.scale < right.scale { swap(&left, &right) }
        var unscaled = right.unscaled
        for _ in right.scale..<left.scale {
            let (product, overflow) = unscaled.multipliedReportingOverflow(by: 10)
            guard !overflow else { return false }
            unscaled = product
        }
        return unscaled == left.unscaled
    }
}
