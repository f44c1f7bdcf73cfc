internal import Checksum
internal import CivilTime
internal import Columnar
internal import Formatting
package import Report

/// Writes a report's tables as CSV (RFC 4180, UTF-8) with a sidecar that says what is in them.
///
/// A file has a head and the rows, nothing else: totals stand in the sidecar. Numbers are those of the document, money in
/// minor units (the sidecar names currency and exponent).
package struct CSVRenderer: Sendable {
    /// How lines end. Nothing in a file says so, so the sidecar does.
    package enum LineEnd: String, Sendable, Hashable {
        case lf = "LF"
        case crlf = "CRLF"

        var bytes: [UInt8] { self == .lf ? [0x0A] : [0x0D, 0x0A] }
    }

    /// How lines end.
    package var lineEnd: LineEnd
    /// Whether the file begins with a byte-order mark, for old spreadsheets.
    package var hasByteOrderMark: Bool
    /// Whether texts that a spreadsheet would run as a formula get an apostrophe in front; off for machines.
    package var isGuarded: Bool

    package init(lineEnd: LineEnd = .lf, hasByteOrderMark: Bool = false, isGuarded: Bool = true) {
        self.lineEnd = lineEnd
        self.hasByteOrderMark = hasByteOrderMark
        self.isGuarded = isGuarded
    }

    /// Every table's file and its sidecar: `top-customers.csv`, `top-customers.csv.json`.
    package func render(_ document: ReportDocument) -> [Artefact] {
        document.tables.flatMap { table in
            let file = Artefact(name: table.name + ".csv", bytes: bytes(of: table))
            return [file, Artefact(name: file.name + ".json", bytes: sidecar(table, document, file).bytes)]
        }
    }

    /// The bytes of one table.
    package func bytes(of table: ReportTable) -> [UInt8] {
        var out: [UInt8] = hasByteOrderMark ? [0xEF, 0xBB, 0xBF] : []
        for (index, column) in table.columns.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            CSVCell.append(column.name, to: &out, isGuarded: isGuarded)
        }
        out += lineEnd.bytes
        for row in table.rows {
            for (index, value) in row.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                CSVCell.append(value, to: &out, isGuarded: isGuarded)
            }
            out += lineEnd.bytes
        }
        return out
    }

    private func sidecar(_ table: ReportTable, _ document: ReportDocument, _ file: Artefact) -> CanonicalJSON {
        let identity = document.identity
        return .object([
            "version": .integer(1), "file": .text(file.name), "sha256": .text(file.sha256.description),
            "bytes": .integer(file.size), "rows": .integer(Int64(table.rows.count)),
            "tenant": .text(identity.tenant), "report": .text(identity.slug), "run": .text(identity.run),
            "definition": .text(identity.definitionHash), "engine": .text(identity.engine),
            "title": .text(table.title),
            "period": .object([
                "name": .text(document.period.name), "from": .text(document.period.from.description),
                "to": .text(document.period.to.description),
            ]), "timezone": .text(document.presentation.zone),
            "as_of": .text(document.freshness.asOf.description), "complete": .truth(document.freshness.isComplete),
            "encoding": .text("UTF-8"), "byte_order_mark": .truth(hasByteOrderMark), "delimiter": .text(","),
            "line_end": .text(lineEnd.rawValue), "null": .text("empty, unquoted"), "formula_guard": .truth(isGuarded),
            "columns": .list(zip(table.columns, Self.kinds(of: table)).map { Self.json($0, kind: $1) }),
            "totals": Self.totals(table),
        ])
    }

    private static func json(_ column: TableColumn, kind: String) -> CanonicalJSON {
        var values: [String: CanonicalJSON] = [
            "name": .text(column.name), "label": .text(column.label), "type": .text(kind),
            "unit": .text(column.unit.name),
        ]
        if case .money(let currency, let exponent) = column.unit {
            values["currency"] = .text(currency)
            values["exponent"] = .integer(Int64(exponent))
        }
        return .object(values)
    }

    /// Totals as they would stand in a row: texts, so that no reader rounds them.
    private static func totals(_ table: ReportTable) -> CanonicalJSON {
        guard let totals = table.totals else { return .null }
        var values: [String: CanonicalJSON] = [:]
        for (column, total) in zip(table.columns, totals) where total != .null {
            values[column.name] = .text(CSVCell.plain(total))
        }
        return .object(values)
    }

    /// What the values of each column are, by those that are there; `null` where none is.
    private static func kinds(of table: ReportTable) -> [String] {
        table.columns.indices.map { index in
            table.rows.lazy.map { kind($0[index]) }.first { $0 != "null" } ?? "null"
        }
    }

    private static func kind(_ value: Scalar) -> String {
        switch value {
        case .null: "null"
        case .bool: "boolean"
        case .int, .unsigned: "integer"
        case .decimal: "decimal"
        case .float, .double: "double"
        case .date: "date"
        case .timestamp: "timestamp"
        case .text: "text"
        case .binary: "binary"
        case .list, .structure, .map: "json"
        }
    }
}
