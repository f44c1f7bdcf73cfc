internal import ChartGrammar
internal import Columnar
internal import Formatting
internal import Report

/// A table made ready for pages: which columns, how wide, how their cells are written.
final class TableLayout {
    /// A column with its place.
    struct Column {
        /// Index into the table's columns.
        let index: Int
        let source: TableColumn
        let head: String
        /// At the right of the head of a column with bars: the unit.
        let unitHead: String
        let left: Double
        let width: Double
        let isText: Bool
        /// Money in whole major units.
        let isWhole: Bool
        /// The length of the largest bar; 0 for none.
        let barLength: Double
        /// The value of the largest bar.
        let barValue: Double

        var right: Double { left + width }
    }

    let table: ReportTable
    let columns: [Column]
    let rowHeight: Double
    /// What the subtitle must say beside its own words.
    let notes: [String]
    let isTagged: Bool
    private let formatter: ValueFormatter

    init(
        table: ReportTable, columns: [Column], rowHeight: Double, notes: [String], isTagged: Bool,
        formatter: ValueFormatter
    ) {
        self.table = table
        self.columns = columns
        self.rowHeight = rowHeight
        self.notes = notes
        self.isTagged = isTagged
        self.formatter = formatter
    }

    /// A cell's text.
    func text(_ value: Scalar, _ column: Column) -> String {
        TableColumnWriter.text(value, column.source, isWhole: column.isWhole, formatter)
    }
}

/// Some rows of a table on one page.
struct TableSlice {
    let layout: TableLayout
    let rows: Range<Int>
    let hasTotals: Bool
    /// Where the head of the columns begins.
    let top: Double
    let left: Double
    let right: Double

    static let headHeight = 18.0

    var height: Double {
        Self.headHeight + Double(rows.count) * layout.rowHeight + (hasTotals ? layout.rowHeight + 2 : 0)
    }

    var snapshot: String {
        let columns = layout.columns.map { "\($0.head) \(Int($0.left))–\(Int($0.right))" }.joined(separator: " | ")
        return "table \(layout.table.name) rows \(rows) at \(Int(top)) totals \(hasTotals): \(columns)"
    }
}

/// Writes the cells of a column.
enum TableColumnWriter {
    static func text(_ value: Scalar, _ column: TableColumn, isWhole: Bool, _ formatter: ValueFormatter) -> String {
        if column.isChange { return formatter.changeCell(value) }
        return isWhole ? formatter.whole(value, unit: column.unit) : formatter.full(value, unit: column.unit)
    }

    /// Amounts from here on, in major units, are written without their minor units.
    static let wholeFrom = 100_000.0
}
