internal import CShims
internal import CXlsxWriter

/// A native chart of a workbook, drawn by the reader's program from cells.
@safe
package final class SpreadsheetChart {
    /// The kinds that reports use.
    package enum Kind: Sendable {
        case line, columns, bars
    }

    /// A row of values.
    package struct Series: Sendable {
        /// Its name in the legend.
        package var name: String
        /// The cells of the categories: `='Data'!$A$2:$A$9`.
        package var categories: String
        /// The cells of the values.
        package var values: String
        /// `0xRRGGBB`.
        package var color: UInt32
        /// Points, of lines.
        package var width: Float

        package init(name: String, categories: String, values: String, color: UInt32, width: Float = 2.25) {
            self.name = name
            self.categories = categories
            self.values = values
            self.color = color
            self.width = width
        }
    }

    let handle: UnsafeMutablePointer<lxw_chart>
    private let kind: Kind
    /// Keeps the workbook, which owns the chart.
    private let file: SpreadsheetFile

    private static let ink: UInt32 = 0x17212B
    private static let axisText: UInt32 = 0x66737F
    private static let rule: UInt32 = 0xDDE3E8

    init(_ handle: UnsafeMutablePointer<lxw_chart>, kind: Kind, file: SpreadsheetFile) {
        unsafe self.handle = handle
        self.kind = kind
        self.file = file
    }

    /// Adds values.
    package func add(_ series: Series) throws(SpreadsheetError) {
        _ = try unsafe file.open("add a series")
        try checkText(series.name, "add a series")
        guard let added = unsafe chart_add_series(handle, series.categories, series.values) else {
            throw SpreadsheetError("add a series", reason: "out of memory")
        }
        unsafe chart_series_set_name(added, series.name)
        switch kind {
        case .line:
            var line = lxw_chart_line()
            line.color = series.color
            line.width = series.width
            unsafe chart_series_set_line(added, &line)
        case .columns, .bars:
            var fill = lxw_chart_fill()
            fill.color = series.color
            unsafe chart_series_set_fill(added, &fill)
        }
    }

    /// Title, number format of the value axis, and a quiet look: few grey lines, a legend only for several series.
    ///
    /// - Parameter dateFormat: the number format of a time axis; nil for categories.
    package func style(
        title: String, valueFormat: String, dateFormat: String?, hasLegend: Bool
    ) throws(SpreadsheetError) {
        try checkText(title, "style a chart")
        _ = try unsafe file.open("style a chart")
        unsafe chart_title_set_name(handle, title)
        unsafe almanac_xlsx_title_font(handle, almanac_xlsx_font(size: 12, color: Self.ink, bold: 1))
        let position = hasLegend ? LXW_CHART_LEGEND_BOTTOM : LXW_CHART_LEGEND_NONE
        unsafe chart_legend_set_position(handle, position.small)
        if hasLegend {
            unsafe almanac_xlsx_legend_font(handle, almanac_xlsx_font(size: 9, color: Self.axisText, bold: 0))
        }
        // In a bar chart the library's x axis is the one of values; its y axis that of categories.
        let (categories, values) = unsafe (
            chart_axis_get(handle, axis(.categories)), chart_axis_get(handle, axis(.values))
        )
        let font = almanac_xlsx_font(size: 9, color: Self.axisText, bold: 0)
        unsafe almanac_xlsx_axis_font(categories, font)
        unsafe almanac_xlsx_axis_font(values, font)
        unsafe chart_axis_set_num_format(values, valueFormat)
        if let dateFormat { unsafe chart_axis_set_num_format(categories, dateFormat) }
        var grid = lxw_chart_line()
        grid.color = Self.rule
        grid.width = 0.75
        unsafe chart_axis_major_gridlines_set_visible(values, 1)
        unsafe chart_axis_major_gridlines_set_line(values, &grid)
        var none = lxw_chart_line()
        none.none = 1
        unsafe chart_axis_set_line(values, &none)
        switch kind {
        case .line: break
        case .columns: unsafe chart_set_series_gap(handle, 40)
        case .bars:
            unsafe chart_set_series_gap(handle, 40)
            // The first category on top, as in the table.
            unsafe chart_axis_set_reverse(categories)
        }
    }

    private enum Axis { case categories, values }

    private func axis(_ axis: Axis) -> lxw_chart_axis_type {
        (axis == .categories) != (kind == .bars) ? LXW_CHART_AXIS_TYPE_X : LXW_CHART_AXIS_TYPE_Y
    }
}
