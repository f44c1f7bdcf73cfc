internal import Checksum
internal import CivilTime
internal import Columnar
internal import Formatting
package import Report

/// Writes a report's tables as CSV (RFC 4180, UTF-8) with a sidecar that says what is in them.
///
/// A file has a head and the rows, nothing else: totals stand in the sidecar. Numbers are those of the document to the
/// last digit: money in minor units (the sidecar names currency and exponent), or in major units where values are local.
package struct CSVRenderer: Sendable {
    /// How the files are written; nil for what the document says.
    private let options: CSVOptions?

    package init(_ options: CSVOptions? = nil) { self.options = options }

    /// Every table's file and its sidecar: `top-customers.csv`, `top-customers.csv.json`; packed, `top-customers.csv.gz`
    /// and `top-customers.csv.gz.json`.
    ///
    /// - Throws: `CompressionError` or `ZstandardError` where there is no memory for packing.
    package func render(_ document: ReportDocument) throws -> [Artefact] {
        let options = options ?? document.presentation.csv
        let packer = TextPacker(options.compression)
        var artefacts: [Artefact] = []
        for table in document.tables {
            let text = bytes(of: table, in: document)
            let file = Artefact(name: Self.name(of: table, options), bytes: try packer.pack(text.span))
            let sidecar = self.sidecar(table, document, file, textByteCount: text.count, options)
            artefacts += [file, Artefact(name: file.name + ".json", bytes: sidecar.bytes)]
        }
        return artefacts
    }

    /// The name of a table's file.
    package static func name(of table: ReportTable, _ options: CSVOptions) -> String {
        table.name + ".csv" + options.compression.suffix
    }

    /// The text of one table, before it is packed.
    package func bytes(of table: ReportTable, in document: ReportDocument) -> [UInt8] {
        let options = options ?? document.presentation.csv
        let fields = CSVFields(options, document.presentation)
        var out: [UInt8] = options.hasByteOrderMark ? [0xEF, 0xBB, 0xBF] : []
        for (index, column) in table.columns.enumerated() {
            if index > 0 { out.append(fields.delimiter) }
            fields.append(.text(column.name), unit: .none, to: &out)
        }
        out += options.lineEnd.bytes
        for row in table.rows {
            for (index, value) in row.enumerated() {
                if index > 0 { out.append(fields.delimiter) }
                fields.append(value, unit: table.columns[index].unit, to: &out)
            }
            out += options.lineEnd.bytes
        }
        return out
    }

    private func sidecar(
        _ table: ReportTable, _ document: ReportDocument, _ file: Artefact, textByteCount: Int, _ options: CSVOptions
    ) -> CanonicalJSON {
        let delimiter = CSVFields(options, document.presentation).delimiter
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
            "notices": document.noticesJSON, "encoding": .text("UTF-8"),
            "byte_order_mark": .truth(options.hasByteOrderMark),
            "delimiter": .text(String(decoding: [delimiter], as: UTF8.self)),
            "line_end": .text(options.lineEnd.rawValue.uppercased()), "null": .text("empty, unquoted"),
            "formula_guard": .truth(options.isGuarded), "values": .text(options.values.rawValue),
            "locale": .text(document.presentation.locale), "compression": .text(options.compression.rawValue),
            "text_bytes": .integer(Int64(textByteCount)),
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
    static func totals(_ table: ReportTable) -> CanonicalJSON {
        guard let totals = table.totals else { return .null }
        var values: [String: CanonicalJSON] = [:]
        for (column, total) in zip(table.columns, totals) where total != .null {
            values[column.name] = .text(ExactText.text(total))
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
