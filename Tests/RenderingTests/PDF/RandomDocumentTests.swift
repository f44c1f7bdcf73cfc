import AlmanacTesting
import ChartGrammar
import CivilTime
import Columnar
import Formatting
import PDFCanvas
import Rendering
import Report
import Testing

/// Documents with anything in them: each becomes a file, whatever its rows, columns, names and numbers are.
@Suite struct RandomDocumentTests {
    @Test(arguments: [1, 2] as [UInt64]) func everyDocumentBecomesAFile(seed: UInt64) throws {
        var maker = DocumentMaker(seed: seed)
        let renderer = try PDFRenderer(fonts: FontLibrary())
        for _ in 0..<8 {
            let document = maker.document()
            let formatter = ValueFormatter(
                locale: document.presentation.locale, currency: document.presentation.currency)
            let bytes = try renderer.render(document, formatter: formatter)
            #expect(bytes.starts(with: Array("%PDF-1.5".utf8)))
            #expect(bytes.suffix(6) == Array("%%EOF\n".utf8)[...])
        }
    }
}

/// Makes documents from a seed.
private struct DocumentMaker {
    private var generator: SeededGenerator

    private static let texts = [
        "", "Lagos", "متجر النور", "株式会社", "a\u{0}b\n\nc\u{202E}d", "=1+1", "{{x}} %s </b>", "👩🏽\u{200D}🌾 ₦",
        String(repeating: "no-end-in-sight ", count: 60), String(repeating: "x", count: 900),
    ]
    private static let units: [Formatting.Unit] = [
        .count, .money(currency: "NGN", exponent: 2), .money(currency: "JPY", exponent: 0),
        .money(currency: "BHD", exponent: 3), .percent, .number(decimals: 2), .milliseconds, .none,
    ]

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    private mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int(generator.next() % UInt64(choices.count))]
    }

    private mutating func count(_ limit: Int) -> Int { Int(generator.next() % UInt64(limit)) }

    private mutating func list<Element>(_ count: Int, _ make: (inout DocumentMaker) -> Element) -> [Element] {
        var elements: [Element] = []
        for _ in 0..<count { elements.append(make(&self)) }
        return elements
    }

    mutating func document() -> ReportDocument {
        let from = LocalDate(daysSinceEpoch: Int32(count(40_000)))
        var document = SampleDocuments.oneRow
        document.identity.tenantName = pick(Self.texts)
        document.identity.title = pick(Self.texts)
        document.presentation.locale = pick(["en", "en-NG", "pt-BR", "tr", "ar-AE", "ja-JP", "yo", "x-none", ""])
        document.presentation.currency = pick(["NGN", "USD", "JPY", "XXX"])
        document.presentation.brandColor = pick(["", "#FFFFFF", "#000000", "#F2B705"])
        document.period = ReportPeriod(
            name: "2026-10", label: pick(Self.texts), shortLabel: "Oct", from: from,
            to: from.adding(days: 1 + count(400)),
            comparisonShortLabel: pick([nil, "Sep", Self.texts[9]]), comparisonLabel: pick([nil, "September"]))
        document.freshness.line = pick(Self.texts)
        document.freshness.notes = list(count(4)) { $0.pick(Self.texts) }
        document.headline = pick(Self.texts)
        document.tiles = list(count(7)) { maker in
            Tile(
                measure: Measure(
                    name: "m", label: maker.pick(Self.texts), unit: maker.pick(Self.units),
                    good: maker.pick([.up, .down, .neutral])),
                value: maker.scalar(), previous: maker.scalar(),
                sparkline: maker.list(maker.count(14)) { $0.number() })
        }
        document.sections = list(count(4)) { $0.section(from) }
        document.definitions = list(count(30)) { maker in
            Definition(term: maker.pick(Self.texts), text: maker.pick(Self.texts))
        }
        return document
    }

    private mutating func section(_ from: LocalDate) -> ReportSection {
        let title: String? = pick([nil] + Self.texts)
        let blocks = list(count(4)) { maker -> Block in
            switch maker.count(4) {
            case 0: return .chart(maker.chart(from))
            case 1: return .charts(maker.list(maker.count(4)) { $0.chart(from) })
            case 2: return .text(maker.pick(Self.texts))
            default: return .table(maker.table())
            }
        }
        return ReportSection(title: title, blocks: blocks)
    }

    private mutating func chart(_ from: LocalDate) -> Chart {
        let length = count(30)
        let isTime = count(2) == 0
        let domain: Chart.Domain =
            isTime
            ? .dates((0..<length).map { from.adding(days: $0) }) : .categories(list(length) { $0.pick(Self.texts) })
        let series = list(count(4)) { maker in
            Chart.Series(
                label: maker.pick(Self.texts), role: maker.pick([.current, .previous, .other]),
                values: maker.list(maker.count(32)) { $0.number() })
        }
        return Chart(
            title: pick(Self.texts), subtitle: pick(Self.texts), mark: pick([.line, .columns, .bars, .heatMap]),
            unit: pick(Self.units), domain: domain, series: series, good: pick([.up, .down, .neutral]),
            alternativeText: pick(Self.texts))
    }

    private mutating func table() -> ReportTable {
        let columns = list(count(9)) { maker in
            TableColumn(
                name: "c", label: maker.pick(Self.texts), unit: maker.pick(Self.units), hasBar: maker.count(3) == 0,
                isChange: maker.count(5) == 0, good: maker.pick([.up, .down, .neutral]))
        }
        // Rows may be shorter or longer than the head says.
        let rows = list(count(90)) { maker in
            let length = max(0, columns.count + maker.count(3) - 1)
            return maker.list(length) { $0.scalar() }
        }
        let totals = count(2) == 0 ? nil : list(columns.count) { $0.scalar() }
        return ReportTable(
            name: "t", title: pick(Self.texts), subtitle: pick(Self.texts), columns: columns, rows: rows, totals: totals
        )
    }

    private mutating func number() -> Double? {
        pick([nil, 0, -0.0, 1, -17.5, 1e9, -1e15, .nan, .infinity, 1e300, 0.0004, Double(count(1_000_000))])
    }

    private mutating func scalar() -> Scalar {
        switch count(14) {
        case 0: .null
        case 1: .int(.min)
        case 2: .int(.max)
        case 3: .int(Int64(count(1_000_000_000)))
        case 4: .double(number() ?? 0.125)
        case 5: .decimal(ExactDecimal(unscaled: Int128(count(1_000_000)), scale: count(38)))
        case 6: .text(pick(Self.texts))
        case 7: .date(Int32(count(60_000)) - 10_000)
        case 8: .timestamp(Int64(count(2_000_000_000)) * 1_000_000)
        case 9: .bool(true)
        case 10: .unsigned(.max)
        case 11: .binary([1, 2, 3])
        case 12: .list([.int(1)])
        default: .int(0)
        }
    }
}
