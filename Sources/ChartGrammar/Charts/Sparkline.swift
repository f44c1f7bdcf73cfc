/// A word-sized line: no axis, no labels, its last point marked.
package enum Sparkline {
    /// The marks of a sparkline in a box; none where fewer than two values are there.
    ///
    /// Values that do not change lie on the middle. A gap stays a gap.
    package static func marks(_ values: [Double?], in box: Box, color: ColorRole = .accent) -> [SceneMark] {
        let present = values.compactMap { $0?.isFinite == true ? $0 : nil }
        guard let first = values.firstIndex(where: { $0?.isFinite == true }),
            let final = values.lastIndex(where: { $0?.isFinite == true }), present.count >= 2, let low = present.min(),
            let high = present.max()
        else { return [] }
        let y = LinearScale(lower: low, upper: high, start: box.bottom, end: box.y)
        // What lies before the first value and behind the last takes no room.
        let x = LinearScale(lower: Double(first), upper: Double(final), start: box.x, end: box.right)
        let place = { (index: Int, value: Double) in
            Point(x: x(Double(index)), y: high > low ? y(value) : box.y + box.height / 2)
        }
        var marks: [SceneMark] = []
        var run: [Point] = []
        for (index, value) in values.enumerated() {
            if let value, value.isFinite {
                run.append(place(index, value))
            } else {
                if run.count > 1 { marks.append(.line(run, Stroke(color, width: 1.1, isRound: true))) }
                run = []
            }
        }
        if run.count > 1 { marks.append(.line(run, Stroke(color, width: 1.1, isRound: true))) }
        guard let value = values[final] else { return marks }
        let end = place(final, value)
        return marks + [.circle(end, radius: 2.7, fill: .panel), .circle(end, radius: 1.7, fill: color)]
    }
}
