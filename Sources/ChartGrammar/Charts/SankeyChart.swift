internal import Formatting

/// Groups in columns and ribbons between them, as wide as the amounts that flow.
///
/// A group stands one column behind the last group that flows into it. A ribbon that leads back to a group before it
/// is not drawn, and the subtitle says so.
struct SankeyLayout {
    struct Node {
        var name: String
        var column = 0
        var amount = 0.0
        var incoming = 0.0
        var outgoing = 0.0
        var top = 0.0
        var height = 0.0
    }

    struct Ribbon {
        var source: Int
        var target: Int
        var amount: Double
    }

    private(set) var nodes: [Node] = []
    private(set) var ribbons: [Ribbon] = []
    /// How many flows were left out, because they lead back or have no amount.
    private(set) var leftOut = 0
    private(set) var columnCount = 1

    static let nodesMax = 40

    init(_ chart: Chart) {
        guard case .links(let links) = chart.domain, let values = chart.first(.current)?.values else { return }
        var indices: [String: Int] = [:]
        var merged: [[Int]: Double] = [:]
        var order: [[Int]] = []
        for (place, link) in links.enumerated() {
            guard let amount = Transform.value(values, place), amount > 0 else {
                leftOut += 1
                continue
            }
            for name in [link.source, link.target] where indices[name] == nil {
                indices[name] = nodes.count
                nodes.append(Node(name: name))
            }
            let key = [indices[link.source] ?? 0, indices[link.target] ?? 0]
            if merged[key] == nil { order.append(key) }
            merged[key, default: 0] += amount
        }
        for key in order {
            guard let amount = merged[key], amount.isFinite, key[0] != key[1], !reaches(key[1], key[0]) else {
                leftOut += 1
                continue
            }
            ribbons.append(Ribbon(source: key[0], target: key[1], amount: amount))
        }
        rank()
    }

    /// Whether ribbons lead from one group to another.
    private func reaches(_ from: Int, _ to: Int) -> Bool {
        var (open, seen): ([Int], Set<Int>) = ([from], [from])
        while let node = open.popLast() {
            if node == to { return true }
            for ribbon in ribbons where ribbon.source == node && seen.insert(ribbon.target).inserted {
                open.append(ribbon.target)
            }
        }
        return false
    }

    private mutating func rank() {
        for _ in nodes.indices {
            for ribbon in ribbons {
                nodes[ribbon.target].column = max(nodes[ribbon.target].column, nodes[ribbon.source].column + 1)
            }
        }
        for ribbon in ribbons {
            nodes[ribbon.source].outgoing += ribbon.amount
            nodes[ribbon.target].incoming += ribbon.amount
        }
        for index in nodes.indices { nodes[index].amount = max(nodes[index].incoming, nodes[index].outgoing) }
        columnCount = (nodes.map(\.column).max() ?? 0) + 1
    }

    /// Gives every group its place: as large as its amount, at the height of what flows into it.
    mutating func place(top: Double, height: Double, gap: Double) {
        let columns = (0..<columnCount).map { column in nodes.indices.filter { nodes[$0].column == column } }
        let scale =
            columns.filter { !$0.isEmpty }.map { column in
                let sum = column.reduce(0.0) { $0 + nodes[$1].amount }
                let room = max(height * 0.3, height - gap * Double(column.count - 1))
                return sum > 0 ? room / sum : 0
            }.min() ?? 0
        for column in columns {
            let wanted = column.map { index in (index, self.middle(index, top + height / 2)) }
            let order = wanted.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map(\.0)
            for index in order { nodes[index].height = max(1, nodes[index].amount * scale) }
            let tops = LabelSpreading.tops(
                middles: order.map { middle($0, top + height / 2) }, heights: order.map { nodes[$0].height }, gap: gap,
                lower: top, upper: top + height)
            for (index, place) in zip(order, tops) { nodes[index].top = place }
        }
    }

    /// The mean height of what flows into a group.
    private func middle(_ index: Int, _ standard: Double) -> Double {
        let incoming = ribbons.filter { $0.target == index }
        let sum = incoming.reduce(0.0) { $0 + $1.amount }
        guard sum > 0, sum.isFinite else { return standard }
        return incoming.reduce(0.0) {
            $0 + (nodes[$1.source].top + nodes[$1.source].height / 2) * ($1.amount / sum)
        }
    }
}

extension SceneComposer {
    func sankey(_ chart: Chart, in box: Box) throws -> [SceneMark] {
        var layout = SankeyLayout(chart)
        guard !layout.ribbons.isEmpty else { return [] }
        layout.place(top: box.y + 8, height: box.height - 16, gap: 10)
        let texts = layout.nodes.map { node in (node.name, labeller.compact(node.amount, unit: chart.unit)) }
        let lastLabels = try layout.nodes.indices.filter { layout.nodes[$0].column == layout.columnCount - 1 }
            .reduce(0.0) {
                try max(
                    $0, measuring.width(of: texts[$1].0, font: .labelMedium),
                    measuring.width(of: texts[$1].1, font: .label))
            }
        let (nodeWidth, right) = (9.0, box.right - min(lastLabels + 6, box.width * 0.3))
        let step = (right - nodeWidth - box.x) / Double(max(1, layout.columnCount - 1))
        let x = { (column: Int) in box.x + Double(column) * step }
        var marks: [SceneMark] = []
        var (outgoing, incoming) = (layout.nodes.map(\.top), layout.nodes.map(\.top))
        let order = layout.ribbons.indices.sorted {
            let (one, other) = (layout.ribbons[$0], layout.ribbons[$1])
            return (layout.nodes[one.target].top, layout.nodes[one.source].top, $0)
                < (layout.nodes[other.target].top, layout.nodes[other.source].top, $1)
        }
        var bands: [(height: Double, mark: SceneMark)] = []
        for index in order {
            let ribbon = layout.ribbons[index]
            let (source, target) = (layout.nodes[ribbon.source], layout.nodes[ribbon.target])
            let (from, to) = (
                source.height * (ribbon.amount / source.amount), target.height * (ribbon.amount / target.amount)
            )
            let band = Self.ribbon(
                from: Point(x: x(source.column) + nodeWidth, y: outgoing[ribbon.source]), height: from,
                to: Point(x: x(target.column), y: incoming[ribbon.target]), height: to)
            bands.append((max(from, to), .area(band, fill: .tint(source.column % 2 == 0 ? 1 : 2))))
            outgoing[ribbon.source] += from
            incoming[ribbon.target] += to
        }
        // Where two cross, the thin one lies above: its whole way is seen.
        let upwards = bands.indices.sorted { (-bands[$0].height, $0) < (-bands[$1].height, $1) }
        marks += upwards.map { bands[$0].mark }
        for (index, node) in layout.nodes.enumerated() {
            let place = Box(x: x(node.column), y: node.top, width: nodeWidth, height: node.height)
            let isEnd = node.outgoing == 0 && node.column < layout.columnCount - 1
            marks.append(.rectangle(place, fill: isEnd ? .context : .accent, radius: 1))
            let middle = place.y + place.height / 2
            let room = node.column == layout.columnCount - 1 ? box.right - place.right - 5 : step - nodeWidth - 10
            for (row, text) in [texts[index].0, texts[index].1].enumerated() {
                marks.append(
                    .text(
                        SceneText(
                            text, font: row == 0 ? .labelMedium : .label, color: row == 0 ? .ink : .mute,
                            at: Point(x: place.right + 5, y: middle + (row == 0 ? -1.2 : 8)), width: room, linesMax: 1))
                )
            }
        }
        return marks
    }

    /// A band that leaves and arrives level: two curves of third degree, as points.
    private static func ribbon(from: Point, height: Double, to: Point, height end: Double) -> [Point] {
        let steps = 24
        let curve = { (a: Double, b: Double) in
            (0...steps).map { index in
                let t = Double(index) / Double(steps)
                // Control points halfway make x = 1.5t(1−t) + t³ … of the ends, y a smooth step.
                let s = 1 - t
                let x =
                    from.x * (s * s * s + 1.5 * s * s * t + 1.5 * s * t * t)
                    + to.x * (1.5 * s * s * t + 1.5 * s * t * t + t * t * t)
                return Point(x: x, y: a + (b - a) * (3 * t * t - 2 * t * t * t))
            }
        }
        return curve(from.y, to.y) + curve(from.y + height, to.y + end).reversed()
    }
}
