internal import ChartGrammar
internal import CivilTime
internal import Configuration
internal import Models

extension ReportReader {
    /// The list of sections: tiles, headings, charts, tables and texts in the order of the page.
    func sections(_ value: YAMLValue) -> [SectionDefinition]? {
        var sections: [SectionDefinition] = []
        var (title, blocks): (String?, [BlockDefinition]) = (nil, [])
        let items = value.list { item in item.mapping { map in self.item(map) } }
        guard let items else { return nil }
        for item in items {
            switch item {
            case .heading(let heading):
                if title != nil || !blocks.isEmpty { sections.append(SectionDefinition(title: title, blocks: blocks)) }
                (title, blocks) = (heading, [])
            case .block(let block): blocks.append(block)
            case .tiles: continue
            }
        }
        if title != nil || !blocks.isEmpty { sections.append(SectionDefinition(title: title, blocks: blocks)) }
        return sections
    }

    private enum Item {
        case heading(String)
        case tiles
        case block(BlockDefinition)
    }

    private func item(_ map: YAMLMapping) -> Item? {
        var items: [Item] = []
        if let value = map.optional("heading") { items += value.text().map { [.heading($0)] } ?? [] }
        if let value = map.optional("kpis") {
            readTiles(value)
            items.append(.tiles)
        }
        if let value = map.optional("chart") { items += chart(value).map { [.block(.chart($0))] } ?? [] }
        if let value = map.optional("charts") {
            items += value.list { self.chart($0) }.map { [.block(.charts($0))] } ?? []
        }
        if let value = map.optional("table") { items += table(value).map { [.block(.table($0))] } ?? [] }
        if let value = map.optional("text") { items += sentence(value).map { [.block(.text($0))] } ?? [] }
        if items.count > 1 { map.refuse("a section item has one key", hint: "begin a new '-' item") }
        return items.first
    }

    private func readTiles(_ value: YAMLValue) {
        guard tiles.isEmpty else {
            value.refuse("there is a second 'kpis'", hint: "put all into one")
            return
        }
        var areKnown = true
        let metrics =
            value.list { item -> MetricDefinition? in
                let metric = item.text().flatMap { self.metric($0, on: nil, item) }
                areKnown = areKnown && metric != nil
                return metric
            } ?? []
        isScopeWhole = isScopeWhole && areKnown
        if areKnown, !(1...4).contains(metrics.count) {
            value.refuse("'kpis' has one to four metrics, not \(metrics.count)", hint: "show more in a table")
        }
        tiles = metrics.map(\.name)
        for tile in tiles { scope.sections[tile] = SentenceScope.metricNames }
    }

    private func chart(_ value: YAMLValue) -> ChartDefinition? {
        let chart = checkedChart(value)
        if chart == nil { isScopeWhole = false }
        return chart
    }

    private func checkedChart(_ value: YAMLValue) -> ChartDefinition? {
        value.mapping { map in
            let (anomalies, conditions, empty) = (
                map.optional("anomalies"), map.optional("where"), map.optional("empty")
            )
            guard var chart = self.chart(map), let model = self.graph.model(chart.model) else { return nil }
            chart.anomalyColumn = anomalies.flatMap { self.anomalyColumn($0, of: chart) }
            if let conditions {
                guard let found = self.conditions(conditions, on: model) else { return nil }
                chart.conditions = found
            }
            if let empty {
                guard let sentence = self.sentence(empty, allowsEmpty: true) else { return nil }
                chart.empty = sentence
            }
            return chart
        }
    }

    private func chart(_ map: YAMLMapping) -> ChartDefinition? {
        let mark = map.required("mark")?.choice(of: Chart.Mark.self)
        if let mark, isComposed(mark, map) { return composedChart(mark, map) }
        let model = map.required("data").flatMap { value in value.text().flatMap { self.model($0, value) } }
        let metricValue = map.required("y")
        let name = map.optional("name").map { self.chartName($0) } ?? nextChartName()
        let keys = mark.flatMap { mark in model.flatMap { self.categories(map, mark, $0) } }
        let compare =
            map.optional("compare").map { $0.choice(among: [("previous", true), ("none", false)]) } ?? false
        let limit = map.optional("top").map { self.count($0) } ?? .number(12)
        guard let mark, let model, let metricValue, let name, let keys, let compare, let limit,
            let metricName = metricValue.text(), let metric = self.metric(metricName, on: model, metricValue)
        else {
            if mark == nil || model == nil { map.ignoreAll() } else { map.ignore("title", "subtitle") }
            return nil
        }
        if mark != .heatMap {
            scope.sections[name] = mark == .bars ? SentenceScope.rankingNames : SentenceScope.seriesNames
        }
        let title = map.optional("title").map { self.sentence($0) }
        let subtitle = map.optional("subtitle").map { self.sentence($0) }
        guard title != .some(nil), subtitle != .some(nil) else { return nil }
        return ChartDefinition(
            name: name, mark: mark, model: model.name, metric: metric.name, categories: keys.categories,
            separator: keys.separator, steps: keys.steps, limit: limit, isCompared: compare, title: title ?? nil,
            subtitle: subtitle ?? nil)
    }

    /// A truth of the chart's model that says which buckets are out of line.
    private func anomalyColumn(_ value: YAMLValue, of chart: ChartDefinition) -> String? {
        guard let model = graph.model(chart.model), let name = value.text(),
            let column = column(name, of: model, value)
        else { return nil }
        guard column.kind == .boolean else {
            value.refuse("the column '\(name)' is \(column.kind.rawValue)", hint: "anomalies are a boolean column")
            return nil
        }
        guard chart.mark == .line || chart.mark == .columns, model.bucket != nil else {
            value.refuse("'anomalies' is for lines and columns along time")
            return nil
        }
        return name
    }

    func chartName(_ value: YAMLValue) -> String? {
        guard let name = value.text() else { return nil }
        let isName = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        guard isName, scope.sections[name] == nil, !scope.names.contains(name) else {
            value.refuse(isName ? "the name '\(name)' is taken" : "a name has letters, digits and '_' only")
            return nil
        }
        return name
    }

    /// The columns that a chart's values belong to.
    private func categories(
        _ map: YAMLMapping, _ mark: Chart.Mark, _ model: ModelDefinition
    ) -> (categories: [String], separator: String, steps: String?)? {
        let separator = map.optional("separator").map { $0.text() } ?? " – "
        guard let value = map.required("x"), let separator else { return nil }
        let names = value.isList ? value.texts() : value.text().map { [$0] }
        guard let names, !names.isEmpty else { return nil }
        let columns = names.compactMap { self.column($0, of: model, value) }
        guard columns.count == names.count else { return nil }
        switch mark {
        case .line, .columns:
            guard let bucket = model.bucketColumn else {
                value.refuse(
                    "the model '\(model.name)' has no bucket of time for a \(mark.rawValue)",
                    hint: "use 'mark: bars', or give the model a bucket")
                return nil
            }
            guard names == [bucket] else {
                value.refuse("a line runs along the bucket column", hint: "write '\(bucket)'")
                return nil
            }
            return (names, separator, nil)
        case .bars: return (names, separator, nil)
        default:
            guard let stepsValue = map.required("columns"), let steps = stepsValue.text(),
                let column = self.column(steps, of: model, stepsValue)
            else { return nil }
            guard column.kind == .integer, columns.map(\.kind) == [.date] else {
                stepsValue.refuse("a heat map has one date column as rows and whole numbers as columns")
                return nil
            }
            return (names, separator, steps)
        }
    }

    private func table(_ value: YAMLValue) -> TableDefinition? {
        value.mapping { map in
            let model = map.required("data").flatMap { value in value.text().flatMap { self.model($0, value) } }
            let title = map.required("title")?.text()
            let nameValue = map.optional("name")
            guard let model else {
                map.ignore("columns", "where", "sort", "total", "subtitle", "page_rows", "formats")
                return nil
            }
            let columns = map.required("columns")?.list { self.tableColumn($0, model) } ?? []
            let names = columns.map(\.name)
            if columns.isEmpty { map.refuse("a table needs columns") }
            if Set(names).count != names.count { map.refuse("a column is there twice") }
            let totals = map.optional("total").map { self.totals($0, columns, model) } ?? []
            let conditions = map.optional("where").map { self.conditions($0, on: model) } ?? []
            let sort = map.optional("sort").map { value in value.list { self.sortKey($0, names) } } ?? []
            let subtitle = map.optional("subtitle").map { self.sentence($0) }
            let pageRows = map.optional("page_rows").map { self.count($0, in: 0...100_000) }
            let formats = map.optional("formats").map { value in self.tableFormats(value) } ?? []
            let name = nameValue?.text() ?? model.name.replacing("_", with: "-")
            guard let title, let totals, let conditions, let sort, let formats, subtitle != .some(nil),
                pageRows != .some(nil),
                self.isFileName(name, nameValue ?? value), self.claimTable(name, nameValue ?? value)
            else { return nil }
            return TableDefinition(
                name: name, model: model.name, title: title, subtitle: subtitle ?? nil, columns: columns, sort: sort,
                totals: Set(totals), pageRowsMax: pageRows ?? nil, formats: formats, conditions: conditions)
        }
    }

    /// The formats that have a table: some of the report's.
    private func tableFormats(_ value: YAMLValue) -> [ReportDefinition.Format]? {
        let found = value.list { item -> ReportDefinition.Format? in
            guard let format = item.choice(of: ReportDefinition.Format.self) else { return nil }
            if !self.formats.contains(format) {
                item.refuse(
                    "the report is not made as '\(format.rawValue)'",
                    hint: "its formats are \(self.formats.map(\.rawValue).joined(separator: ", "))")
            }
            return format
        }
        if found?.isEmpty == true { value.refuse("'formats' has none: the table would be nowhere") }
        return found
    }

    /// Names of tables become names of files and sheets.
    private func isFileName(_ name: String, _ value: YAMLValue) -> Bool {
        let isGood =
            (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
        if !isGood { value.refuse("a table's name has small letters, digits and '-' only") }
        return isGood
    }

    /// `product`, `{ metric: sales, bar: true }`, `{ column: origin, label: From }` or `{ column: month, as: month }`.
    private func tableColumn(_ value: YAMLValue, _ model: ModelDefinition) -> TableColumnDefinition? {
        guard value.isMapping else {
            guard let name = value.text() else { return nil }
            if model.column(name) != nil {
                return TableColumnDefinition(name: name, source: .column(name), label: nil, hasBar: false)
            }
            guard metrics.contains(where: { $0.name == name }) else {
                _ = column(name, of: model, value)
                return nil
            }
            return metric(name, on: model, value).map {
                TableColumnDefinition(name: $0.name, source: .metric($0.name), label: nil, hasBar: false)
            }
        }
        return value.mapping { map in
            let column = map.optional("column")
            let metric = map.optional("metric")
            let label = map.optional("label").map { $0.text() }
            let hasBar = map.optional("bar").map { $0.boolean() } ?? false
            let form = map.optional("as")
            guard (column == nil) != (metric == nil) else {
                map.refuse("a column has either 'column' or 'metric'")
                return nil
            }
            guard let hasBar, label != .some(nil) else { return nil }
            if let metric, let name = metric.text() {
                return self.metric(name, on: model, metric).map {
                    TableColumnDefinition(name: $0.name, source: .metric($0.name), label: label ?? nil, hasBar: hasBar)
                }
            }
            guard let column, let name = column.text(), let found = self.column(name, of: model, column) else {
                return nil
            }
            if hasBar && !found.kind.isNumeric {
                map.refuse("the column '\(name)' is \(found.kind.rawValue) and cannot have bars")
                return nil
            }
            if let form, !isMonth(form, of: found) { return nil }
            return TableColumnDefinition(
                name: name, source: .column(name), label: label ?? nil, hasBar: hasBar, namesMonths: form != nil)
        }
    }

    /// How a column's values are written: dates as months.
    private func isMonth(_ value: YAMLValue, of column: ModelColumn) -> Bool {
        guard value.choice(among: [("month", true)]) == true else { return false }
        if column.kind != .date {
            value.refuse(
                "the column '\(column.name)' is \(column.kind.rawValue)", hint: "only dates are written as months")
        }
        return column.kind == .date
    }

    private func totals(
        _ value: YAMLValue, _ columns: [TableColumnDefinition], _ model: ModelDefinition
    ) -> [String]? {
        value.list { item in
            guard let name = item.text(),
                self.find(name, "column of the table", among: columns.map(\.name), item) != nil,
                let column = columns.first(where: { $0.name == name })
            else { return nil }
            if case .column(let source) = column.source, let found = model.column(source), !found.isAdditive {
                let why = found.kind.isNumeric ? "not additive: a total would count twice" : found.kind.rawValue
                item.refuse("the column '\(name)' can have no total: it is \(why)")
                return nil
            }
            if case .metric(let source) = column.source,
                self.metrics.first(where: { $0.name == source })?.expression.takesOneRow == true
            {
                item.refuse("the metric '\(name)' can have no total: it takes the last value of one row")
                return nil
            }
            return name
        }
    }

    /// `revenue_minor desc` or `origin`.
    private func sortKey(_ value: YAMLValue, _ names: [String]) -> SortKey? {
        guard let text = value.text() else { return nil }
        let parts = text.split(separator: " ").map(String.init)
        guard let name = parts.first, parts.count == 1 || ["asc", "desc"].contains(parts[1]), parts.count <= 2 else {
            value.refuse("a sort key is a column and 'asc' or 'desc'")
            return nil
        }
        guard find(name, "column of the table", among: names, value) != nil else { return nil }
        return SortKey(column: name, isDescending: parts.count == 2 && parts[1] == "desc")
    }
}
