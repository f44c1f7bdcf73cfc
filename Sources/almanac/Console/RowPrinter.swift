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
    private var left: Int
    /// Whether as many rows were printed as were asked for.
    var isFull: Bool { left == 0 }

    init(_ console: Console, _ format: RowFormat, schema: Schema, limit: Int?) {
        self.console = console
        self.format = format
        fields = schema.fields
        left = limit ?? .max
        table = TextTable(fields.map { (text: $0.name, alignment: $0.type.isNumber ? .right : .left) })
        if format == .csv { console.answer(fields.map { ExactText.csv(.text($0.name)) }.joined(separator: ",")) }
    }

    /// Prints the rows of a batch.
    mutating func print(_ batch: ColumnBatch) {
        for row in 0..<min(batch.rowCount, left) {
            let values = batch.row(row)
            switch format {
            case .csv: console.answer(values.map(ExactText.csv).joined(separator: ","))
            case .json:
                let parts = zip(fields, values).map { ExactText.quoted($0.name) + ":" + ExactText.json($1) }
                console.answer("{" + parts.joined(separator: ",") + "}")
            case .table: table.add(values.map { $0 == .null ? "–" : ExactText.text($0) })
            }
        }
        left -= min(batch.rowCount, left)
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
