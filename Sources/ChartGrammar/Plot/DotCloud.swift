/// Dots of one size that lie among each other: which of them need a ring that sets them apart.
///
/// A ring is seen only where it parts a dot from one that was drawn before; hundreds of the others would be drawn for
/// nothing. What touches nothing is drawn first, those of one colour together.
struct DotCloud {
    struct Dot {
        let place: Point
        let fill: ColorRole
    }

    /// In points.
    static let ringWidth = 0.9

    let dots: [Dot]
    /// In points.
    let radius: Double

    /// All dots, those that touch others in their order.
    var marks: [SceneMark] {
        let touches = touches
        var marks: [SceneMark] = []
        for fill in fills {
            for (dot, touch) in zip(dots, touches) where touch == .none && dot.fill == fill {
                marks.append(circle(dot))
            }
        }
        for (dot, touch) in zip(dots, touches) where touch != .none {
            if touch == .earlier { marks.append(.circle(dot.place, radius: radius + Self.ringWidth, fill: .paper)) }
            marks.append(circle(dot))
        }
        return marks
    }

    private func circle(_ dot: Dot) -> SceneMark { .circle(dot.place, radius: radius, fill: dot.fill) }

    /// The colours in the order of their first dots.
    private var fills: [ColorRole] {
        var fills: [ColorRole] = []
        for dot in dots where !fills.contains(dot.fill) { fills.append(dot.fill) }
        return fills
    }

    // MARK: Touching

    /// Whom a dot, with its ring, touches: nobody, only dots that come later, one that came earlier.
    private enum Touch { case none, later, earlier }

    private struct Cell: Hashable {
        let column: Double
        let row: Double
    }

    private var touches: [Touch] {
        var touches = [Touch](repeating: .none, count: dots.count)
        // In cells as wide as two dots and a ring, what touches is in the same cell or in one beside it.
        let reach = 2 * radius + Self.ringWidth
        var cells: [Cell: [Int]] = [:]
        for (index, dot) in dots.enumerated() {
            let cell = Cell(column: (dot.place.x / reach).rounded(.down), row: (dot.place.y / reach).rounded(.down))
            for column in [cell.column - 1, cell.column, cell.column + 1] {
                for row in [cell.row - 1, cell.row, cell.row + 1] {
                    for earlier in cells[Cell(column: column, row: row)] ?? []
                    where dot.place.isNear(dots[earlier].place, reach) {
                        touches[index] = .earlier
                        if touches[earlier] == .none { touches[earlier] = .later }
                    }
                }
            }
            cells[cell, default: []].append(index)
        }
        return touches
    }
}

extension Point {
    fileprivate func isNear(_ other: Point, _ distance: Double) -> Bool {
        (x - other.x) * (x - other.x) + (y - other.y) * (y - other.y) < distance * distance
    }
}
