internal import ArgumentParser
internal import Columnar
internal import Formatting

/// How rows are printed.
enum RowFormat: String, ExpressibleByArgument, CaseIterable {
    case table, csv, json
}

/// Prints batches as they come; a table keeps its rows until the end, because its widths follow from them.
struct RowPrinter {
    private let console: Console
    private let format: RowFormat
    private let fields: [Field]
    private var table: TextTable
    private let lines: DelimitedRows?
    private var left: Int
    /// Whether as many rows were printed as were asked for.
    var isFull: Bool { left == 0 }

    init(_ console: Console, _ format: RowFormat, schema: Schema, limit: Int?) {
        self.console = console
        self.format = format
        fields = schema.fields
        left = limit ?? .max
        table = TextTable(fields.map { (text: $0.name, alignment: $0.type.isNumber ? .right : .left) })
        lines = format == .csv ? DelimitedRows(schema, isGuarded: false) : nil
        if let lines { console.answer(bytes: lines.head) }
    }

    /// Prints the rows of a batch.
    mutating func print(_ batch: ColumnBatch) {
        let count = min(batch.rowCount, left)
        if let lines {
            lines.withLines(of: count < batch.rowCount ? batch.slice(0..<count) : batch) { bytes in
                console.answer(bytes: bytes)
            }
        } else {
            for row in 0..<count { print(batch.row(row)) }
        }
        left -= count
    }

    private mutating func print(_ values: [Scalar]) {
        switch format {
        case .json:
            let parts = zip(fields, values).map { ExactText.quoted($0.name) + ":" + ExactText.json($1, type: $0.type) }
            console.answer("{" + parts.joined(separator: ",") + "}")
        default: table.add(zip(fields, values).map { $1 == .null ? "–" : ExactText.text($1, type: $0.type) })
        }
    }

    /// Prints what was kept.
    func finish() {
        if format == .table { for line in table.lines { console.answer(line) } }
    }
}

extension LogicalType {
    fileprivate var isNumber: Bool {
        switch self {
        case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .float, .double, .decimal: true
        default: false
        }
    }
}
