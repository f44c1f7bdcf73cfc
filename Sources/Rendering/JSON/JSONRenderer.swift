internal import CivilTime
internal import Columnar
internal import Formatting
package import Report

/// Writes a report's tables as JSON (RFC 8259, UTF-8), one file for each: what the table is, its columns, a line for
/// each row, the totals.
///
/// Integers that every reader keeps (at most 2^53 - 1) are numbers. All other numbers are texts, so that no reader rounds
/// them; the column's unit says what they are. Money is in minor units, as in the document.
package struct JSONRenderer: Sendable {
    package init() {}

    /// Every table's file: `top-customers.json`.
    package func render(_ document: ReportDocument) -> [Artefact] {
        document.tables.map { Artefact(name: Self.name(of: $0), bytes: bytes(of: $0, in: document)) }
    }

    /// The name of a table's file.
    package static func name(of table: ReportTable) -> String { table.name + ".json" }

    /// The bytes of one table.
    func bytes(of table: ReportTable, in document: ReportDocument) -> [UInt8] {
        let identity = document.identity
        var out: [UInt8] = []
        out += "{\n".utf8
        let head: [(String, CanonicalJSON)] = [
            ("version", .integer(1)), ("tenant", .text(identity.tenant)), ("report", .text(identity.slug)),
            ("run", .text(identity.run)), ("definition", .text(identity.definitionHash)),
            ("period", .text(document.period.name)), ("timezone", .text(document.presentation.zone)),
            ("as_of", .text(document.freshness.asOf.description)), ("complete", .truth(document.freshness.isComplete)),
            ("notices", document.noticesJSON), ("table", .text(table.name)), ("title", .text(table.title)),
            ("row_count", .integer(Int64(table.rows.count))),
        ]
        for (key, value) in head {
            ExactText.appendQuoted(key, to: &out)
            out += ": ".utf8
            Self.append(value, to: &out)
            out += ",\n".utf8
        }
        out += "\"columns\": [".utf8
        for (index, column) in table.columns.enumerated() {
            out += (index == 0 ? "\n" : ",\n").utf8
            Self.append(column, to: &out)
        }
        out += "\n],\n\"rows\": [".utf8
        for (index, row) in table.rows.enumerated() {
            out += (index == 0 ? "\n" : ",\n").utf8
            Self.append(row, to: &out)
        }
        out += "\n],\n\"totals\": ".utf8
        if let totals = table.totals { Self.append(totals, to: &out) } else { out += "null".utf8 }
        out += "\n}\n".utf8
        return out
    }

    /// A value of a row: null, a truth, an integer that every reader keeps, or the exact text.
    static func value(_ value: Scalar) -> CanonicalJSON {
        switch value {
        case .null: .null
        case .bool(let truth): .truth(truth)
        case .int(let number) where number.magnitude < 1 << 53: .integer(number)
        case .unsigned(let number) where number < 1 << 53: .integer(Int64(number))
        default: .text(ExactText.text(value))
        }
    }

    private static func append(_ column: TableColumn, to out: inout [UInt8]) {
        out += "{\"name\": ".utf8
        ExactText.appendQuoted(column.name, to: &out)
        out += ", \"label\": ".utf8
        ExactText.appendQuoted(column.label, to: &out)
        out += ", \"unit\": ".utf8
        ExactText.appendQuoted(column.unit.name, to: &out)
        if case .money(let currency, let exponent) = column.unit {
            out += ", \"currency\": ".utf8
            ExactText.appendQuoted(currency, to: &out)
            out += ", \"exponent\": \(exponent)".utf8
        }
        out.append(UInt8(ascii: "}"))
    }

    private static func append(_ row: [Scalar], to out: inout [UInt8]) {
        out.append(UInt8(ascii: "["))
        for (index, value) in row.enumerated() {
            if index > 0 { out += ", ".utf8 }
            append(Self.value(value), to: &out)
        }
        out.append(UInt8(ascii: "]"))
    }

    private static func append(_ value: CanonicalJSON, to out: inout [UInt8]) {
        switch value {
        case .truth(let truth): out += (truth ? "true" : "false").utf8
        case .integer(let number): ExactText.append(.int(number), to: &out)
        case .text(let text): ExactText.appendQuoted(text, to: &out)
        case .null, .list, .object: out += "null".utf8
        }
    }
}

extension Unit {
    /// The unit as sidecars and JSON files name it.
    var name: String {
        switch self {
        case .count: "count"
        case .money: "minor"
        case .percent: "fraction"
        case .number: "number"
        case .milliseconds: "milliseconds"
        case .none: "none"
        }
    }
}
