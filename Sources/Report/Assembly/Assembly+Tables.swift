internal import CivilTime
internal import Columnar
internal import Formatting
internal import Models

extension Assembly {
    /// A table, and where there are amounts in other currencies one for each of them: no total is over two.
    func tables(
        _ definition: TableDefinition, _ values: [String: SentenceValue]
    ) throws(ReportError) -> [ReportTable] {
        let rows = try rows(of: definition.model).narrowed(to: definition.conditions)
        let currency = request.presentation.currency
        var tables = [try table(definition, values, rows, currency)]
        for (code, others) in rows.otherCurrencies.sorted(by: { $0.key < $1.key }) {
            var table = try table(definition, values, others, code)
            guard !table.rows.isEmpty else { continue }
            table.name += "-\(code.lowercased())"
            table.title += " (\(code))"
            tables.append(table)
        }
        return tables
    }

    /// A table with all rows of the period.
    private func table(
        _ definition: TableDefinition, _ values: [String: SentenceValue], _ rows: ModelRows, _ currency: String
    ) throws(ReportError) -> ReportTable {
        let indices = rows.rows(in: dates(of: rows.model))
        var columns: [TableColumn] = []
        for column in definition.columns { columns.append(try self.column(column, rows.model, currency)) }
        var cells: [[Scalar]] = []
        cells.reserveCapacity(indices.count)
        for row in indices {
            var line: [Scalar] = []
            for column in definition.columns { line.append(try value(column, rows, [row])) }
            cells.append(line)
        }
        sort(&cells, definition)
        let subtitle = try definition.subtitle.map { template throws(ReportError) in try template.rendered(values) }
        let count = formatter.full(.int(Int64(cells.count)), unit: .count)
        let standard =
            cells.isEmpty
            ? empty(.tableEmpty, soFar: .tableEmptySoFar)
            : text(.tableRows, count: Int64(cells.count), ["period": label(of: period), "count": count])
        let shownSubtitle = cells.isEmpty ? standard : subtitle ?? standard
        let pageRowsMax = definition.pageRowsMax.map(number)
        let shown = formatter.full(.int(Int64(pageRowsMax ?? 0)), unit: .count)
        var table = ReportTable(
            name: definition.name, title: definition.title, subtitle: shownSubtitle, columns: columns, rows: cells,
            totals: try totals(definition, rows, indices), pageRowsMax: pageRowsMax,
            pageSubtitle: text(.pageRows, ["subtitle": shownSubtitle, "shown": shown, "count": count]),
            formats: definition.formats)
        table.keyColumns = definition.columns.indices.filter { index in
            guard case .column(let name) = definition.columns[index].source else { return false }
            return rows.model.grain.contains(name)
        }
        return table
    }

    private func column(
        _ definition: TableColumnDefinition, _ model: ModelDefinition, _ currency: String
    ) throws(ReportError) -> TableColumn {
        switch definition.source {
        case .column(let name):
            guard let column = model.column(name) else {
                throw .wrongTable(model: model.name, problem: "the column '\(name)' is not declared")
            }
            // Whole numbers without a unit are ranks and ages: written as they are.
            let unit =
                column.unit == .none && column.kind == .integer ? Unit.count : try column.unit.unit(currency: currency)
            var made = TableColumn(
                name: definition.name, label: definition.label ?? column.label, unit: unit, hasBar: definition.hasBar)
            made.namesMonths = definition.namesMonths
            return made
        case .metric(let name):
            guard let metric = metric(name) else {
                throw .wrongTable(model: model.name, problem: "the metric '\(name)' is not declared")
            }
            return TableColumn(
                name: definition.name, label: definition.label ?? metric.label,
                unit: try metric.unit.unit(currency: currency), hasBar: definition.hasBar, good: metric.good)
        }
    }

    private func value(
        _ column: TableColumnDefinition, _ rows: ModelRows, _ indices: [Int]
    ) throws(ReportError) -> Scalar {
        switch column.source {
        case .column(let name): return indices.first.map { rows.value(name, $0) } ?? .null
        case .metric(let name):
            guard let metric = metric(name) else { return .null }
            return try rows.value(metric, over: indices)
        }
    }

    /// Exact sums of all rows, and metrics over all rows: never sums of what is shown.
    private func totals(
        _ definition: TableDefinition, _ rows: ModelRows, _ indices: [Int]
    ) throws(ReportError) -> [Scalar]? {
        guard !definition.totals.isEmpty, !indices.isEmpty else { return nil }
        var totals: [Scalar] = []
        for column in definition.columns {
            guard definition.totals.contains(column.name) else {
                totals.append(.null)
                continue
            }
            switch column.source {
            case .column(let name): totals.append(try rows.sum(name, over: indices))
            case .metric: totals.append(try value(column, rows, indices))
            }
        }
        return totals
    }

    /// Sorts by the definition's keys; equal rows keep their order.
    private func sort(_ cells: inout [[Scalar]], _ definition: TableDefinition) {
        let keys = definition.sort.compactMap { key in
            definition.columns.firstIndex { $0.name == key.column }.map { ($0, key.isDescending) }
        }
        guard !keys.isEmpty else { return }
        let order = cells.indices.sorted { left, right in
            for (column, isDescending) in keys {
                switch Self.compare(cells[left][column], cells[right][column]) {
                case 0: continue
                case let order: return (order < 0) != isDescending
                }
            }
            return left < right
        }
        cells = order.map { cells[$0] }
    }

    /// Numbers by value, texts by code points, dates by time; missing values first.
    private static func compare(_ left: Scalar, _ right: Scalar) -> Int {
        switch (left, right) {
        case (.int(let a), .int(let b)): return a < b ? -1 : a > b ? 1 : 0
        case (.text(let a), .text(let b)):
            return a == b ? 0 : a.unicodeScalars.lexicographicallyPrecedes(b.unicodeScalars) ? -1 : 1
        case (.date(let a), .date(let b)): return a < b ? -1 : a > b ? 1 : 0
        case (.timestamp(let a), .timestamp(let b)): return a < b ? -1 : a > b ? 1 : 0
        default:
            switch (left.approximateNumber, right.approximateNumber) {
            case (nil, nil): return 0
            case (nil, _): return -1
            case (_, nil): return 1
            case (let a?, let b?): return a < b ? -1 : a > b ? 1 : 0
            }
        }
    }
}
