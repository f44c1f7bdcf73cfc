internal import Columnar
internal import Formatting
package import Report

/// What is wrong in an artefact that was read back.
package struct ArtefactError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file.
    package let artefact: String
    /// What is wrong. Never contains a value.
    package let message: String

    package init(_ artefact: String, _ message: String) {
        self.artefact = artefact
        self.message = message
    }

    package var description: String { "'\(artefact)' is not what the report says: \(message)" }
}

/// Reads artefacts back before they leave, and compares them with the document.
package enum ArtefactCheck {
    /// Compares the text of a CSV file with its table: head, number of rows, every field, and the sums of the columns that
    /// have exact totals.
    ///
    /// - Parameter options: how the file was written; nil for what the document says.
    package static func check(
        csv bytes: [UInt8], of table: ReportTable, in document: ReportDocument, _ options: CSVOptions? = nil
    ) throws(ArtefactError) {
        let options = options ?? document.presentation.csv
        let name = CSVRenderer.name(of: table, options)
        let fields = CSVFields(options, document.presentation)
        let records: [[CSVField]]
        do {
            records = try CSVReader.records(bytes, delimiter: fields.delimiter)
        } catch {
            throw ArtefactError(name, "\(error)")
        }
        guard bytes.starts(with: [0xEF, 0xBB, 0xBF]) == options.hasByteOrderMark else {
            throw ArtefactError(name, "its byte-order mark is not as asked for")
        }
        let head = zip(records.first ?? [], table.columns)
        guard records.first?.count == table.columns.count,
            head.allSatisfy({ matches($0, .text($1.name), unit: .none, options, fields) })
        else { throw ArtefactError(name, "the head differs") }
        guard records.count == table.rows.count + 1 else {
            throw ArtefactError(name, "it has \(records.count - 1) rows, the report \(table.rows.count)")
        }
        for (record, row) in zip(records.dropFirst(), table.rows) {
            for ((field, value), column) in zip(zip(record, row), table.columns)
            where !matches(field, value, unit: column.unit, options, fields) {
                throw ArtefactError(name, "a value of the column '\(column.name)' differs")
            }
        }
        // Local numbers are compared by their texts above: they stand in major units.
        if options.values == .iso { try checkSums(records.dropFirst(), table, name) }
    }

    private static func matches(
        _ field: CSVField, _ value: Scalar, unit: Unit, _ options: CSVOptions, _ fields: CSVFields
    ) -> Bool {
        switch value {
        case .null: return field.isNull
        case .text(let text):
            // Scalar by scalar: a carriage return and a line feed are one character to Swift.
            let read = field.text.unicodeScalars
            return read.elementsEqual(text.unicodeScalars)
                || (options.isGuarded && read.elementsEqual(("'" + text).unicodeScalars))
        case .list, .structure, .map: return field.text == ExactText.json(value)
        case _ where options.values == .local: return field.text == fields.local(value, unit: unit)
        case .double(let number): return Double(field.text).map { $0 == number || ($0.isNaN && number.isNaN) } ?? false
        default: return field.text == ExactText.text(value)
        }
    }

    /// Integer and decimal columns whose total is their sum: the fields add up to it.
    private static func checkSums(
        _ records: ArraySlice<[CSVField]>, _ table: ReportTable, _ name: String
    ) throws(ArtefactError) {
        guard let totals = table.totals else { return }
        for (index, column) in table.columns.enumerated() {
            guard let total = table.exactSum(index), total == totals[index].exactSumValue else { continue }
            var sum: Int128 = 0
            for record in records where !record[index].isNull {
                guard let number = ExactDecimal(record[index].text) else {
                    throw ArtefactError(name, "a value of the column '\(column.name)' is no number")
                }
                let (next, overflow) = sum.addingReportingOverflow(number.unscaled)
                guard !overflow else { throw ArtefactError(name, "the sum of '\(column.name)' does not fit") }
                sum = next
            }
            guard sum == total else {
                throw ArtefactError(name, "the sum of '\(column.name)' is not the report's total")
            }
        }
    }
}

extension ReportTable {
    /// The sum of a column's exact values as unscaled digits; nil where one is no integer or decimal of the same scale.
    func exactSum(_ column: Int) -> Int128? {
        var sum: Int128 = 0
        var scale: Int?
        for row in rows {
            let value = row[column]
            if value == .null { continue }
            guard let digits = value.exactSumValue else { return nil }
            let own = if case .decimal(let number) = value { number.scale } else { 0 }
            guard scale == nil || scale == own else { return nil }
            scale = own
            let (next, overflow) = sum.addingReportingOverflow(digits)
            guard !overflow else { return nil }
            sum = next
        }
        return sum
    }
}

extension Scalar {
    /// The unscaled digits of an integer or decimal.
    var exactSumValue: Int128? {
        switch self {
        case .int(let value): Int128(value)
        case .unsigned(let value): Int128(value)
        case .decimal(let value): value.unscaled
        default: nil
        }
    }
}
