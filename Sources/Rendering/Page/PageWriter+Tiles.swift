internal import ChartGrammar
internal import Columnar
internal import Formatting
internal import Report

extension PageWriter {
    /// A figure with its change and its last periods.
    func tile(_ tile: Tile) throws -> HTML {
        let measure = tile.measure
        let value = formatter.compact(tile.value, unit: measure.unit, besides: tile.previous)
        // Whoever points at a short figure sees it in full.
        let full = formatter.fullWithSign(tile.value, unit: measure.unit)
        let valueClass: HTML = tile.value == .null ? "value none" : "value"
        return """
            <section class="tile"><div class="top"><h2>\(measure.label)</h2>\(try sparkline(tile))</div>\
            <p class="\(valueClass)" title="\(full)">\(value)</p>\(delta(of: tile))</section>
            """
    }

    private func sparkline(_ tile: Tile) throws -> HTML {
        let marks = Sparkline.marks(tile.sparkline, in: Box(x: 3, y: 3, width: 58, height: 14))
        guard !marks.isEmpty else { return "" }
        let scene = Scene(width: 64, height: 20, marks: marks)
        let svg = try scenes.inlineSVG(scene, title: "", id: nextChart())
        return "<span class=\"spark\" aria-hidden=\"true\">\(HTML(markup: svg))</span>"
    }

    private func delta(of tile: Tile) -> HTML {
        if tile.value == .null { return "<p class=\"delta\"><span class=\"base\">\(texts(.notMeasured))</span></p>" }
        let change = formatter.change(
            from: tile.previous, to: tile.value, unit: tile.measure.unit, good: tile.measure.good,
            base: document.period.comparisonShortLabel)
        guard let change else { return "" }
        let tone: HTML =
            switch change.tone {
            case .good: "good"
            case .bad: "bad"
            case .neutral: "flat"
            }
        let base: HTML = change.base.isEmpty ? "" : " <span class=\"base\">\(change.base)</span>"
        return "<p class=\"delta \(tone)\">\(change.change)\(base)</p>"
    }
}
