package import CivilTime
package import Columnar
package import Formatting

/// Applies a specification to rows: groups, adds up, transforms, sorts and limits them into a `Chart`.
package struct ChartBuilder {
    let specification: ChartSpecification
    let name: (Scalar) -> String

    /// - Parameter name: how a value is written that names a category or a series.
    package init(_ specification: ChartSpecification, name: @escaping (Scalar) -> String) {
        self.specification = specification
        self.name = name
    }

    /// What the values are, and what the marks say about them.
    package struct Words: Sendable {
        package var title: String
        package var subtitle: String
        package var unit: Unit
        package var good: Direction
        package var horizontalUnit: Unit
        /// The label of the last bar of too many; `%` is how many it sums.
        package var others: String

        package init(
            title: String, subtitle: String, unit: Unit, good: Direction = .up, horizontalUnit: Unit = .none,
            others: String = ChartTexts().others
        ) {
            self.title = title
            self.subtitle = subtitle
            self.unit = unit
            self.good = good
            self.horizontalUnit = horizontalUnit
            self.others = others
        }
    }

    /// The chart of some rows. Rows without a place on an axis are left out; values that are no numbers are gaps.
    package func chart(_ table: ChartTable, words: Words) -> Chart {
        var chart = Chart(
            title: words.title, subtitle: words.subtitle, mark: specification.mark, unit: words.unit,
            domain: .categories([]), series: [], annotations: specification.annotations,
            partialFrom: specification.partialFrom, good: words.good, stack: specification.stack,
            isLogarithmic: specification.isLogarithmic,
            horizontal: Chart.Horizontal(
                label: specification.horizontalTitle ?? "", unit: words.horizontalUnit,
                isLogarithmic: specification.isHorizontalLogarithmic))
        switch specification.mark {
        case .timeline: chart.domain = .spans(spans(table))
        case .sankey: addFlows(table, &chart)
        case .scatter, .curve: addPoints(table, &chart)
        case .histogram, .strip, .ecdf, .lorenz: addObservations(table, &chart)
        default: addGroups(table, words, &chart)
        }
        if specification.steps.contains(.share) || specification.steps.contains(.change) { chart.unit = .percent }
        if specification.steps.last == .rank { chart.unit = .count }
        return chart
    }

    // MARK: Rows that are values

    private func spans(_ table: ChartTable) -> [Chart.Span] {
        guard let start = specification.x.first, let end = specification.end, let label = specification.label else {
            return []
        }
        let row = specification.color ?? label
        return (0..<table.rowCount).compactMap { index in
            guard let from = date(table.scalar(start, index)), let to = date(table.scalar(end, index)) else {
                return nil
            }
            let text = name(table.scalar(label, index))
            return Chart.Span(row: name(table.scalar(row, index)), label: row == label ? "" : text, from: from, to: to)
        }
    }

    private func addFlows(_ table: ChartTable, _ chart: inout Chart) {
        guard let source = specification.source, let target = specification.target, let measure = specification.y.first
        else { return }
        var (links, rows): ([Chart.Link], [Chart.Link: [Int]]) = ([], [:])
        for index in 0..<table.rowCount {
            let link = Chart.Link(source: name(table.scalar(source, index)), target: name(table.scalar(target, index)))
            if rows[link] == nil { links.append(link) }
            rows[link, default: []].append(index)
        }
        chart.domain = .links(links)
        chart.series = [
            Chart.Series(
                label: measure.label, role: .current, values: links.map { value(measure, table, rows[$0] ?? []) })
        ]
    }

    private func addPoints(_ table: ChartTable, _ chart: inout Chart) {
        guard let x = specification.x.first, let measure = specification.y.first else { return }
        let groups = seriesRows(table)
        chart.domain = .numbers((0..<table.rowCount).map { table.scalar(x, $0).approximateNumber ?? .nan })
        chart.series = groups.map { group in
            var values = [Double?](repeating: nil, count: table.rowCount)
            for row in group.rows { values[row] = table.scalar(measure.column, row).approximateNumber }
            return Chart.Series(label: group.label, role: .current, values: values)
        }
        if let label = specification.label {
            chart.pointNames = (0..<table.rowCount).map { name(table.scalar(label, $0)) }
        }
        if chart.horizontal.label.isEmpty {
            chart.horizontal.label = table.columns.first { $0.name == x }?.label ?? x
        }
    }

    private func addObservations(_ table: ChartTable, _ chart: inout Chart) {
        guard let measure = specification.y.first else { return }
        let byName = specification.color ?? specification.x.first
        chart.series = groups(table, byName).map { group in
            Chart.Series(
                label: group.label, role: .current,
                values: group.rows.map { table.scalar(measure.column, $0).approximateNumber })
        }
        chart.domain = .observations(count: chart.series.map(\.values.count).max() ?? 0)
        if chart.horizontal.unit == .none { chart.horizontal.unit = chart.unit }
        if chart.horizontal.label.isEmpty, chart.mark != .lorenz { chart.horizontal.label = measure.label }
    }

    private func seriesRows(_ table: ChartTable) -> [(label: String, rows: [Int])] {
        groups(table, specification.color)
    }

    private func groups(_ table: ChartTable, _ column: String?) -> [(label: String, rows: [Int])] {
        guard let column else { return [("", Array(0..<table.rowCount))] }
        var (order, rows): ([String], [String: [Int]]) = ([], [:])
        for row in 0..<table.rowCount {
            let label = name(table.scalar(column, row))
            if rows[label] == nil { order.append(label) }
            rows[label, default: []].append(row)
        }
        return order.map { ($0, rows[$0] ?? []) }
    }

    func date(_ value: Scalar) -> LocalDate? {
        switch value {
        case .date(let days): LocalDate(daysSinceEpoch: days)
        // Instants count for their day in UTC; what needs another zone has a date column.
        case .timestamp(let microseconds):
            Int32(exactly: (Double(microseconds) / 86_400_000_000).rounded(.down)).map { LocalDate(daysSinceEpoch: $0) }
        default: nil
        }
    }

    // MARK: Adding up

    func value(_ measure: ChartSpecification.Measure, _ table: ChartTable, _ rows: [Int]) -> Double? {
        if measure.aggregate == .count {
            guard !measure.column.isEmpty else { return Double(rows.count) }
            return Double(rows.count { table.scalar(measure.column, $0) != .null })
        }
        let numbers = rows.compactMap { table.scalar(measure.column, $0).approximateNumber }.filter(\.isFinite)
        guard !numbers.isEmpty else { return nil }
        let result: Double? =
            switch measure.aggregate {
            case .sum: numbers.reduce(0, +)
            case .mean: numbers.reduce(0) { $0 + $1 / Double(numbers.count) }
            case .median: Transform.percentile(0.5, of: numbers.sorted())
            case .min: numbers.min()
            case .max: numbers.max()
            case .count: nil
            }
        return result.flatMap { $0.isFinite ? $0 : nil }
    }
}
