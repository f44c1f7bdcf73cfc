internal import ChartGrammar
internal import CivilTime
package import Columnar
package import Formatting

/// A number that stands in a report, with an address by which it can be found again in another edition.
///
/// | address | is |
/// |---|---|
/// | `sales` | a tile's value |
/// | `sales.previous` | the value that it is compared with |
/// | `top-customers.total.orders` | a total of a table |
/// | `top-customers[1001].orders` | a cell: the row by its key, the column by its name |
/// | `daily_sales[2026-10-07]` | a value of a chart of one series |
/// | `daily_sales[2026-10-07].September` | a value of a further series |
package struct ReportFigure: Sendable, Hashable {
    /// Where in the report.
    package let address: String
    /// What it is, for people.
    package let label: String
    /// What it counts.
    package let unit: Unit
    /// The number; null where there is none.
    package let value: Scalar
    /// Where it comes from.
    package let origin: Origin

    /// Which part of a report a figure stands in.
    package enum Origin: Sendable, Hashable {
        /// A tile's metric.
        case tile(String)
        /// A tile's metric, of the compared period.
        case compared(String)
        /// A table's column; `isTotal` of all of its rows.
        case table(String, column: String, isTotal: Bool)
        /// A chart, by its name.
        case chart(String)
    }

    /// Whether the figure is one that a reader takes away: a tile or a total.
    package var isHeadline: Bool {
        switch origin {
        case .tile: true
        case .table(_, _, let isTotal): isTotal
        case .compared, .chart: false
        }
    }
}

extension ReportDocument {
    /// Every number of the document, in its order; each address once.
    package var figures: [ReportFigure] { figures(headlinesOnly: false) }

    /// Those of `figures` that a reader takes away. No other has an address like theirs, which are without brackets.
    package var headlineFigures: [ReportFigure] { figures(headlinesOnly: true).filter(\.isHeadline) }

    private func figures(headlinesOnly: Bool) -> [ReportFigure] {
        var figures: [ReportFigure] = []
        for tile in tiles {
            let measure = tile.measure
            figures.append(
                ReportFigure(
                    address: measure.name, label: measure.label, unit: measure.unit, value: tile.value,
                    origin: .tile(measure.name)))
            figures.append(
                ReportFigure(
                    address: "\(measure.name).previous", label: measure.label, unit: measure.unit,
                    value: tile.previous, origin: .compared(measure.name)))
        }
        for block in sections.flatMap(\.blocks) {
            switch block {
            case .chart where headlinesOnly, .charts where headlinesOnly: continue
            case .chart(let chart): figures += Self.figures(of: chart)
            case .charts(let charts): figures += charts.flatMap(Self.figures(of:))
            case .table(let table):
                figures += table.totalFigures
                if !headlinesOnly { figures += table.cellFigures }
            case .text: continue
            }
        }
        var seen: [String: Int] = [:]
        return figures.map { figure in
            let count = seen[figure.address, default: 0] + 1
            seen[figure.address] = count
            guard count > 1 else { return figure }
            // Rows whose keys do not tell them apart are counted.
            return ReportFigure(
                address: "\(figure.address)#\(count)", label: figure.label, unit: figure.unit, value: figure.value,
                origin: figure.origin)
        }
    }

    private static func figures(of chart: Chart) -> [ReportFigure] {
        let places: [String]
        switch chart.domain {
        case .dates(let dates): places = dates.map(\.description)
        case .categories(let names): places = names
        case .numbers, .observations, .spans, .links: return []
        }
        var figures: [ReportFigure] = []
        for (number, series) in chart.series.enumerated() {
            for (place, value) in zip(places, series.values) {
                let suffix = number == 0 ? "" : ".\(series.label)"
                figures.append(
                    ReportFigure(
                        address: "\(chart.name)[\(place)]\(suffix)", label: "\(chart.title): \(place)",
                        unit: chart.unit, value: value.map(Scalar.double) ?? .null, origin: .chart(chart.name)))
            }
        }
        return figures
    }
}

extension ReportTable {
    /// The totals.
    fileprivate var totalFigures: [ReportFigure] {
        var figures: [ReportFigure] = []
        for (index, column) in columns.enumerated() where column.unit != .none && totals?[index].exactNumber != nil {
            figures.append(
                ReportFigure(
                    address: "\(name).total.\(column.name)", label: "\(title): \(column.label)", unit: column.unit,
                    value: totals?[index] ?? .null, origin: .table(name, column: column.name, isTotal: true)))
        }
        return figures
    }

    /// The cells that are numbers.
    fileprivate var cellFigures: [ReportFigure] {
        var figures: [ReportFigure] = []
        let keys = keyColumns.isEmpty ? [0] : keyColumns
        for row in rows {
            let key = keys.filter { row.indices.contains($0) }.map { row[$0].keyText }.joined(separator: "/")
            for (index, column) in columns.enumerated() where column.unit != .none && !keys.contains(index) {
                guard row[index] != .null else { continue }
                figures.append(
                    ReportFigure(
                        address: "\(name)[\(key)].\(column.name)", label: "\(title): \(key), \(column.label)",
                        unit: column.unit, value: row[index],
                        origin: .table(name, column: column.name, isTotal: false)))
            }
        }
        return figures
    }
}

extension Scalar {
    /// A value that tells rows apart.
    fileprivate var keyText: String {
        switch self {
        case .date(let days): LocalDate(daysSinceEpoch: days).description
        case .text(let text): text
        case .int(let number): String(number)
        default: exactNumber?.description ?? ExactText.json(self)
        }
    }

    /// The number as text that says it exactly; nil for what is none.
    package var figureText: String? {
        switch self {
        case .double(let number): "\(number)"
        case .float(let number): "\(number)"
        default: exactNumber?.description
        }
    }
}
