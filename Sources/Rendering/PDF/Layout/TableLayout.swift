internal import ChartGrammar
internal import CivilTime
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
    /// What the lines of sums are called.
    let words: (total: String, broughtForward: String, carriedForward: String)
    private let formatter: ValueFormatter

    init(
        table: ReportTable, columns: [Column], rowHeight: Double, notes: [String], isTagged: Bool, texts: EngineText,
        formatter: ValueFormatter
    ) {
        words = (texts(.total), texts(.broughtForward), texts(.carriedForward))
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
    /// The sums of all rows before these, in a line above them; nil where there is no such line.
    var broughtForward: [Scalar]?
    /// The sums up to the last of these, in a line below them; nil where there is no such line.
    var carriedForward: [Scalar]?
    /// Where the head of the columns begins.
    let top: Double
    let left: Double
    let right: Double
    /// The page's width where it is mirrored for a right-to-left language.
    var mirrorWidth: Double?

    static let headHeight = 18.0

    var height: Double {
        let lines = rows.count + (broughtForward == nil ? 0 : 1) + (carriedForward == nil ? 0 : 1)
        return Self.headHeight + Double(lines) * layout.rowHeight + (hasTotals ? layout.rowHeight + 2 : 0)
    }

    var snapshot: String {
        let columns = layout.columns.map { "\($0.head) \(Int($0.left))–\(Int($0.right))" }.joined(separator: " | ")
        let carried =
            (broughtForward == nil ? "" : " brought forward") + (carriedForward == nil ? "" : " carried forward")
        return
            "table \(layout.table.name) rows \(rows) at \(Int(top)) totals \(hasTotals)\(carried): \(columns)"
    }
}

/// The sums of a table's columns up to a row, for the lines at the ends of its pages. Only columns whose total is the
/// exact sum of their rows are carried: a rate or a largest value is no sum.
struct RunningTotals {
    private let table: ReportTable
    private let columns: [Int]
    private var sums: [ExactDecimal]
    private var next = 0

    /// Nil where no column can be carried.
    init?(_ table: ReportTable) {
        guard let totals = table.totals else { return nil }
        self.table = table
        columns = table.columns.indices.filter { index in
            totals.indices.contains(index)
                && totals[index].exactDigits.map { Self.sum(of: table, index) == $0 } ?? false
        }
        guard !columns.isEmpty else { return nil }
        sums = columns.map { index in
            ExactDecimal(unscaled: 0, scale: totals[index].exactDigits?.scale ?? 0)
        }
    }

    /// The sums of all rows before a row; rows are asked for in ascending order.
    mutating func before(_ row: Int) -> [Scalar] {
        while next < row, next < table.rows.count {
            for (position, column) in columns.enumerated() {
                let cells = table.rows[next]
                guard cells.indices.contains(column), let value = cells[column].exactDigits else { continue }
                // The whole sum was found to fit, and it is of one scale; a part of it may still not fit.
                let (sum, overflow) = sums[position].unscaled.addingReportingOverflow(value.unscaled)
                if !overflow { sums[position] = ExactDecimal(unscaled: sum, scale: value.scale) }
            }
            next += 1
        }
        var line = [Scalar](repeating: .null, count: table.columns.count)
        for (position, column) in columns.enumerated() {
            let sum = sums[position]
            line[column] =
                sum.scale == 0 ? Int64(exactly: sum.unscaled).map(Scalar.int) ?? .decimal(sum) : .decimal(sum)
        }
        return line
    }

    /// The sum of a column's integers or decimals of one scale; nil for anything else.
    private static func sum(of table: ReportTable, _ column: Int) -> ExactDecimal? {
        var sum: ExactDecimal?
        for row in table.rows {
            guard row.indices.contains(column), row[column] != .null else { continue }
            guard let value = row[column].exactDigits, sum == nil || sum?.scale == value.scale else { return nil }
            let (next, overflow) = (sum?.unscaled ?? 0).addingReportingOverflow(value.unscaled)
            guard !overflow else { return nil }
            sum = ExactDecimal(unscaled: next, scale: value.scale)
        }
        return sum
    }
}

extension Scalar {
    /// An integer or decimal as it is; nil for everything else, also for floating-point numbers.
    fileprivate var exactDigits: ExactDecimal? {
        switch self {
        case .int(let value): ExactDecimal(unscaled: Int128(value), scale: 0)
        case .unsigned(let value): ExactDecimal(unscaled: Int128(value), scale: 0)
        case .decimal(let value): value
        default: nil
        }
    }
}

/// Writes the cells of a column.
enum TableColumnWriter {
    static func text(_ value: Scalar, _ column: TableColumn, isWhole: Bool, _ formatter: ValueFormatter) -> String {
        if column.isChange { return formatter.changeCell(value) }
        if column.namesMonths, case .date(let days) = value {
            return formatter.shortMonthAndYear(LocalDate(daysSinceEpoch: days))
        }
        return isWhole ? formatter.whole(value, unit: column.unit) : formatter.full(value, unit: column.unit)
    }

    /// Amounts from here on, in major units, are written without their minor units.
    static let wholeFrom = 100_000.0
}
