internal import ChartGrammar
internal import CivilTime
internal import Columnar
internal import Formatting
internal import Report
internal import XLSXWorkbook

extension WorkbookWriter {
    /// Title, finding, tiles with their changes, and the first two charts with their figures.
    mutating func writeSummary() throws(SpreadsheetError) {
        let sheet = try file.addSheet(names.sheet(text(.sheetSummary)))
        try sheet.hideGridlines()
        try sheet.activate()
        try sheet.setPage(isLandscape: true, repeatedRows: 0, footer: footer)
        try sheet.setWidth(3, column: 0)
        try sheet.setWidth(30, column: 1)
        for column in 2...5 { try sheet.setWidth(18, column: column) }
        let identity = document.identity
        try sheet.setHeight(28, row: 1)
        try sheet.write(
            cells.cell("\(identity.title), \(document.period.label)"), row: 1, column: 1, format: WorkbookLook.title)
        var row = 2
        for line in Self.lines(of: document.headline, length: 105) {
            try sheet.write(cells.cell(line), row: row, column: 1, format: WorkbookLook.finding)
            row += 1
        }
        try sheet.write(
            cells.cell("\(identity.reader) · \(document.freshness.line)"), row: row, column: 1,
            format: WorkbookLook.note)
        for notice in document.notices {
            row += 1
            for line in ([notice.title] + notice.lines).flatMap({ Self.lines(of: $0, length: 105) }) {
                row += 1
                try sheet.write(cells.cell(line), row: row, column: 1, format: WorkbookLook.note)
            }
        }
        var next = try writeTiles(sheet, from: row + 2) + 1
        for chart in mainCharts { next = try write(chart, to: sheet, from: next) + 2 }
    }

    /// Breaks a text between words, so that no line runs out of the page; a longer word stays whole.
    private static func lines(of text: String, length: Int) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= length {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }

    // MARK: Tiles

    private mutating func writeTiles(_ sheet: SpreadsheetSheet, from first: Int) throws(SpreadsheetError) -> Int {
        guard !document.tiles.isEmpty else { return first }
        let base = document.period.comparisonShortLabel.map { text.words.versus.replacing("{base}", with: $0) }
        let heads = [
            text(.measure), text(.value), document.period.comparisonLabel ?? text(.compared), base ?? text(.change),
        ]
        for (column, head) in heads.enumerated() {
            try sheet.write(
                head, row: first, column: column + 1, format: WorkbookLook.head(isNumber: column > 0))
        }
        for (index, tile) in document.tiles.enumerated() { try write(tile, to: sheet, row: first + 1 + index) }
        return first + 1 + document.tiles.count
    }

    private mutating func write(_ tile: Tile, to sheet: SpreadsheetSheet, row: Int) throws(SpreadsheetError) {
        let unit = tile.measure.unit
        let sign = if case .money(let currency, _) = unit { formatter.currencySign(currency) } else { "" }
        let numberFormat = NumberFormats.figure(unit, sign: sign)
        try sheet.setHeight(22, row: row)
        try sheet.write(cells.cell(tile.measure.label), row: row, column: 1, format: WorkbookLook.label)
        let value = cells.content(tile.value, unit: unit)
        let previous = cells.content(tile.previous, unit: unit)
        try write(tile.value, unit: unit, to: sheet, row: row, column: 2, format: WorkbookLook.figure(numberFormat))
        try write(
            tile.previous, unit: unit, to: sheet, row: row, column: 3, format: WorkbookLook.compared(numberFormat))
        let name = Self.definedName(tile.measure.name)
        try file.defineName("value_\(name)", "=\(reference(sheet, row, 2))")
        try file.defineName("previous_\(name)", "=\(reference(sheet, row, 3))")
        try writeChange(value, previous, unit, sheet, row)
    }

    /// The change as a formula of the two cells, with its result.
    private func writeChange(
        _ value: CellContent, _ previous: CellContent, _ unit: Unit, _ sheet: SpreadsheetSheet, _ row: Int
    ) throws(SpreadsheetError) {
        let look = { (format: String) in
            CellFormat(numberFormat: format, alignment: .right, lineBelow: WorkbookLook.rule)
        }
        guard case .number(let now) = value, case .number(let before) = previous, unit == .percent || before > 0 else {
            try sheet.writeBlank(row: row, column: 4, format: look("General"))
            return
        }
        let (nowCell, beforeCell) = ("C\(row + 1)", "D\(row + 1)")
        if unit == .percent {
            try sheet.write(
                formula: "=ROUND((\(nowCell)-\(beforeCell))*100,1)", result: Self.rounded((now - before) * 100, 10),
                row: row, column: 4,
                format: look(NumberFormats.points))
        } else {
            try sheet.write(
                formula: "=ROUND(\(nowCell)/\(beforeCell)-1,3)", result: Self.rounded(now / before - 1, 1_000),
                row: row, column: 4,
                format: look(NumberFormats.change))
        }
    }

    /// As Excel's ROUND: half away from zero. What is shown as 0.0 % is zero, without an arrow.
    private static func rounded(_ number: Double, _ parts: Double) -> Double {
        (number * parts).rounded(.toNearestOrAwayFromZero) / parts
    }

    /// Letters, digits and `_` only, as metric names are.
    private static func definedName(_ name: String) -> String {
        name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? String($0) : "_" }.joined()
    }

    private func reference(_ sheet: SpreadsheetSheet, _ row: Int, _ column: Int) -> String {
        "\(SheetNames.quoted(sheet.name))!$\(Self.letter(column))$\(row + 1)"
    }

    /// The letters of a column: A to Z, AA and on.
    static func letter(_ column: Int) -> String {
        let last = String(Character(Unicode.Scalar(UInt8(ascii: "A") + UInt8(column % 26))))
        return column < 26 ? last : letter(column / 26 - 1) + last
    }

    // MARK: The main charts

    /// The first two charts that a spreadsheet can draw.
    private var mainCharts: [Chart] {
        let charts = document.sections.flatMap(\.blocks).flatMap { block -> [Chart] in
            switch block {
            case .chart(let chart): [chart]
            case .charts(let charts): charts
            case .table, .text: []
            }
        }
        return Array(charts.filter(\.isTabular).prefix(2))
    }

    /// The chart, and below it the figures that it is drawn from; answers the row behind them.
    private mutating func write(
        _ chart: Chart, to sheet: SpreadsheetSheet, from first: Int
    ) throws(SpreadsheetError) -> Int {
        let chartRows = 17
        let head = first + chartRows + 1
        let names: [String]
        var dates: [Double]?
        switch chart.domain {
        case .dates(let days):
            names = days.map(formatter.date)
            dates = days.map { Double($0.daysSinceEpoch) + 25_569 }
        case .categories(let categories): names = categories
        case .numbers, .observations, .spans, .links: names = []
        }
        try sheet.write(cells.cell(chart.subtitle), row: head - 1, column: 1, format: WorkbookLook.note)
        let series = chart.series.prefix(4)
        try writeFigures(chart, Array(series), names, dates, sheet, head)
        let native = try file.addChart(kind(chart.mark))
        let last = head + names.count
        for (index, values) in series.enumerated().reversed() {
            try native.add(
                SpreadsheetChart.Series(
                    name: cut(values.label.singleLine, 100), categories: "=" + range(sheet, 1, head + 1, last),
                    values: "=" + range(sheet, index + 2, head + 1, last),
                    color: values.role == .current ? WorkbookLook.accent : WorkbookLook.context,
                    width: values.role == .current ? 2.25 : 1.25))
        }
        let sign = if case .money(let currency, _) = chart.unit { formatter.currencySign(currency) } else { "" }
        try native.style(
            title: cut(chart.title.singleLine, 250), valueFormat: axisFormat(chart.unit, sign),
            dateFormat: dates == nil ? nil : "d mmm", hasLegend: series.count > 1)
        try sheet.insert(
            native, row: first, column: 1, description: chart.alternativeText.singleLine, scale: (x: 1.55, y: 1.12))
        return last + 1
    }

    private mutating func writeFigures(
        _ chart: Chart, _ series: [Chart.Series], _ names: [String], _ dates: [Double]?, _ sheet: SpreadsheetSheet,
        _ head: Int
    ) throws(SpreadsheetError) {
        try sheet.write("", row: head, column: 1, format: WorkbookLook.head)
        for (index, values) in series.enumerated() {
            try sheet.write(
                cells.cell(values.label), row: head, column: index + 2, format: WorkbookLook.head(isNumber: true))
        }
        for (row, name) in names.enumerated() {
            if let dates {
                try sheet.write(
                    dates[row], row: head + 1 + row, column: 1,
                    format: CellFormat(numberFormat: NumberFormats.date, alignment: .left))
            } else {
                try sheet.write(cells.cell(name), row: head + 1 + row, column: 1, format: WorkbookLook.plain)
            }
            for (index, values) in series.enumerated() {
                let value = values.values[row].map(Scalar.double) ?? .null
                try write(
                    value, unit: chart.unit, to: sheet, row: head + 1 + row, column: index + 2,
                    format: WorkbookLook.cell(NumberFormats.cell(chart.unit)))
            }
        }
    }

    private func range(_ sheet: SpreadsheetSheet, _ column: Int, _ first: Int, _ last: Int) -> String {
        let letter = Self.letter(column)
        return "\(SheetNames.quoted(sheet.name))!$\(letter)$\(first + 1):$\(letter)$\(last + 1)"
    }

    private func kind(_ mark: Chart.Mark) -> SpreadsheetChart.Kind {
        switch mark {
        case .line, .step, .area, .band, .fan, .smallMultiples, .sparkline, .bump, .slope: .line
        case .bars, .dot, .dumbbell, .bullet, .funnel: .bars
        default: .columns
        }
    }

    /// Axes show no minor units.
    private func axisFormat(_ unit: Unit, _ sign: String) -> String {
        switch unit {
        case .money: "[$" + sign.filter { $0 != "[" && $0 != "]" && $0 != "-" } + "]#,##0"
        case .percent: "0%"
        default: NumberFormats.cell(unit) ?? "General"
        }
    }
}
