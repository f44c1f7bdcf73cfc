internal import Columnar
package import Report

extension ArtefactCheck {
    /// Reads a JSON file back and compares it with its table: the tenant, every value, the totals, and the sums of the
    /// columns that have exact totals.
    ///
    /// - Throws: `ArtefactError`; its message contains no value.
    package static func check(
        json bytes: [UInt8], of table: ReportTable, in document: ReportDocument
    ) throws(ArtefactError) {
        let name = JSONRenderer.name(of: table)
        let read: CanonicalJSON
        do throws(CanonicalJSONError) {
            read = try CanonicalJSON(bytes: bytes)
        } catch {
            throw ArtefactError(name, error.description)
        }
        guard case .object(let keys) = read else { throw ArtefactError(name, "it is no object") }
        guard keys["tenant"] == .text(document.identity.tenant) else {
            throw ArtefactError(name, "it names another tenant")
        }
        guard case .list(let rows) = keys["rows"], rows.count == table.rows.count,
            keys["row_count"] == .integer(Int64(table.rows.count))
        else { throw ArtefactError(name, "it has another number of rows") }
        for (found, row) in zip(rows, table.rows) where found != .list(row.map(JSONRenderer.value)) {
            throw ArtefactError(name, "a row differs")
        }
        let totals = table.totals.map { CanonicalJSON.list($0.map(JSONRenderer.value)) } ?? .null
        guard keys["totals"] == totals else { throw ArtefactError(name, "a total differs") }
        for (index, column) in table.columns.enumerated() {
            guard let total = table.exactSum(index), total == table.totals?[index].exactSumValue else { continue }
            var sum: Int128 = 0
            for case .list(let values) in rows where values[index] != .null {
                guard let digits = unscaled(values[index]) else {
                    throw ArtefactError(name, "a value of the column '\(column.name)' is no number")
                }
                let (next, overflow) = sum.addingReportingOverflow(digits)
                guard !overflow else { throw ArtefactError(name, "the sum of '\(column.name)' does not fit") }
                sum = next
            }
            guard sum == total else {
                throw ArtefactError(name, "the sum of '\(column.name)' is not the report's total")
            }
        }
    }

    /// The digits of a number as it stands in a file.
    private static func unscaled(_ value: CanonicalJSON) -> Int128? {
        switch value {
        case .integer(let number): Int128(number)
        case .text(let text): ExactDecimal(text)?.unscaled
        default: nil
        }
    }
}
