import AlmanacTesting
import ChartGrammar
import CivilTime
import Formatting
import Foundation
import Testing

/// Scenes as text, compared with `Tests/Snapshots/scenes`. With ALMANAC_UPDATE_SNAPSHOTS=1 they are written anew.
@Suite struct SceneTests {
    private let composer = SceneComposer(
        measuring: TableOfWidths(), labeller: ValueFormatter(locale: "en-NG", currency: "NGN"))

    @Test(arguments: SceneSamples.all.map(\.name)) func sceneIsAsBefore(name: String) throws {
        let chart = try #require(SceneSamples.all.first { $0.name == name }).chart
        let frame = SceneComposer.Frame(
            width: 243, plotHeight: composer.plotHeight(of: chart, isWide: false), isWide: false)
        let snapshot = try composer.scene(of: chart, in: frame).snapshot
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Snapshots/scenes/\(name).txt")
        if ProcessInfo.processInfo.environment["ALMANAC_UPDATE_SNAPSHOTS"] == "1" {
            try Data(snapshot.utf8).write(to: file)
        }
        let expected = try String(contentsOf: file, encoding: .utf8)
        #expect(snapshot == expected)
    }

    @Test func aGapBreaksTheLineAndIsHatched() throws {
        let marks = try scene(SceneSamples.gap).marks
        let lines = marks.count { if case .line(_, let stroke) = $0 { stroke.color == .accent } else { false } }
        #expect(lines == 2)
        #expect(marks.contains { if case .hatch = $0 { true } else { false } })
        #expect(texts(marks).contains("no data"))
    }

    @Test func anEmptyChartSaysSoAndMissingDataIsNoZero() throws {
        #expect(try texts(scene(SceneSamples.empty).marks).contains("Nothing in this period"))
        #expect(try texts(scene(SceneSamples.missing).marks).contains("No data in this period"))
        #expect(try texts(scene(SceneSamples.zero).marks).contains("0 throughout"))
    }

    @Test func tooManyCategoriesAreSummed() throws {
        let marks = try scene(SceneSamples.many).marks
        #expect(texts(marks).contains("38 others"))
        #expect(marks.contains { if case .rectangle(_, .contextFill, _) = $0 { true } else { false } })
        // Rates can't be summed: the rest is left out, and the subtitle says so.
        var rates = SceneSamples.many
        rates.unit = .percent
        let words = try texts(scene(rates).marks)
        #expect(!words.contains("38 others"))
        #expect(words.contains { $0.contains("38 others not shown") })
    }

    @Test func tooManyLinesAreGreyAndCounted() throws {
        var chart = SceneSamples.line
        chart.series = (0..<9).map { index in
            Chart.Series(
                label: "Series \(index)", role: .current,
                values: SceneSamples.rising.map { $0.map { $0 * Double(index) } })
        }
        let words = try texts(scene(chart).marks)
        #expect(words.contains { $0.contains("3 more in grey") })
        #expect(words.contains("Series 5") && !words.contains("Series 6"))
    }

    @Test func aBrokenAxisIsSaid() throws {
        let words = try texts(scene(SceneSamples.flat).marks)
        #expect(words.contains { $0.contains("axis starts at") })
        // Bars and columns always start at zero.
        var columns = SceneSamples.flat
        columns.mark = .columns
        #expect(try !texts(scene(columns).marks).contains { $0.contains("axis starts at") })
    }

    @Test func anIncompleteTailIsDashed() throws {
        let marks = try scene(SceneSamples.partial).marks
        #expect(marks.contains { if case .line(_, let stroke) = $0 { !stroke.dashes.isEmpty } else { false } })
        #expect(texts(marks).contains("so far"))
    }

    @Test func aLineThatEndsEarlyBearsItsLabelAtItsEnd() throws {
        let marks = try scene(SceneSamples.early).marks
        let label = try #require(
            marks.compactMap { if case .text(let text) = $0, text.text == "October" { text } else { nil } }.first)
        #expect(label.at.x < 300)
        #expect(texts(marks).contains("so far"))
    }

    @Test func valuesBesideBarsHaveOneMagnitudeAndOneSign() throws {
        let labels = try texts(scene(SceneSamples.bars).marks)
        #expect(labels.contains("₦48.2m") && labels.contains("41.9") && labels.contains("33.0"))
        var small = SceneSamples.bars
        small.series = [Chart.Series(label: "", role: .current, values: [100_005, 52_184, 36_186])]
        #expect(try texts(scene(small).marks).contains("₦1,000"))
        #expect(try texts(scene(small).marks).contains("522"))
        // Beside a very large one a small value keeps its own figures.
        small.series = [Chart.Series(label: "", role: .current, values: [4.82e9, 3.9e9, 123_456])]
        #expect(try texts(scene(small).marks).contains("₦1,235"))
    }

    @Test func negativeValuesAreAmberBelowAZeroLine() throws {
        let marks = try scene(SceneSamples.negative).marks
        #expect(marks.contains { if case .rectangle(_, .negative, _) = $0 { true } else { false } })
    }

    @Test func cellsOfTheTriangleAreBlankWhereNothingIsYet() throws {
        let marks = try scene(SceneSamples.cohort).marks
        let cells = marks.count { mark in
            guard case .rectangle(_, let fill, _) = mark else { return false }
            return fill.description.hasPrefix("sequential") || fill == .panel
        }
        #expect(cells == 21)
        // Nothing is ever written on step 5.
        #expect(!marks.contains { if case .rectangle(_, .sequential(5), _) = $0 { true } else { false } })
    }

    /// Whatever the data is, nothing is drawn at a place that is no place, or far outside of the frame.
    @Test func randomChartsStayInTheirFrames() throws {
        let random = SeededRandom(seed: 5)
        for _ in 0..<1_500 {
            let chart = RandomChart.next(random)
            let isWide = random.nextBits() % 2 == 0
            let frame = SceneComposer.Frame(
                width: isWide ? 511 : 243, plotHeight: composer.plotHeight(of: chart, isWide: isWide), isWide: isWide)
            let scene = try composer.scene(of: chart, in: frame)
            for point in scene.marks.flatMap(\.points) {
                #expect(point.x.isFinite && point.y.isFinite)
                #expect(point.x > -60 && point.x < scene.width + 80, "\(chart)")
                #expect(point.y > -10 && point.y < scene.height + 12, "\(chart)")
            }
        }
    }

    private func scene(_ chart: Chart) throws -> Scene {
        try composer.scene(
            of: chart,
            in: SceneComposer.Frame(
                width: 511, plotHeight: composer.plotHeight(of: chart, isWide: true), isWide: true))
    }

    private func texts(_ marks: [SceneMark]) -> [String] {
        marks.compactMap { if case .text(let text) = $0 { text.text } else { nil } }
    }
}

extension SceneMark {
    /// Every place that the mark names.
    var points: [Point] {
        switch self {
        case .rectangle(let box, _, _), .hatch(let box, _):
            [Point(x: box.x, y: box.y), Point(x: box.right, y: box.bottom)]
        case .line(let points, _), .area(let points, _): points
        case .circle(let center, _, _): [center]
        case .text(let text): [text.at]
        }
    }
}

/// Charts with anything in them: numbers that are none, extremes, missing series, names in any script.
enum RandomChart {
    static func next(_ random: SeededRandom) -> Chart {
        let count = Int(random.nextBits() % 40)
        let marks: [Chart.Mark] = [.line, .columns, .bars, .heatMap]
        let units: [Formatting.Unit] = [
            .count, .money(currency: "NGN", exponent: 2), .percent, .number(decimals: 1), .milliseconds, .none,
        ]
        let names = ["", "Lagos", "متجر النور", "株式会社", String(repeating: "long ", count: 40), "a\u{0}b\nc"]
        let isTime = random.nextBits() % 2 == 0
        let first = LocalDate(daysSinceEpoch: Int32(random.nextBits() % 30_000))
        let step = [1, 7, 30, 365][Int(random.nextBits() % 4)]
        let domain: Chart.Domain =
            isTime
            ? .dates((0..<count).map { first.adding(days: $0 * step) })
            : .categories((0..<count).map { names[$0 % names.count] })
        let roles: [Chart.Role] = [.current, .previous, .other]
        let series = (0..<Int(random.nextBits() % 4)).map { index in
            // Some series are shorter or longer than the domain.
            let length = max(0, count + Int(random.nextBits() % 5) - 2)
            return Chart.Series(
                label: names[Int(random.nextBits() % 6)],
                role: index == 0 ? .current : roles[Int(random.nextBits() % 3)],
                values: (0..<length).map { _ in value(random) })
        }
        return Chart(
            title: names[Int(random.nextBits() % 6)], subtitle: names[Int(random.nextBits() % 6)],
            mark: marks[Int(random.nextBits() % 4)], unit: units[Int(random.nextBits() % 6)], domain: domain,
            series: series,
            annotations: random.nextBits() % 3 == 0
                ? [Chart.Annotation(from: first.adding(days: 2), to: first.adding(days: 4), text: names[4])] : [],
            partialFrom: random.nextBits() % 3 == 0 ? first.adding(days: 5) : nil, alternativeText: "")
    }

    private static func value(_ random: SeededRandom) -> Double? {
        switch random.nextBits() % 12 {
        case 0: nil
        case 1: 0
        case 2: -Double(random.nextBits() % 1_000)
        case 3:
            [Double.nan, .infinity, -.infinity, 1e300, -1e300, .leastNonzeroMagnitude, .greatestFiniteMagnitude][
                Int(random.nextBits() % 7)]
        default: Double(random.nextBits() % 1_000_000) / 7
        }
    }
}
