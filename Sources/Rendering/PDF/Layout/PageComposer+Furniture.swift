internal import ChartGrammar
internal import Formatting
internal import PDFCanvas
internal import Report

extension PageComposer {
    /// What every page after the first begins with.
    func runningHead() -> [PageElement] {
        let middle = geometry.left + geometry.contentWidth * 0.62
        return [
            .marks(
                [
                    .text(
                        SceneText(
                            document.identity.title, font: .runningHeadStrong, color: .ink,
                            at: Point(x: geometry.left, y: 34), width: middle - geometry.left, linesMax: 1)),
                    .text(
                        SceneText(
                            document.period.label, font: .runningHead, color: .mute,
                            at: Point(x: geometry.right, y: 34), anchor: .trailing)),
                    .line(
                        [Point(x: geometry.left, y: 42), Point(x: geometry.right, y: 42)], Stroke(.ink, width: 0.8)),
                ], tag: nil)
        ]
    }

    /// What every page ends with.
    func footer(page: Int, of count: Int) -> PageElement {
        let identity = document.identity
        let baseline = geometry.height - 24
        let left = document.inReadingDirection(
            [identity.reader, identity.title, document.period.label].joined(separator: "  ·  "))
        let right = texts(.pageOf, ["page": formatter.ordinal(page), "pages": formatter.ordinal(count)])
        return .marks(
            [
                .line(
                    [Point(x: geometry.left, y: baseline - 12), Point(x: geometry.right, y: baseline - 12)],
                    Stroke(.rule, width: 0.5)),
                .text(
                    SceneText(
                        left, font: .footer, color: .mute, at: Point(x: geometry.left, y: baseline),
                        width: geometry.contentWidth - 90, linesMax: 1)),
                .text(
                    SceneText(
                        right, font: .footer, color: .mute, at: Point(x: geometry.right, y: baseline),
                        anchor: .trailing)),
            ], tag: nil)
    }

    // MARK: Cover band

    /// The first page with its band, and where its content begins.
    func coverPage() throws -> (page: Page, bottom: Double) {
        let title = document.identity.title
        let extent = try measuring.extent(of: title, font: .coverTitle, width: geometry.contentWidth, linesMax: 2)
        let titleBaseline = 84.0
        // A second line, or a script with deep descenders, makes the band higher.
        let lineBaseline = max(104, titleBaseline + extent.height - extent.baseline + 14)
        let bandHeight = lineBaseline + 22
        var page = Page()
        page.elements.append(
            .marks(
                [.rectangle(Box(x: 0, y: 0, width: geometry.width, height: bandHeight), fill: .band, radius: 0)],
                tag: nil))
        let pill = try freshnessPill()
        page.elements += try logo() + tenantName(before: pill.left)
        page.elements += [
            .heading(
                SceneText(
                    title, font: .coverTitle, color: .bandText, at: Point(x: geometry.left, y: titleBaseline),
                    width: geometry.contentWidth, linesMax: 2), tag: .heading1),
            .marks(
                [
                    .text(
                        SceneText(
                            document.coverLine(formatter, texts), font: .coverLine, color: .bandMute,
                            at: Point(x: geometry.left, y: lineBaseline), width: geometry.contentWidth, linesMax: 1))
                ], tag: .paragraph),
            pill.element,
        ]
        return (page, bandHeight)
    }

    private func logo() throws -> [PageElement] {
        let box = Box(x: geometry.left, y: 26, width: 26, height: 26)
        let tile = PageElement.marks([.rectangle(box, fill: .bandText, radius: 5)], tag: nil)
        if let logo = document.presentation.logo {
            return [tile, .image(logo, in: Box(x: box.x + 3, y: box.y + 3, width: 20, height: 20))]
        }
        let initials = SceneText(
            document.identity.reader.initials, font: .tenantInitials, color: .band,
            at: Point(x: box.x + 13, y: box.y + 17.4), anchor: .center)
        return [tile, .marks([.text(initials)], tag: nil)]
    }

    private func tenantName(before right: Double) throws -> [PageElement] {
        let x = geometry.left + 34
        let name = SceneText(
            document.identity.reader, font: .tenantName, color: .bandText, at: Point(x: x, y: 43),
            width: max(80, right - x - 16), linesMax: 1)
        return [.marks([.text(name)], tag: .paragraph)]
    }

    /// A dot and a line of words: how complete the data is.
    private func freshnessPill() throws -> (element: PageElement, left: Double) {
        let line = document.freshness.line
        let textWidth = try min(measuring.width(of: line, font: .pill), geometry.contentWidth * 0.56)
        let left = geometry.right - textWidth - 24
        let dot: ColorRole = document.freshness.isComplete ? .pillComplete : .pillPartial
        let element = PageElement.marks(
            [
                .rectangle(Box(x: left, y: 30, width: textWidth + 24, height: 18), fill: .bandPill, radius: 9),
                .circle(Point(x: left + 11, y: 39), radius: 2.4, fill: dot),
                .text(
                    SceneText(
                        line, font: .pill, color: .bandText, at: Point(x: left + 17, y: 41.7), width: textWidth + 1,
                        linesMax: 1)),
            ], tag: .paragraph)
        return (element, left)
    }
}

extension ReportDocument {
    /// Period, currency where there is money, comparison, zone: the line under the title.
    func coverLine(_ formatter: ValueFormatter, _ texts: EngineText) -> String {
        var parts = [formatter.dateRange(from: period.from, to: period.to)]
        if hasMoney {
            let code = presentation.currency
            let sign = formatter.currencySign(code)
            parts.append(texts(.amountsIn, ["currency": sign == code ? code : "\(code) (\(sign))"]))
        }
        if let comparison = period.comparisonLabel { parts.append(texts(.comparedWith, ["period": comparison])) }
        parts.append(texts(.daysIn, ["zone": presentation.zone]))
        return parts.joined(separator: "   ·   ")
    }

    /// A line that the engine puts together reads in the document's direction, even if it begins with a name in a
    /// script of the other one: a direction mark in front says so. Lines without such a name stay as they are.
    func inReadingDirection(_ text: String) -> String {
        if LocaleData.of(presentation.locale).direction == .rightToLeft { return "\u{200F}" + text }
        return text.unicodeScalars.contains { (0x590...0x8FF).contains($0.value) } ? "\u{200E}" + text : text
    }

    /// Whether any figure is an amount of money.
    fileprivate var hasMoney: Bool {
        let isMoney = { (unit: Unit) in if case .money = unit { true } else { false } }
        let inTables = tables.contains { $0.columns.contains { isMoney($0.unit) } }
        return inTables || tiles.contains { isMoney($0.measure.unit) }
            || sections.flatMap(\.blocks).contains { block in
                switch block {
                case .chart(let chart): isMoney(chart.unit)
                case .charts(let charts): charts.contains { isMoney($0.unit) }
                case .table, .text: false
                }
            }
    }
}

extension String {
    /// The first letters of the first two words; one letter of a name in a script without capitals.
    var initials: String {
        let words = split(whereSeparator: { !$0.isLetter && !$0.isNumber })
        guard let first = words.first?.first else { return "·" }
        guard first.isUppercase || first.isLowercase || first.isNumber else { return String(first) }
        let second = words.dropFirst().first?.first.flatMap {
            $0.isUppercase || $0.isLowercase || $0.isNumber ? $0 : nil
        }
        return String(first).uppercased() + (second.map { String($0).uppercased() } ?? "")
    }
}
