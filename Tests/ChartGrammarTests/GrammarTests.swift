import AlmanacTesting
import ChartGrammar
import CivilTime
import Formatting
import Foundation
import Testing

/// Every word of the grammar: its scene as text, its rules, and anything that data can do to it.
@Suite struct GrammarTests {
    private static func composer(_ isRightToLeft: Bool = false) -> SceneComposer {
        SceneComposer(
            measuring: TableOfWidths(), labeller: ValueFormatter(locale: "en-NG", currency: "NGN"),
            isRightToLeft: isRightToLeft)
    }

    private static func scene(_ chart: Chart, isWide: Bool = true, isRightToLeft: Bool = false) throws -> Scene {
        let composer = composer(isRightToLeft)
        return try composer.scene(
            of: chart,
            in: SceneComposer.Frame(
                width: isWide ? 511 : 243, plotHeight: composer.plotHeight(of: chart, isWide: isWide), isWide: isWide))
    }

    @Test(arguments: GrammarSamples.all.map(\.name)) func sceneIsAsBefore(name: String) throws {
        let chart = try #require(GrammarSamples.all.first { $0.name == name }).chart
        let snapshot = try Self.scene(chart, isWide: false).snapshot
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Snapshots/scenes/\(name).txt")
        if ProcessInfo.processInfo.environment["ALMANAC_UPDATE_SNAPSHOTS"] == "1" {
            try Data(snapshot.utf8).write(to: file)
        }
        #expect(try snapshot == String(contentsOf: file, encoding: .utf8))
    }

    @Test func everyWordHasASample() {
        let samples = Set(GrammarSamples.all.map(\.chart.mark) + SceneSamples.all.map(\.chart.mark))
        #expect(Set(Chart.Mark.allCases).subtracting(samples).isEmpty)
    }

    private static func texts(_ chart: Chart, isWide: Bool = true) throws -> [SceneText] {
        try scene(chart, isWide: isWide).marks.compactMap { if case .text(let text) = $0 { text } else { nil } }
    }

    /// The names behind a stack stand in its order, also where the last column has nothing below the axis.
    @Test func namesOfAStackStandInItsOrder() throws {
        let chart = GrammarSamples.chart(
            .columns, .categories(["a", "b", "c"]),
            [
                ("New", .current, [2, 3, 1]), ("Left", .current, [-1, -2, 0]), ("Back", .current, [0, 1, 0]),
            ], stack: .zero)
        let names = try Self.texts(chart).filter { ["New", "Left", "Back"].contains($0.text) }
        #expect(names.sorted { $0.at.y < $1.at.y }.map(\.text) == ["Back", "New", "Left"])
    }

    /// A line that doubles from little is less steep than one that grows by more.
    @Test func theSteepestLineOfASlopeIsItsStory() throws {
        let chart = GrammarSamples.chart(
            .slope, .categories(["small", "large"]),
            [("before", .previous, [10, 100]), ("now", .current, [20, 140])])
        let story = try Self.texts(chart).filter { $0.color == .accent }.map(\.text)
        #expect(story.count == 2 && story.allSatisfy { $0.contains("large") }, "\(story)")
    }

    /// 1, 4, 7 …: never 1 to 9 and then every second one.
    @Test func narrowColumnsAreNamedAtEvenSteps() throws {
        let names = (1...23).map(String.init)
        let chart = GrammarSamples.chart(
            .columns, .categories(names), [("A", .current, names.indices.map { Double(23 - $0) })])
        let shown = try Self.texts(chart, isWide: false).filter { $0.font == .axis }.compactMap { Int($0.text) }
            .filter { $0 > 0 }
        let axis = Array(shown.drop { $0 != 1 })
        let step = try #require(axis.count > 2 ? axis[1] - axis[0] : nil)
        #expect(axis == Array(stride(from: 1, through: 23, by: step)), "\(shown)")
    }

    /// What is drawn lies in its frame, in both directions of reading.
    @Test(arguments: GrammarSamples.all.map(\.name)) func marksLieInside(name: String) throws {
        let chart = try #require(GrammarSamples.all.first { $0.name == name }).chart
        for isWide in [true, false] {
            for isRightToLeft in [true, false] {
                let scene = try Self.scene(chart, isWide: isWide, isRightToLeft: isRightToLeft)
                for point in scene.marks.flatMap(\.points) {
                    #expect(point.x > -1 && point.x < scene.width + 1, "\(name) \(point)")
                    #expect(point.y > -1 && point.y < scene.height + 1, "\(name) \(point)")
                }
            }
        }
    }

    /// Texts of a scene never lie on each other.
    @Test(arguments: GrammarSamples.all.map(\.name)) func labelsDoNotOverlap(name: String) throws {
        let chart = try #require(GrammarSamples.all.first { $0.name == name }).chart
        for isRightToLeft in [true, false] {
            let scene = try Self.scene(chart, isRightToLeft: isRightToLeft)
            let boxes = scene.marks.compactMap(Self.textBox)
            for (index, one) in boxes.enumerated() {
                for other in boxes[(index + 1)...] {
                    let isApart =
                        one.box.right <= other.box.x + 0.5 || other.box.right <= one.box.x + 0.5
                        || one.box.bottom <= other.box.y + 0.5 || other.box.bottom <= one.box.y + 0.5
                    #expect(isApart, "\(one.text) on \(other.text) in \(name)")
                }
            }
        }
    }

    /// The ink of a text: from the tops of capitals to the baseline.
    private static func textBox(_ mark: SceneMark) -> (text: String, box: Box)? {
        guard case .text(let text) = mark, !text.text.isEmpty else { return nil }
        let extent = TableOfWidths().extent(of: text.text, font: text.font, width: text.width, linesMax: text.linesMax)
        let x =
            switch text.anchor {
            case .leading: text.at.x
            case .center: text.at.x - extent.width / 2
            case .trailing: text.at.x - extent.width
            }
        let capital = text.font.specification.size * 0.72
        let pitch = text.font.specification.size * 1.2
        return (
            text.text,
            Box(
                x: x, y: text.at.y - capital, width: extent.width,
                height: capital + Double(extent.lineCount - 1) * pitch)
        )
    }

    @Test func everyChartSaysWhatItShows() throws {
        for (name, chart) in GrammarSamples.all {
            let words = try Self.scene(chart).alternativeText
            #expect(words.hasPrefix("The finding. Units"), "\(name)")
            #expect(words.count > "The finding. Units.".count + 8, "\(name): \(words)")
        }
    }

    @Test func rightToLeftMirrorsBarsAndKeepsTime() throws {
        let bars = try #require(GrammarSamples.all.first { $0.name == "bars-grouped" }).chart
        let (left, right) = (try Self.scene(bars), try Self.scene(bars, isRightToLeft: true))
        let place = { (scene: Scene, word: String) in
            scene.marks.compactMap { mark in
                if case .text(let text) = mark, text.text == word { text.at.x } else { nil }
            }.first
        }
        #expect(try #require(place(left, "Lagos")) < 10)
        #expect(try #require(place(right, "Lagos")) > 500)
        let area = try #require(GrammarSamples.all.first { $0.name == "area" }).chart
        let dates = { (scene: Scene) in
            scene.marks.compactMap { mark in
                if case .text(let text) = mark, text.font == .axis, ["Feb", "Jun"].contains(text.text) {
                    (text.text, text.at.x)
                } else {
                    nil
                }
            }
        }
        for scene in [try Self.scene(area), try Self.scene(area, isRightToLeft: true)] {
            let found = dates(scene).sorted { $0.1 < $1.1 }.map(\.0)
            #expect(found == found.sorted(), "time runs to the right: \(found)")
        }
    }

    @Test func barsStartAtZeroAndLinesMayNot() throws {
        // The zero line of every kind of bar is drawn, and lies at an end of its bars.
        for name in ["columns-stacked", "bars-stacked", "bars-grouped", "funnel", "bullet", "histogram", "waterfall"] {
            let chart = try #require(GrammarSamples.all.first { $0.name == name }).chart
            let bars = try Self.scene(chart).marks.compactMap { mark in
                if case .rectangle(let box, let fill, let radius) = mark, radius == 0, fill != .panel {
                    box
                } else {
                    nil
                }
            }
            #expect(!bars.isEmpty)
            let isVertical = ["columns-stacked", "histogram", "waterfall"].contains(name)
            let edge = isVertical ? bars.map(\.bottom).max() : bars.map(\.x).min()
            let ends = bars.filter { ((isVertical ? $0.bottom : $0.x) - (edge ?? 0)).magnitude < 0.6 }
            #expect(ends.count >= 2, "\(name)")
        }
    }

    /// Whatever the data is: no trap, no place that is no place, nothing far outside.
    @Test func anythingCanBeDrawn() throws {
        let random = SeededRandom(seed: 11)
        for index in 0..<4_000 {
            let chart = AnyChart.next(random)
            let isWide = random.nextBits() % 2 == 0
            let scene = try Self.scene(chart, isWide: isWide, isRightToLeft: random.nextBits() % 3 == 0)
            for point in scene.marks.flatMap(\.points) {
                #expect(point.x.isFinite && point.y.isFinite, "\(index) \(chart.mark)")
                #expect(point.x > -90 && point.x < scene.width + 90, "\(index) \(chart.mark) \(point)")
                #expect(point.y > -40 && point.y < scene.height + 40, "\(index) \(chart.mark) \(point)")
            }
        }
    }
}

/// Charts of every mark with every domain and anything for values.
enum AnyChart {
    static func next(_ random: SeededRandom) -> Chart {
        var chart = RandomChart.next(random)
        let marks = Chart.Mark.allCases
        chart.mark = marks[Int(random.nextBits() % UInt64(marks.count))]
        chart.stack = [.none, .zero, .normalize][Int(random.nextBits() % 3)]
        chart.isLogarithmic = random.nextBits() % 5 == 0
        chart.totals = Set((0..<Int(random.nextBits() % 3)).map { _ in Int(random.nextBits() % 50) })
        let roles: [Chart.Role] = [.current, .previous, .other, .lower, .upper, .forecast, .target]
        for index in chart.series.indices where random.nextBits() % 2 == 0 {
            chart.series[index].role = roles[Int(random.nextBits() % 7)]
        }
        let count = Int(random.nextBits() % 30)
        let names = ["A", "B", "C", "D", "", "متجر"]
        let name = { names[Int(random.nextBits() % 6)] }
        switch random.nextBits() % 6 {
        case 0: chart.domain = .observations(count: chart.series.map(\.values.count).max() ?? 0)
        case 1: chart.domain = .numbers((0..<count).map { _ in Double(bitPattern: random.nextBits()) })
        case 2: chart.domain = .links((0..<count).map { _ in Chart.Link(source: name(), target: name()) })
        case 3:
            chart.domain = .spans(
                (0..<count).map { _ in
                    let from = LocalDate(daysSinceEpoch: Int32(truncatingIfNeeded: random.nextBits()))
                    return Chart.Span(
                        row: name(), label: name(), from: from, to: from.adding(days: Int(random.nextBits() % 99)))
                })
        default: break
        }
        chart.pointNames = (0..<count).map { _ in name() }
        return chart
    }
}
