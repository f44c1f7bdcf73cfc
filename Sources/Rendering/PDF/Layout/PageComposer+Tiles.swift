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
                    return try row.enumerated().map { index, tile in
                        let x = geometry.left + Double(index) * (width + Self.tileGap)
                        let box = Box(x: x, y: top, width: width, height: Self.tileHeight)
                        return .marks(try marks(of: tile, in: box), tag: .paragraph)
                    }
                })
        }
    }

    private func marks(of tile: Tile, in box: Box) throws -> [SceneMark] {
        let measure = tile.measure
        let left = box.x + 10
        let room = box.width - 20
        let spark = Sparkline.marks(
            tile.sparkline, in: Box(x: box.right - 44, y: box.y + 9, width: 32, height: 10))
        let value = formatter.compact(tile.value, unit: measure.unit, besides: tile.previous)
        let font = try valueFont(value, room: room)
        var marks: [SceneMark] = [
            .rectangle(box, fill: .panel, radius: 4),
            .text(
                SceneText(
                    measure.label, font: .tileLabel, color: .mute, at: Point(x: left, y: box.y + 16),
                    width: room - (spark.isEmpty ? 0 : 40), linesMax: 1)),
        ]
        marks += spark
        marks.append(
            .text(
                SceneText(
                    value, font: font, color: tile.value == .null ? .mute : .ink, at: Point(x: left, y: box.y + 42),
                    width: room + 4, linesMax: 1)))
        return try marks + delta(of: tile, at: Point(x: left, y: box.y + 60), room: room)
    }

    /// The largest font in which a value keeps within its tile.
    private func valueFont(_ value: String, room: Double) throws -> FontRole {
        for font in [FontRole.tileValue, .tileValueSmall] where try measuring.width(of: value, font: font) <= room {
            return font
        }
        return .headline
    }

    /// The change and what it is measured by.
    private func delta(of tile: Tile, at point: Point, room: Double) throws -> [SceneMark] {
        if tile.value == .null {
            return [.text(SceneText(texts.notMeasured, font: .tileBase, color: .mute, at: point))]
        }
        guard
            let change = formatter.change(
                from: tile.previous, to: tile.value, unit: tile.measure.unit, good: tile.measure.good,
                base: document.period.comparisonShortLabel)
        else { return [] }
        let color: ColorRole =
            switch change.tone {
            case .good: .good
            case .bad: .bad
            case .neutral: .mute
            }
        let width = try measuring.width(of: change.change, font: .tileDelta)
        let text = SceneMark.text(
            SceneText(change.change, font: .tileDelta, color: color, at: point, width: room + 8, linesMax: 1))
        // A base of which only "…" would be left says nothing.
        guard !change.base.isEmpty, room - width - 4 >= 18 else { return [text] }
        return [
            text,
            .text(
                SceneText(
                    change.base, font: .tileBase, color: .mute, at: Point(x: point.x + width + 4, y: point.y),
                    width: room - width - 4 + 6, linesMax: 1)),
        ]
    }
}
