import AlmanacTesting
import ChartGrammar
import Formatting
import Testing

/// The dots of scatter plots: all are there, and rings part those that touch.
@Suite struct DotCloudTests {
    private struct Circle {
        let center: Point
        let radius: Double
        let fill: ColorRole
    }

    @Test(arguments: 0..<40 as Range<UInt64>) func ringsPartDotsThatTouch(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let count = Int.random(in: 1...400, using: &generator)
        let numbers = { (0..<count).map { _ in Double(Int.random(in: 0...1_000, using: &generator)) } }
        let across = numbers()
        var chart = GrammarSamples.chart(
            .scatter, .numbers(across), [("Old", .current, numbers()), ("New", .current, numbers())])
        chart.horizontal = Chart.Horizontal(label: "Size", unit: .count)
        let circles = try Self.circles(of: chart)
        let dots = circles.filter { $0.fill != .paper }
        #expect(dots.count == 2 * count)

        var drawn: [Circle] = []
        for (index, circle) in circles.enumerated() {
            guard circle.fill != .paper else {
                #expect(circles[index + 1].center == circle.center, "a ring is right below its dot")
                continue
            }
            let hasRing = index > 0 && circles[index - 1].fill == .paper
            let touches = drawn.contains { Self.distance($0, circle) < $0.radius + circle.radius + 0.9 }
            #expect(hasRing == touches)
            drawn.append(circle)
        }
    }

    private static func circles(of chart: Chart) throws -> [Circle] {
        let composer = SceneComposer(
            measuring: TableOfWidths(), labeller: ValueFormatter(locale: "en", currency: "NGN"), isRightToLeft: false)
        let scene = try composer.scene(of: chart, in: .init(width: 511, plotHeight: 250, isWide: true))
        return scene.marks.compactMap { mark in
            guard case .circle(let center, let radius, let fill) = mark else { return nil }
            return Circle(center: center, radius: radius, fill: fill)
        }
    }

    private static func distance(_ one: Circle, _ other: Circle) -> Double {
        let (x, y) = (one.center.x - other.center.x, one.center.y - other.center.y)
        return (x * x + y * y).squareRoot()
    }
}
