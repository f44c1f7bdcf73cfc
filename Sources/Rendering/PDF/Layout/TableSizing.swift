internal import ChartGrammar
internal import Columnar
internal import Formatting
internal import Report

/// Finds the widths of a table's columns: figures get what they need, names share the rest, bars grow into what is
/// left over.
struct TableSizing {
    let composer: PageComposer
    let table: ReportTable

    private static let gap = 14.0
    private static let textLeast = 56.0
    /// A longer head is shortened: it must not push figures off the page.
    private static let headMost = 132.0
    private static let barMax = 132.0
    private static let barLeast = 36.0
    /// Rows above these are set tighter: a long list is searched, not read.
    private static let airyRowsMax = 60

    private struct Draft {
        let index: Int
        let head: String
        let unitHead: String
        let isText: Bool
        let isWhole: Bool
        let barValue: Double
        /// Of the widest cell and the head.
        let needed: Double
        /// Of the figures alone, without the bar.
        var width: Double
        var barLength: Double
    }

    func layout() throws -> TableLayout {
        var drafts = try table.columns.indices.map(draft)
        let room = composer.geometry.contentWidth
        let left = fit(&drafts, room: room)
        let kept = Array(drafts.prefix(drafts.count - left))
        var notes: [String] = []
        if let rounded = roundedNote(kept) { notes.append(rounded) }
        if left > 0 {
            notes.append(
                composer.texts(.columnsLeftOut, count: Int64(left), ["count": composer.formatter.ordinal(left)]))
        }
        return TableLayout(
            table: table, columns: placed(kept), rowHeight: table.rows.count > Self.airyRowsMax ? 14.5 : 18,
            notes: notes, isTagged: table.rows.count <= PDFRenderer.taggedRowsMax, texts: composer.texts,
            formatter: composer.formatter)
    }

    // MARK: What a column needs

    private func draft(_ index: Int) throws -> Draft {
        let column = table.columns[index]
        let largest = largestMagnitude(index)
        let isWhole = isWhole(column, largest)
        let isText = column.unit == .none && !hasNumbers(index)
        let unit = unitText(column)
        let hasBar = column.hasBar && !isText && largest > 0
        let head = hasBar || unit.isEmpty ? column.label : "\(column.label) \(unit)"
        let cells = try widestCell(index, isWhole)
        let headWidth = try min(Self.headMost, composer.measuring.width(of: head.clipped(to: 120), font: .tableHead))
        let unitWidth = try hasBar ? composer.measuring.width(of: unit, font: .tableHead) : 0
        let needed = max(cells, hasBar ? unitWidth : headWidth)
        return Draft(
            index: index, head: head, unitHead: hasBar ? unit : "", isText: isText, isWhole: isWhole,
            barValue: hasBar ? largest : 0, needed: needed, width: needed,
            barLength: hasBar ? max(Self.barLeast, headWidth + 6) : 0)
    }

    /// The unit in a head: cells bear no sign.
    private func unitText(_ column: TableColumn) -> String {
        guard case .money(let code, _) = column.unit, !column.isChange else { return "" }
        return composer.formatter.currencySign(code)
    }

    private func hasNumbers(_ index: Int) -> Bool {
        table.rows.lazy.map { $0.indices.contains(index) ? $0[index] : .null }
            .first { $0 != .null }
            .map { $0.exactNumber != nil } ?? false
    }

    private func largestMagnitude(_ index: Int) -> Double {
        table.rows.reduce(0) { largest, row in
            guard row.indices.contains(index), let value = row[index].approximateNumber, value.isFinite else {
                return largest
            }
            return max(largest, value.magnitude)
        }
    }

    private func isWhole(_ column: TableColumn, _ largest: Double) -> Bool {
        guard case .money(_, let exponent) = column.unit, exponent > 0, !column.isChange else { return false }
        let major = (0..<exponent).reduce(largest) { value, _ in value / 10 }
        return major >= TableColumnWriter.wholeFrom
    }

    /// Cells are equally wide digits, so the longest texts are the widest ones but for letters: the longest few of a
    /// column are measured, not ten thousand.
    private func widestCell(_ index: Int, _ isWhole: Bool) throws -> Double {
        let column = table.columns[index]
        var longest: [(count: Int, text: String)] = []
        for row in table.rows + [table.totals ?? []] where row.indices.contains(index) {
            let text = TableColumnWriter.text(row[index], column, isWhole: isWhole, composer.formatter)
            let count = text.count
            if longest.count < 12 {
                longest.append((count, text))
                longest.sort { $0.count > $1.count }
            } else if let last = longest.last, count > last.count {
                longest[longest.count - 1] = (count, text)
                longest.sort { $0.count > $1.count }
            }
        }
        return try longest.reduce(0) {
            try max($0, composer.measuring.width(of: $1.text.clipped(to: 120), font: .tableStrong))
        }
    }

    private func roundedNote(_ drafts: [Draft]) -> String? {
        guard let draft = drafts.first(where: \.isWhole) else { return nil }
        guard case .money(let code, _) = table.columns[draft.index].unit else { return nil }
        let unit = composer.formatter.currencySign(code)
        return composer.texts(.roundedTo, ["unit": unit])
    }

    // MARK: Sharing the room

    /// Sets widths so that the columns fill the room; returns how many at the end have no place.
    private func fit(_ drafts: inout [Draft], room: Double) -> Int {
        var left = 0
        while drafts.count - left > 1, least(drafts.prefix(drafts.count - left)) > room { left += 1 }
        let kept = 0..<drafts.count - left
        let gaps = Double(kept.count - 1) * Self.gap
        let fixed = kept.filter { !drafts[$0].isText }.reduce(0) { $0 + drafts[$1].width + barRoom(drafts[$1]) }
        let texts = kept.filter { drafts[$0].isText }
        let wanted = texts.reduce(0) { $0 + drafts[$1].needed }
        let available = room - gaps - fixed
        if wanted > available, wanted > 0 {
            shrink(&drafts, texts, to: available)
        } else {
            grow(&drafts, kept, texts, spare: available - wanted)
        }
        return left
    }

    private func barRoom(_ draft: Draft) -> Double { draft.barLength > 0 ? draft.barLength + 8 : 0 }

    private func least(_ drafts: some Collection<Draft>) -> Double {
        drafts.reduce(Double(drafts.count - 1) * Self.gap) { sum, draft in
            sum + (draft.isText ? min(Self.textLeast, draft.needed) : draft.width + barRoom(draft))
        }
    }

    /// Names give way: the narrow ones keep what they need, the wide ones share what is left.
    private func shrink(_ drafts: inout [Draft], _ texts: [Int], to available: Double) {
        var room = available
        let order = texts.sorted { drafts[$0].needed < drafts[$1].needed }
        for (position, index) in order.enumerated() {
            let share = room / Double(order.count - position)
            drafts[index].width = max(min(drafts[index].needed, share), min(Self.textLeast, drafts[index].needed))
            room -= drafts[index].width
        }
    }

    /// Bars grow first, then the columns move apart evenly.
    private func grow(_ drafts: inout [Draft], _ kept: Range<Int>, _ texts: [Int], spare: Double) {
        var spare = spare
        let bars = kept.filter { drafts[$0].barLength > 0 }
        for (position, index) in bars.enumerated() {
            let more = min(max(0, Self.barMax - drafts[index].barLength), spare / Double(bars.count - position))
            drafts[index].barLength += more
            spare -= more
        }
        guard kept.count > 1 else { return }
        // The first column of names takes a double share: names need air, the last column ends at the margin. A rank or
        // number before it stays at the left edge.
        let lead = texts.first ?? 0
        let moving = kept.dropFirst(lead)
        let share = spare / Double(moving.count + 1)
        for position in moving { drafts[position].width += position == lead ? 2 * share : share }
    }

    private func placed(_ drafts: [Draft]) -> [TableLayout.Column] {
        var left = composer.geometry.left
        return drafts.map { draft in
            let width = draft.width + barRoom(draft)
            defer { left += width + Self.gap }
            return TableLayout.Column(
                index: draft.index, source: table.columns[draft.index], head: draft.head, unitHead: draft.unitHead,
                left: left, width: width, isText: draft.isText, isWhole: draft.isWhole, barLength: draft.barLength,
                barValue: draft.barValue)
        }
    }
}

extension String {
    /// The first characters: a name of a page's length is not measured whole.
    fileprivate func clipped(to count: Int) -> String { String(prefix(count)) }
}
