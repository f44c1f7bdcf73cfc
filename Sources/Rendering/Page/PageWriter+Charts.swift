internal import ChartGrammar
internal import Columnar
internal import Formatting
internal import Report

extension PageWriter {
    /// The widths that a chart is drawn for, in points: letters of 8 points are read as 12 pixels on a page, and as wide
    /// as a phone's.
    private static let wideWidth = 640.0
    private static let halfWidth = 350.0
    private static let narrowWidth = 260.0

    /// A chart with its title as text, drawn for wide and for narrow screens, and its figures as a table.
    func figure(_ chart: Chart, isWide: Bool) throws -> HTML {
        let wide = try drawing(of: chart, width: isWide ? Self.wideWidth : Self.halfWidth, isWide: isWide)
        let narrow = try drawing(of: chart, width: Self.narrowWidth, isWide: false)
        let svgs: [HTML] = try [("wide", wide), ("narrow", narrow)].map { name, drawing in
            let svg = try scenes.inlineSVG(drawing.scene, title: chart.title.shortened(to: 300), id: nextChart())
            return "<div class=\"\(name)\">\(HTML(markup: svg))</div>"
        }
        let table = figures(of: chart)
        var places: HTML = ""
        if let table, let first = wide.places(for: table), let second = narrow.places(for: table) {
            places = " data-x=\"\(HTML(markup: Self.text(first)))|\(HTML(markup: Self.text(second)))\""
        }
        let disclosure: HTML =
            table.map { "<details><summary>\(texts(.showFigures))</summary>\(html(of: $0))</details>" } ?? ""
        return """
            <figure>
            <figcaption><h3>\(chart.title.shortened(to: 300))</h3><p class="sub">\(wide.subtitle)</p></figcaption>
            <div class="plot"\(places)>\(svgs.joined())</div>
            \(disclosure)
            </figure>
            """
    }

    private static func text(_ places: [Double]) -> String { places.map(\.tenths).joined(separator: " ") }

    /// A scene without its title and subtitle, which the page writes itself.
    private struct Drawing {
        let scene: Scene
        let subtitle: String
        /// The places of the story's points from left to right, empty where the chart has no such points.
        let points: [Double]

        /// The place of each row of the figures; nil where the marks do not tell.
        func places(for table: Figures) -> [Double]? {
            guard table.isTime, !points.isEmpty, points.count == table.storyRows.count, table.rows.count > 1,
                let first = table.storyRows.first, let last = table.storyRows.last, first < last
            else { return nil }
            // Gaps lie evenly between: time axes count days.
            let step = (points[points.count - 1] - points[0]) / Double(last - first)
            return table.rows.indices.map { points[0] + Double($0 - first) * step }
        }
    }

    private func drawing(of chart: Chart, width: Double, isWide: Bool) throws -> Drawing {
        let head = try charts.headHeight(of: chart, width: width, isWide: isWide)
        let frame = SceneComposer.Frame(
            width: width, plotHeight: charts.plotHeight(of: chart, isWide: isWide), isWide: isWide)
        let scene = try charts.scene(of: chart, in: frame)
        var (subtitle, marks): (String, [SceneMark]) = (chart.subtitle, [])
        for mark in scene.marks {
            guard case .text(let text) = mark, text.at.y <= head,
                [.chartTitleWide, .chartTitleHalf, .subtitle].contains(text.font)
            else {
                marks.append(mark.moved(x: 0, y: -head))
                continue
            }
            if text.font == .subtitle { subtitle = text.text }
        }
        let bare = Scene(
            width: scene.width, height: scene.height - head, marks: marks, alternativeText: scene.alternativeText)
        return Drawing(scene: bare, subtitle: subtitle, points: Self.points(marks))
    }

    /// Where the story's points stand: the ends of its lines, or the middles of its columns.
    private static func points(_ marks: [SceneMark]) -> [Double] {
        var (lines, columns): ([Double], [Double]) = ([], [])
        for mark in marks {
            switch mark {
            case .line(let points, let stroke) where stroke.isRound && stroke.color == .accent:
                // A second piece that begins where the first ended shares that point.
                for point in points where lines.last != point.x { lines.append(point.x) }
            case .rectangle(let box, .accent, _): columns.append(box.x + box.width / 2)
            default: continue
            }
        }
        return (lines.isEmpty ? columns : lines).sorted()
    }
}

/// The figures of a chart as a table.
struct Figures {
    var heads: [String]
    var rows: [(name: String, values: [String])]
    /// The rows in which the first series has a value.
    var storyRows: [Int]
    var isTime: Bool
}

extension PageWriter {
    /// No disclosure has more rows.
    private static let figureRowsMax = 400

    /// What a chart shows, as words; nil for a chart whose domain is not one of dates or names.
    func figures(of chart: Chart) -> Figures? {
        let names: [String]
        var isTime = false
        switch chart.domain {
        case .dates(let dates):
            names = dates.map(formatter.date)
            isTime = true
        case .categories(let categories): names = categories
        default: return nil
        }
        guard !names.isEmpty, names.count <= Self.figureRowsMax, !chart.series.isEmpty else { return nil }
        let rows = names.enumerated().map { index, name in
            let values = chart.series.map { series in
                let value = series.values.indices.contains(index) ? series.values[index] : nil
                return formatter.fullWithSign(value.map(Scalar.double) ?? .null, unit: chart.unit)
            }
            return (name: name.shortened(to: 120), values: values)
        }
        let story = chart.series[0].values
        return Figures(
            heads: [texts(isTime ? .date : .category)] + chart.series.map { $0.label.shortened(to: 60) }, rows: rows,
            storyRows: names.indices.filter { story.indices.contains($0) && story[$0]?.isFinite == true },
            isTime: isTime)
    }

    private func html(of figures: Figures) -> HTML {
        let heads = figures.heads.enumerated().map { index, head in
            HTML("<th scope=\"col\"\(index > 0 ? HTML(" class=\"n\"") : "")>\(head)</th>")
        }
        let rows = figures.rows.map { row in
            let cells = row.values.map { value in HTML("<td class=\"n\">\(value)</td>").description }.joined()
            return HTML("<tr><th scope=\"row\"><bdi>\(row.name)</bdi></th>\(HTML(markup: cells))</tr>")
        }
        return """
            <div class="scroll"><table><thead><tr>\(heads.joined())</tr></thead><tbody>
            \(rows.joined())
            </tbody></table></div>
            """
    }
}

extension Double {
    /// Rounded to a tenth: `12`, `12.5`.
    fileprivate var tenths: String {
        guard isFinite, magnitude < 1e9 else { return "0" }
        let scaled = Int64((self * 10).rounded())
        let sign = scaled < 0 ? "-" : ""
        let (whole, part) = (scaled.magnitude / 10, scaled.magnitude % 10)
        return part == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(part)"
    }
}
