internal import CivilTime
internal import Columnar
internal import Formatting

/// Values that belong to a date or a category.
extension ChartBuilder {
    /// Where a row stands: an index into the domain.
    private struct Places {
        var domain: Chart.Domain
        var rows: [[Int]]
    }

    func addGroups(_ table: ChartTable, _ words: Words, _ chart: inout Chart) {
        let places = places(table)
        chart.domain = places.domain
        let isMatrix = specification.mark == .heatMap || specification.mark == .matrix
        chart.series = series(table, places)
        if let color = specification.color, isMatrix { orderColumns(&chart, color, table) }
        transform(&chart)
        let isRanking = [.bars, .dot, .dumbbell, .bullet].contains(specification.mark)
        if case .categories = chart.domain {
            let order = specification.order ?? (isRanking ? .descending : .none)
            if order != .none { sort(&chart, order) }
            if let top = specification.top { limit(&chart, top, words) }
        }
        if specification.mark == .waterfall, case .categories(let names) = chart.domain {
            chart.totals = Set(specification.totals.compactMap { names.firstIndex(of: $0) })
        }
    }

    // MARK: Places

    private func places(_ table: ChartTable) -> Places {
        let isTime =
            specification.x.count == 1
            && table.columns.first { $0.name == specification.x[0] }?.kind == .date
        guard isTime, let column = specification.x.first else { return categories(table) }
        var rows: [LocalDate: [Int]] = [:]
        let grain = specification.steps.lazy.compactMap { if case .bucket(let grain) = $0 { grain } else { nil } }.first
        for row in 0..<table.rowCount {
            guard let date = date(table.scalar(column, row)) else { continue }
            rows[Self.start(of: date, grain), default: []].append(row)
        }
        let known = rows.keys.sorted()
        // Rows of a heat map are names, even if they are dates.
        if specification.mark == .heatMap || specification.mark == .matrix {
            return Places(
                domain: .categories(known.map { name(.date($0.daysSinceEpoch)) }), rows: known.map { rows[$0] ?? [] })
        }
        let dates = Self.filled(known)
        return Places(domain: .dates(dates), rows: dates.map { rows[$0] ?? [] })
    }

    private func categories(_ table: ChartTable) -> Places {
        var (order, rows): ([String], [String: [Int]]) = ([], [:])
        for row in 0..<table.rowCount {
            let parts = specification.x.map { name(table.scalar($0, row)) }
            let label = parts.joined(separator: specification.separator)
            if rows[label] == nil { order.append(label) }
            rows[label, default: []].append(row)
        }
        return Places(domain: .categories(order), rows: order.map { rows[$0] ?? [] })
    }

    private static func start(of date: LocalDate, _ grain: Grain?) -> LocalDate {
        switch grain {
        case .week: date.startOfWeek(.monday)
        case .month: date.startOfMonth
        case .quarter: date.startOfQuarter
        case .year: date.startOfYear
        default: date
        }
    }

    /// Dates with those between them that have no rows: a day without rows is a gap, not a neighbour. Years, quarters,
    /// months and weeks are told by the dates themselves.
    static func filled(_ dates: [LocalDate]) -> [LocalDate] {
        guard dates.count > 2, let first = dates.first, let last = dates.last else { return dates }
        let steps = zip(dates, dates.dropFirst()).map { $0.days(until: $1) }
        let next: (LocalDate, Int) -> LocalDate
        if dates.allSatisfy({ $0.day == 1 }) {
            let months = dates.map { $0.year * 12 + $0.month }
            let step = zip(months, months.dropFirst()).map { $1 - $0 }.reduce(0, Self.divisor)
            guard step > 0 else { return dates }
            next = { $0.adding(months: $1 * step) }
        } else {
            let step = steps.reduce(0, Self.divisor)
            guard step > 0 else { return dates }
            next = { $0.adding(days: $1 * step) }
        }
        var (filled, index): ([LocalDate], Int) = ([], 0)
        while filled.count <= 6_000 {
            let date = next(first, index)
            guard date <= last else { return filled }
            filled.append(date)
            index += 1
        }
        return dates
    }

    private static func divisor(_ one: Int, _ other: Int) -> Int {
        var (a, b) = (one.magnitude, other.magnitude)
        while b != 0 { (a, b) = (b, a % b) }
        return Int(a)
    }

    // MARK: Series

    private func series(_ table: ChartTable, _ places: Places) -> [Chart.Series] {
        var series: [Chart.Series] = []
        if let color = specification.color, let measure = specification.y.first {
            var (order, rows): ([String], [String: [[Int]]]) = ([], [:])
            for (place, members) in places.rows.enumerated() {
                for row in members {
                    let label = name(table.scalar(color, row))
                    if rows[label] == nil {
                        order.append(label)
                        rows[label] = Array(repeating: [], count: places.rows.count)
                    }
                    rows[label]?[place].append(row)
                }
            }
            series = order.map { label in
                Chart.Series(
                    label: label, role: .current,
                    values: (rows[label] ?? []).map { $0.isEmpty ? nil : value(measure, table, $0) })
            }
        } else {
            series = specification.y.map { one($0, .current, table, places) }
        }
        if let previous = specification.previous { series.append(one(previous, .previous, table, places)) }
        if let goal = specification.goal { series.append(one(goal, .target, table, places)) }
        if let forecast = specification.forecast { series.append(one(forecast, .forecast, table, places)) }
        for measure in specification.low { series.append(one(measure, .lower, table, places)) }
        for measure in specification.high { series.append(one(measure, .upper, table, places)) }
        return series
    }

    private func one(
        _ measure: ChartSpecification.Measure, _ role: Chart.Role, _ table: ChartTable, _ places: Places
    ) -> Chart.Series {
        Chart.Series(
            label: measure.label, role: role,
            values: places.rows.map { $0.isEmpty ? nil : value(measure, table, $0) })
    }

    /// Columns of numbers or dates stand in their order, others as they come.
    private func orderColumns(_ chart: inout Chart, _ color: String, _ table: ChartTable) {
        var keys: [String: Double] = [:]
        for row in 0..<table.rowCount {
            let scalar = table.scalar(color, row)
            let key = scalar.approximateNumber ?? date(scalar).map { Double($0.daysSinceEpoch) }
            guard let key else { return }
            keys[name(scalar)] = key
        }
        chart.series.sort { (keys[$0.label] ?? 0, $0.label) < (keys[$1.label] ?? 0, $1.label) }
    }

    // MARK: Transforms

    private func transform(_ chart: inout Chart) {
        for step in specification.steps {
            switch step {
            case .bucket: continue
            case .cumulate: for index in chart.series.indices { chart.series[index].values.cumulate() }
            case .change:
                for index in chart.series.indices {
                    chart.series[index].values = Self.growth(chart.series[index].values)
                }
            case .average(let count):
                for index in chart.series.indices {
                    chart.series[index].values = Self.averages(chart.series[index].values, count)
                }
            case .share:
                let stacked = Transform.stacked(chart.series.map(\.values), count: chart.domainCount, isShare: true)
                for index in chart.series.indices {
                    chart.series[index].values = stacked[index].map { $0.map { $0.to - $0.from } }
                }
            case .rank:
                let ranks = Transform.ranks(chart.series.map(\.values), count: chart.domainCount)
                for index in chart.series.indices {
                    chart.series[index].values = ranks[index].map { $0.map(Double.init) }
                }
            }
        }
    }

    private static func growth(_ values: [Double?]) -> [Double?] {
        values.indices.map { index in
            guard index > 0, let before = Transform.value(values, index - 1), before > 0,
                let value = Transform.value(values, index)
            else { return nil }
            let growth = value / before - 1
            return growth.isFinite ? growth : nil
        }
    }

    /// The mean of the last so many values; none where one of them is missing.
    private static func averages(_ values: [Double?], _ count: Int) -> [Double?] {
        values.indices.map { index in
            guard index + 1 >= count else { return nil }
            let window = (index + 1 - count...index).map { Transform.value(values, $0) }
            guard let present = window as? [Double] else { return nil }
            let mean = present.reduce(0) { $0 + $1 / Double(count) }
            return mean.isFinite ? mean : nil
        }
    }

    // MARK: Order and limit

    private func sort(_ chart: inout Chart, _ order: ChartSpecification.Order) {
        let names = chart.categories
        let keys = names.indices.map { place in
            chart.currentSeries.reduce(0.0) { $0 + (Transform.value($1.values, place) ?? 0) }
        }
        let sorted = names.indices.sorted {
            let (one, other) = order == .descending ? (keys[$1], keys[$0]) : (keys[$0], keys[$1])
            return one == other ? names[$0] < names[$1] : one < other
        }
        chart.domain = .categories(sorted.map { names[$0] })
        for index in chart.series.indices {
            let values = chart.series[index].values
            chart.series[index].values = sorted.map { Transform.value(values, $0) }
        }
    }

    /// The first so many; the others summed where amounts can be summed, else counted in the subtitle.
    private func limit(_ chart: inout Chart, _ top: Int, _ words: Words) {
        let names = chart.categories
        guard names.count > top + 1 else { return }
        let rest = names.count - top
        let label = ChartTexts.fill(words.others, String(rest))
        let isSummed = chart.unit.isAdditive && chart.series.allSatisfy { $0.role != .target }
        chart.domain = .categories(Array(names.prefix(top)) + (isSummed ? [label] : []))
        for index in chart.series.indices {
            let values = chart.series[index].values
            let others = Transform.finite(Array(values.dropFirst(top)))
            let sum = others.reduce(0, +)
            chart.series[index].values =
                Array(values.prefix(top)) + (isSummed ? [others.isEmpty || !sum.isFinite ? nil : sum] : [])
        }
        if !isSummed { chart.subtitle += (chart.subtitle.isEmpty ? "" : "; ") + label }
    }
}

extension [Double?] {
    /// Running sums; a gap stays a gap and adds nothing.
    fileprivate mutating func cumulate() {
        var sum = 0.0
        for index in indices {
            guard let value = self[index], value.isFinite, (sum + value).isFinite else {
                self[index] = nil
                continue
            }
            sum += value
            self[index] = sum
        }
    }
}
