internal import CivilTime
package import Configuration

extension ChartSpecification {
    /// Reads a chart's mapping. Title, subtitle, name and data are left to the caller; every other key is known here.
    ///
    /// - Parameters:
    ///   - map: the mapping after `chart:`.
    ///   - columns: what may be named. Where two have the same name, values are of the one that is a number, and what
    ///     things are told apart by is of the other.
    ///   - top: reads the number of categories that are shown; nil where it is none, which it notes.
    /// - Returns: nil where something is wrong; it is noted with its place and, where a name is near, a suggestion.
    package static func read(
        _ map: YAMLMapping, columns: [ChartColumn],
        top: (YAMLValue) -> Int? = { $0.integer(in: 1...1_000).map(Int.init) }
    ) -> ChartSpecification? {
        ChartSpecificationReader(columns: columns).read(map, top)
    }
}

/// Reads one chart; collects whether anything was wrong, so that all mistakes are told at once.
private final class ChartSpecificationReader {
    let columns: [ChartColumn]
    private var isGood = true

    init(columns: [ChartColumn]) { self.columns = columns }

    func read(_ map: YAMLMapping, _ top: (YAMLValue) -> Int?) -> ChartSpecification? {
        let mark = need(map.required("mark").map { $0.choice(of: Chart.Mark.self) } ?? nil)
        var chart = ChartSpecification(mark: mark ?? .line)
        channels(map, &chart)
        if let value = map.optional("stack"), let stack = need(value.choice(of: Chart.Stack.self)) {
            chart.stack = stack
        }
        if let value = map.optional("transform") { chart.steps = steps(value) }
        if let value = map.optional("sort") { chart.order = need(value.choice(of: ChartSpecification.Order.self)) }
        if let value = map.optional("top") { chart.top = need(top(value)) }
        if let value = map.optional("scale") {
            chart.isLogarithmic = need(value.choice(among: [("linear", false), ("log", true)])) ?? false
            let isBar = [.bars, .columns, .area, .waterfall, .funnel, .bullet].contains(chart.mark)
            if chart.isLogarithmic, isBar {
                refuse(
                    value, "'\(chart.mark.rawValue)' starts at zero, which a logarithmic scale has not", "use mark: dot"
                )
            }
        }
        if let value = map.optional("x_scale") {
            chart.isHorizontalLogarithmic = need(value.choice(among: [("linear", false), ("log", true)])) ?? false
            if chart.isHorizontalLogarithmic, chart.mark != .scatter {
                refuse(value, "'x_scale' is for 'mark: scatter'", nil)
            }
        }
        if let value = map.optional("totals") { chart.totals = need(value.texts()) ?? [] }
        if let value = map.optional("annotations") { chart.annotations = value.list { self.annotation($0) } ?? [] }
        if let value = map.optional("partial_from") {
            chart.partialFrom = need(value.parsed { try LocalDate(parsing: $0) })
        }
        if let value = map.optional("separator") { chart.separator = need(value.text()) ?? " – " }
        if let value = map.optional("x_title") { chart.horizontalTitle = need(value.text()) }
        if mark != nil { check(chart, map) }
        return isGood ? chart : nil
    }

    // MARK: Channels

    private func channels(_ map: YAMLMapping, _ chart: inout ChartSpecification) {
        if let value = map.optional("x") {
            let names = value.isList ? need(value.texts()) : need(value.text()).map { [$0] }
            chart.x = (names ?? []).filter { self.column($0, value, isValue: false) != nil }
        }
        if let value = map.optional("y") {
            chart.y = value.isList ? (value.list { self.measure($0) } ?? []) : [measure(value)].compactMap(\.self)
        }
        let (color, facet) = (map.optional("color"), map.optional("facet"))
        if let color, facet != nil, chart.mark != .smallMultiples {
            refuse(color, "a chart has either 'color' or 'facet'", nil)
        }
        chart.color = name(facet ?? color)
        if facet != nil, chart.mark == .line { chart.mark = .smallMultiples }
        chart.label = name(map.optional("label"))
        chart.end = name(map.optional("end"))
        chart.source = name(map.optional("source"))
        if chart.mark == .sankey {
            chart.target = name(map.optional("target"))
        } else {
            chart.goal = map.optional("target").flatMap(measure)
        }
        chart.previous = map.optional("previous").flatMap(measure)
        if let value = map.optional("compare") {
            chart.isCompared = need(value.choice(among: [("previous", true), ("none", false)])) ?? false
        }
        chart.forecast = map.optional("forecast").flatMap(measure)
        for (key, path) in [("low", \ChartSpecification.low), ("high", \ChartSpecification.high)] {
            guard let value = map.optional(key) else { continue }
            chart[keyPath: path] =
                value.isList ? (value.list { self.measure($0) } ?? []) : [measure(value)].compactMap(\.self)
        }
    }

    private func name(_ value: YAMLValue?) -> String? {
        guard let value, let name = need(value.text()) else { return nil }
        return column(name, value, isValue: false)?.name
    }

    private func column(_ name: String, _ value: YAMLValue, isValue: Bool) -> ChartColumn? {
        let found = columns.filter { $0.name == name }
        if let wanted = found.first(where: { ($0.kind == .number) == isValue }) ?? found.first { return wanted }
        let names = columns.map(\.name)
        let hint =
            Suggestion.nearest(to: name, among: names).map { "did you mean '\($0)'?" }
            ?? "there are: \(names.prefix(12).joined(separator: ", "))"
        refuse(value, "there is no column '\(name.prefix(80))'", hint)
        return nil
    }

    /// `sales`, `sum(sales)` or `{ value: sum(sales), label: Sales }`.
    private func measure(_ value: YAMLValue) -> ChartSpecification.Measure? {
        guard value.isMapping else { return need(value.text()).flatMap { expression($0, value, label: nil) } }
        let read: ChartSpecification.Measure? = value.mapping { map in
            let label = map.optional("label").map { self.need($0.text()) } ?? nil
            guard let inner = map.required("value"), let text = self.need(inner.text()) else { return nil }
            return self.expression(text, inner, label: label)
        }
        return need(read)
    }

    private func expression(_ text: String, _ value: YAMLValue, label: String?) -> ChartSpecification.Measure? {
        guard text.hasSuffix(")"), let open = text.firstIndex(of: "(") else {
            guard let column = column(text, value, isValue: true) else { return nil }
            return measure(.sum, column, value, label)
        }
        let (word, inner) = (String(text[..<open]), String(text[text.index(after: open)...].dropLast()))
        guard let aggregate = ChartSpecification.Aggregate(rawValue: word) else {
            let words = ChartSpecification.Aggregate.allCases.map(\.rawValue)
            let hint =
                Suggestion.nearest(to: word, among: words).map { "did you mean '\($0)'?" }
                ?? "write one of: \(words.joined(separator: ", "))"
            refuse(value, "there is no function '\(word.prefix(40))'", hint)
            return nil
        }
        if aggregate == .count, inner.isEmpty {
            return ChartSpecification.Measure(aggregate: .count, column: "", label: label ?? "count")
        }
        guard let column = column(inner, value, isValue: true) else { return nil }
        return measure(aggregate, column, value, label)
    }

    private func measure(
        _ aggregate: ChartSpecification.Aggregate, _ column: ChartColumn, _ value: YAMLValue, _ label: String?
    ) -> ChartSpecification.Measure? {
        if aggregate != .count, column.kind != .number {
            refuse(
                value, "the column '\(column.name)' is \(column.kind.rawValue), not a number",
                "count(\(column.name)) counts its rows")
            return nil
        }
        return ChartSpecification.Measure(aggregate: aggregate, column: column.name, label: label ?? column.label)
    }

    // MARK: Transforms and remarks

    private func steps(_ value: YAMLValue) -> [ChartSpecification.Step] {
        let words: [(word: String, value: ChartSpecification.Step)] = [
            ("cumulate", .cumulate), ("share", .share), ("rank", .rank), ("change", .change),
        ]
        let steps = value.list { item -> ChartSpecification.Step? in
            guard item.isMapping else { return self.need(item.choice(among: words)) }
            let step: ChartSpecification.Step? = item.mapping { map in
                let (average, bucket) = (map.optional("average"), map.optional("bucket"))
                switch (average, bucket) {
                case (let average?, nil):
                    return self.need(average.integer(in: 2...1_000)).map { .average(Int($0)) }
                case (nil, let bucket?):
                    let grains: [(word: String, value: Grain)] = [
                        ("week", .week), ("month", .month), ("quarter", .quarter), ("year", .year),
                    ]
                    return self.need(bucket.choice(among: grains)).map { .bucket($0) }
                default:
                    map.refuse("a transform has one key", hint: "write { average: 7 } or { bucket: month }")
                    return nil
                }
            }
            return self.need(step)
        }
        return steps ?? []
    }

    /// `{ from: 2026-10-03, to: 2026-10-06, text: Flood }`, `{ at: 2026-10-03, text: New fares, kind: event }`.
    private func annotation(_ value: YAMLValue) -> Chart.Annotation? {
        let read: Chart.Annotation? = value.mapping { map in
            let at = map.optional("at").map { $0.parsed { try LocalDate(parsing: $0) } }
            let from = map.optional("from").map { $0.parsed { try LocalDate(parsing: $0) } }
            let to = map.optional("to").map { $0.parsed { try LocalDate(parsing: $0) } }
            let kind = map.optional("kind").map { $0.choice(of: Chart.Annotation.Kind.self) }
            guard let text = map.required("text")?.text(), kind != .some(nil) else { return nil }
            if let at, let at {
                return Chart.Annotation(
                    from: at, to: at.adding(days: 1), text: text, kind: kind.flatMap(\.self) ?? .event)
            }
            guard let from, let from, let to, let to, from < to else {
                map.refuse("an annotation has 'at', or 'from' and a later 'to'")
                return nil
            }
            return Chart.Annotation(from: from, to: to, text: text, kind: kind.flatMap(\.self) ?? .range)
        }
        return need(read)
    }

    // MARK: What belongs together

    private func check(_ chart: ChartSpecification, _ map: YAMLMapping) {
        guard isGood else { return }
        let isOf = { (name: String?, kind: ChartColumn.Kind) in
            self.columns.contains { $0.name == name && $0.kind == kind }
        }
        switch chart.mark {
        case .timeline:
            demand(
                !chart.x.isEmpty && chart.end != nil && chart.label != nil, map,
                "a timeline needs 'x', 'end' and 'label'")
            demand(
                isOf(chart.x.first, .date) && isOf(chart.end, .date), map,
                "'x' and 'end' of a timeline are dates")
        case .sankey:
            demand(
                chart.source != nil && chart.target != nil && !chart.y.isEmpty, map,
                "a sankey needs 'source', 'target' and 'y'")
        case .histogram, .ecdf, .lorenz, .strip: demand(!chart.y.isEmpty, map, "'\(chart.mark.rawValue)' needs 'y'")
        case .scatter, .curve:
            let name = chart.mark.rawValue
            demand(chart.x.count == 1 && !chart.y.isEmpty, map, "a \(name) needs one 'x' and a 'y'")
            demand(isOf(chart.x.first, .number), map, "'x' of a \(name) is a number")
        default:
            demand(!chart.x.isEmpty && !chart.y.isEmpty, map, "'\(chart.mark.rawValue)' needs 'x' and 'y'")
            if chart.mark.needsDates {
                demand(
                    chart.x.count == 1 && isOf(chart.x.first, .date), map,
                    "'x' of '\(chart.mark.rawValue)' is a date")
            }
        }
        switch chart.mark {
        case .dumbbell, .slope:
            demand(chart.previous != nil || chart.isCompared, map, "'\(chart.mark.rawValue)' needs 'previous'")
        case .bullet: demand(chart.goal != nil, map, "a bullet needs 'target'")
        case .band:
            demand(
                !chart.low.isEmpty && chart.low.count == chart.high.count, map, "a band needs as many 'low' as 'high'")
        case .fan:
            demand(
                chart.forecast != nil && chart.low.count == chart.high.count, map,
                "a fan needs 'forecast' and as many 'low' as 'high'")
        case .heatMap, .matrix:
            demand(
                chart.color != nil || chart.y.count > 1, map, "'\(chart.mark.rawValue)' needs 'color' for its columns")
        case .smallMultiples, .bump, .sparkline:
            demand(
                chart.color != nil || chart.y.count > 1, map,
                "'\(chart.mark.rawValue)' needs 'color' or 'facet' for its series")
        default: break
        }
    }

    private func demand(_ holds: Bool, _ map: YAMLMapping, _ message: String) {
        guard isGood, !holds else { return }
        map.refuse(message)
        isGood = false
    }

    private func need<Value>(_ value: Value?) -> Value? {
        if value == nil { isGood = false }
        return value
    }

    private func refuse(_ value: YAMLValue, _ message: String, _ hint: String?) {
        value.refuse(message, hint: hint)
        isGood = false
    }
}
