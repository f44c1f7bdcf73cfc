package import ChartGrammar
internal import CivilTime
internal import Columnar

extension ChartTable {
    /// The rows of a CSV file with a head. A column whose values are all numbers is one of numbers, all ISO dates one of
    /// dates, everything else text; empty unquoted fields are missing values.
    ///
    /// - Throws: `CSVError` where the bytes are no CSV.
    package init(csv bytes: [UInt8]) throws(CSVError) {
        // A last line without an end is common outside of our own files.
        let records = try CSVReader.records(bytes.last == 0x0A || bytes.isEmpty ? bytes : bytes + [0x0A])
        guard let head = records.first else { throw CSVError(message: "it is empty", record: 1) }
        var (columns, values): ([ChartColumn], [String: [Scalar]]) = ([], [:])
        for (index, name) in head.map(\.text).enumerated() where values[name] == nil {
            let fields = records.dropFirst().map { $0[index] }
            let (kind, scalars) = Self.typed(fields)
            columns.append(ChartColumn(name: name, kind: kind))
            values[name] = scalars
        }
        self.init(columns: columns, values: values)
    }

    private static func typed(_ fields: [CSVField]) -> (ChartColumn.Kind, [Scalar]) {
        let present = fields.filter { !$0.isNull }
        guard !present.isEmpty else { return (.number, fields.map { _ in .null }) }
        if present.allSatisfy({ number($0.text) != nil }) {
            return (.number, fields.map { $0.isNull ? .null : number($0.text) ?? .null })
        }
        if present.allSatisfy({ date($0.text) != nil }) {
            return (.date, fields.map { $0.isNull ? .null : date($0.text) ?? .null })
        }
        return (.text, fields.map { $0.isNull ? .null : .text($0.text) })
    }

    private static func number(_ text: String) -> Scalar? {
        if let whole = Int64(text) { return .int(whole) }
        return text.utf8.contains(where: { $0 > 0x39 && $0 != 0x65 && $0 != 0x45 })
            && !["NaN", "Infinity", "-Infinity"].contains(text) ? nil : Double(text).map(Scalar.double)
    }

    private static func date(_ text: String) -> Scalar? {
        guard text.utf8.count >= 10, let date = try? LocalDate(parsing: text.prefix(10)) else { return nil }
        let rest = text.dropFirst(10)
        guard rest.isEmpty || rest.first == "T" || rest.first == " " else { return nil }
        return .date(date.daysSinceEpoch)
    }
}
