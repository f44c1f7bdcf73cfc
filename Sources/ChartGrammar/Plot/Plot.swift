internal import CivilTime
internal import Formatting

/// A chart in the space of its data: marks whose channels x and y are values of two scales, labels that look for room,
/// and the guides around. What every recipe makes, and the one thing that `PlotComposer` draws.
struct Plot {
    var x: Axis
    var y: Axis
    var layers: [Mark] = []
    /// Labels at places of the data, the most important first.
    var labels: [Label] = []
    /// Labels at the plot's start and end that are pushed apart: names of lines.
    var startLabels: [EdgeLabel] = []
    var endLabels: [EdgeLabel] = []
    var legend: [LegendItem] = []
    /// What the subtitle must say.
    var notes: [String] = []
    /// The height it wants, and the least it can live with.
    var height = (ideal: 190.0, least: 130.0)

    /// One direction of the plot.
    struct Axis {
        var kind: PositionScale.Kind
        /// Whether zero belongs to the axis, whatever the data.
        var includesZero = true
        var isLogarithmic = false
        /// The axis' ends, instead of those that the data asks for.
        var bounds: (lower: Double, upper: Double)?
        /// Whether the first is at the far end: rank 1 and the first row stand on top.
        var isReversed = false
        var hasGrid = true
        var hasLabels = true
        /// Whether every other value is enough; nil where the plot's own height says so.
        var isSparse: Bool?
        /// What the axis measures, where the subtitle does not say it.
        var title = ""
    }

    /// A mark in the space of the data.
    enum Mark {
        case bar(x: Interval, y: Interval, fill: ColorRole, isHatched: Bool = false)
        case line([Point], Stroke, Course = .straight)
        case area(upper: [Point], lower: [Point], fill: ColorRole, Course = .straight)
        case dot(Point, radius: Double, fill: ColorRole, hasRing: Bool = true)
        /// Many dots of one size among each other.
        case cloud([CloudDot], radius: Double)
        /// A circle with a hole.
        case ring(Point, radius: Double, color: ColorRole)
        /// A line from one place to another; the shifts are in points of the page.
        case rule(Point, Point, Stroke, startShift: Point = Point(x: 0, y: 0), endShift: Point = Point(x: 0, y: 0))
    }

    /// One of the dots of a cloud.
    struct CloudDot {
        var at: Point
        var fill: ColorRole
    }

    /// How a line goes from point to point.
    enum Course { case straight, step }

    /// From where to where a bar reaches.
    struct Interval {
        var from: Double
        var to: Double

        init(_ from: Double, _ to: Double) {
            self.from = from
            self.to = to
        }

        /// Part of a category's band: `share` of its width around `offset` from its middle.
        init(band index: Int, width: Double, offset: Double = 0) {
            from = Double(index) + offset - width / 2
            to = Double(index) + offset + width / 2
        }
    }

    /// A text beside a place of the data.
    struct Label {
        enum Placement { case above, below, leading, trailing, center }

        var text: String
        var at: Point
        /// Tried in this order; the label is left out where none has room, unless it is needed.
        var placements: [Placement]
        var font: FontRole = .labelMedium
        var color: ColorRole = .ink
        /// From the place to the text, in points.
        var distance = 5.0
        var isNeeded = true
        /// The width that a centred label must fit, in units of x; nil for any.
        var room: Interval?
    }

    /// A text at the plot's edge that belongs to a height.
    struct EdgeLabel {
        var lines: [String]
        var y: Double
        var color: ColorRole
        var isStrong = false
    }

    /// A line of a legend.
    struct LegendItem {
        var label: String
        var color: ColorRole
        /// A line rather than a patch.
        var isLine = false
    }
}

extension Plot.Mark {
    /// The places that the mark takes, for the scales.
    var reach: [Point] {
        switch self {
        case .bar(let x, let y, _, _): [Point(x: x.from, y: y.from), Point(x: x.to, y: y.to)]
        case .line(let points, _, _): points
        case .area(let upper, let lower, _, _): upper + lower
        case .dot(let point, _, _, _), .ring(let point, _, _): [point]
        case .cloud(let dots, _): dots.map(\.at)
        case .rule(let from, let to, _, _, _): [from, to]
        }
    }

    /// The dots with rings, and their radii: they are seen before names are read.
    var ringed: [(at: Point, radius: Double)] {
        switch self {
        case .dot(let point, let radius, _, true): [(point, radius)]
        case .cloud(let dots, let radius): dots.map { ($0.at, radius) }
        default: []
        }
    }
}
