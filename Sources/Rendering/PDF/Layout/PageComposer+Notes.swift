internal import ChartGrammar
internal import Columnar
internal import Formatting
internal import PDFCanvas
internal import Report

/// A paragraph of the notes.
private struct NoteLine {
    let text: String
    let font: FontRole
    let color: ColorRole
    /// Distance to the one above.
    let gap: Double
}

extension PageComposer {
    private static var notePadding: Double { 12 }
    private static var noteGutter: Double { 18 }
    private static var noteLinesMax: Int { 24 }

    private var noteWidth: Double {
        (geometry.contentWidth - 2 * Self.notePadding - 2 * Self.noteGutter) / 3
    }

    /// How fresh, what the words mean, what to do if something looks wrong: three columns on a quiet panel. More
    /// definitions than fit one panel go on in further ones.
    ///
    /// Where the definitions are much longer than the rest they take two columns, and the rest shares the first.
    func noteBlocks() throws -> [FlowBlock] {
        let heightMax = geometry.bottom - geometry.top - 40
        let entries = document.definitions.map { definition in
            [
                NoteLine(text: definition.term, font: .noteStrong, color: .ink, gap: 6),
                NoteLine(text: definition.text, font: .note, color: .body, gap: 1),
            ]
        }
        let head = [title(texts(.whatWordsMean))]
        let (fresh, run) = (freshnessLines(), runLines())
        let whole = entries.isEmpty ? [] : head + entries.flatMap(\.self)
        let sides = try max(height(fresh), height(run))
        if try height(whole) <= max(sides * 1.5, 90) { return [try panel([fresh, whole, run], outline: true)] }

        let side =
            fresh + [NoteLine(text: texts(.looksWrong), font: .noteTitle, color: .ink, gap: 14)] + run.dropFirst()
        var columns = [side]
        var blocks: [FlowBlock] = []
        var rest = entries[...]
        while !rest.isEmpty {
            let share = try min(heightMax, max(height(rest.flatMap(\.self)) / Double(3 - columns.count) + 14, 60))
            // The next column goes on where this one ends; an empty line keeps them level.
            var column = rest.count == entries.count ? head : [title(" ")]
            // At least one in each column, and in the last of a panel all that fit.
            let limit = columns.count == 2 ? heightMax : share
            repeat {
                column += rest.removeFirst()
            } while try !rest.isEmpty
                && height(column + (rest.first ?? [])) <= limit
            columns.append(column)
            if columns.count == 3 || rest.isEmpty {
                blocks.append(try panel(columns, outline: blocks.isEmpty))
                columns = []
            }
        }
        return blocks
    }

    private func title(_ text: String) -> NoteLine { NoteLine(text: text, font: .noteTitle, color: .ink, gap: 0) }

    private func freshnessLines() -> [NoteLine] {
        let notes = document.freshness.notes.isEmpty ? [document.freshness.line] : document.freshness.notes
        var lines = [title(texts(.howFresh))]
        lines += notes.enumerated().map { NoteLine(text: $1, font: .note, color: .body, gap: $0 == 0 ? 5 : 4) }
        lines += document.sources.map { source in
            let text = texts.line(of: source, formatter)
            return NoteLine(text: text, font: .note, color: .mute, gap: 4)
        }
        return lines
    }

    private func runLines() -> [NoteLine] {
        [
            title(texts(.looksWrong)), NoteLine(text: texts(.quoteRun), font: .note, color: .body, gap: 5),
            NoteLine(text: document.identity.run, font: .mono, color: .ink, gap: 6),
        ]
    }

    private func height(_ lines: [NoteLine]) throws -> Double {
        try lines.reduce(0) { sum, line in
            try sum + line.gap
                + measuring.extent(of: line.text, font: line.font, width: noteWidth, linesMax: Self.noteLinesMax).height
        }
    }

    private func panel(_ columns: [[NoteLine]], outline: Bool) throws -> FlowBlock {
        let inner = try columns.map(height).max() ?? 0
        let total = inner + 2 * Self.notePadding
        // Empty columns leave no hole: the others move left.
        let filled = columns.filter { !$0.isEmpty }
        return FlowBlock(
            gap: 28, minimum: total, ideal: total,
            place: { top, _ in
                let box = Box(x: geometry.left, y: top, width: geometry.contentWidth, height: total)
                let panel = PageElement.marks([.rectangle(box, fill: .panel, radius: 4)], tag: nil)
                return try [panel]
                    + filled.enumerated().map { index, lines in
                        let x = box.x + Self.notePadding + Double(index) * (noteWidth + Self.noteGutter)
                        return .marks(try marks(lines, x: x, top: top + Self.notePadding), tag: .paragraph)
                    }
            }, outline: outline ? texts(.notes) : nil)
    }

    private func marks(_ lines: [NoteLine], x: Double, top: Double) throws -> [SceneMark] {
        var y = top
        return try lines.map { line in
            let extent = try measuring.extent(
                of: line.text, font: line.font, width: noteWidth, linesMax: Self.noteLinesMax)
            y += line.gap
            defer { y += extent.height }
            return .text(
                SceneText(
                    line.text, font: line.font, color: line.color, at: Point(x: x, y: y + extent.baseline),
                    width: noteWidth, linesMax: Self.noteLinesMax))
        }
    }
}
