internal import ChartGrammar
internal import Columnar
internal import Formatting
internal import PDFCanvas
internal import Report

extension PageComposer {
    private static var tileHeight: Double { 72 }
    private static var tileGap: Double { 10 }

    /// Rows of at most four tiles.
    func tileRows() -> [FlowBlock] {
        let tiles = document.tiles
        return stride(from: 0, to: tiles.count, by: 4).map { start in
            let row = Array(tiles[start..<min(start + 4, tiles.count)])
            return FlowBlock(
                gap: start == 0 ? 16 : Self.tileGap, minimum: Self.tileHeight, ideal: Self.tileHeight,
                place: { top, _ in
                    // One or two tiles keep the width of three: a tile is not a banner.
                    let columns = Double(max(row.count, start == 0 ? min(tiles.count, 4) : 4, 3))
                    let width = (geometry.contentWidth - (columns - 1) * Self.tileGap) / columns
                    let style = try style(of: row, width: width)
                    return try row.enumerated().map { index, tile in
                        let x = geometry.left + Double(index) * (width + Self.tileGap)
                        let box = Box(x: x, y: top, width: width, height: Self.tileHeight)
                        return .marks(try marks(of: tile, in: box, style), tag: .paragraph)
                    }
                })
        }
    }

    /// What the tiles of a row have in common: one tile's long words move the parts of all.
    private struct TileStyle {
        /// What the change is measured by stands below it.
        var isStacked: Bool
        /// The sparkline stands beside the value, where labels need their row for themselves.
        var isSparkLow: Bool
    }

    private static var sparkRoom: Double { 40 }

    private func style(of row: [Tile], width: Double) throws -> TileStyle {
        let room = width - 20
        let isStacked = try row.contains { tile in
            guard let change = change(of: tile), !change.base.isEmpty else { return false }
            let used = try measuring.width(of: change.change, font: .tileDelta)
            return try used + 4 + measuring.width(of: change.base, font: .tileBase) > width - 18
        }
        let areLabelsLong = try row.contains {
            try measuring.width(of: $0.measure.label, font: .tileLabel) > room - Self.sparkRoom
        }
        let areValuesShort = try row.allSatisfy {
            try measuring.width(of: valueText(of: $0), font: .tileValue) <= room - Self.sparkRoom
        }
        return TileStyle(isStacked: isStacked, isSparkLow: areLabelsLong && areValuesShort)
    }

    private func valueText(of tile: Tile) -> String {
        formatter.compact(tile.value, unit: tile.measure.unit, besides: tile.previous)
    }

    private func change(of tile: Tile) -> ChangeText? {
        formatter.change(
            from: tile.previous, to: tile.value, unit: tile.measure.unit, good: tile.measure.good,
            base: document.period.comparisonShortLabel)
    }

    private func marks(of tile: Tile, in box: Box, _ style: TileStyle) throws -> [SceneMark] {
        let measure = tile.measure
        let left = box.x + 10
        let room = box.width - 20
        let sparkTop = box.y + (style.isSparkLow ? 27 : 9)
        let sparkBox = Box(x: box.right - 44, y: sparkTop, width: 32, height: style.isSparkLow ? 13 : 10)
        var spark = Sparkline.marks(tile.sparkline, in: sparkBox)
        // Time runs to the right in every language: mirrored here, mirrored back with the page.
        if formatter.direction == .rightToLeft {
            spark = spark.map { $0.mirrored(width: sparkBox.x + sparkBox.right) }
        }
        let labelRoom = spark.isEmpty || style.isSparkLow ? room : room - Self.sparkRoom
        let value = valueText(of: tile)
        let font = try valueFont(value, room: room)
        var marks: [SceneMark] = [
            .rectangle(box, fill: .panel, radius: 4),
            .text(
                SceneText(
                    measure.label, font: .tileLabel, color: .mute, at: Point(x: left, y: box.y + 16),
                    width: labelRoom, linesMax: 1)),
        ]
        marks += spark
        marks.append(
            .text(
                SceneText(
                    value, font: font, color: tile.value == .null ? .mute : .ink,
                    at: Point(x: left, y: box.y + (style.isStacked ? 38 : 42)),
                    width: room + 4, linesMax: 1)))
        let point = Point(x: left, y: box.y + (style.isStacked ? 53 : 60))
        return try marks + delta(of: tile, at: point, room: room, isStacked: style.isStacked)
    }

    /// The largest font in which a value keeps within its tile.
    private func valueFont(_ value: String, room: Double) throws -> FontRole {
        for font in [FontRole.tileValue, .tileValueSmall] where try measuring.width(of: value, font: font) <= room {
            return font
        }
        return .headline
    }

    /// The change and what it is measured by.
    private func delta(of tile: Tile, at point: Point, room: Double, isStacked: Bool) throws -> [SceneMark] {
        if tile.value == .null {
            return [.text(SceneText(texts(.notMeasured), font: .tileBase, color: .mute, at: point))]
        }
        guard let change = change(of: tile) else { return [] }
        let color: ColorRole =
            switch change.tone {
            case .good: .good
            case .bad: .bad
            case .neutral: .mute
            }
        let width = try measuring.width(of: change.change, font: .tileDelta)
        let text = SceneMark.text(
            SceneText(change.change, font: .tileDelta, color: color, at: point, width: room + 8, linesMax: 1))
        guard !change.base.isEmpty else { return [text] }
        let base = SceneText(
            change.base, font: .tileBase, color: .mute,
            at: isStacked ? Point(x: point.x, y: point.y + 11) : Point(x: point.x + width + 4, y: point.y),
            width: isStacked ? room + 6 : room - width + 2, linesMax: 1)
        return [text, .text(base)]
    }
}
