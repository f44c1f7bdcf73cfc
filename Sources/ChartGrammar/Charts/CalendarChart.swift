internal import CivilTime
internal import Formatting

/// A cell for each day: weeks from left to right, Monday on top; a line where a month begins.
struct CalendarLayout {
    static let headHeight = 14.0
    let first: LocalDate
    let weekCount: Int
    let cell: Double
    /// How many days have no room.
    let leftOut: Int

    init(_ dates: [LocalDate], width: Double) {
        let start = (dates.first ?? LocalDate(daysSinceEpoch: 0)).startOfWeek(.monday)
        let last = dates.last ?? start
        let weeks = max(1, start.days(until: last) / 7 + 1)
        weekCount = min(weeks, max(1, Int((width - 28) / 3)))
        // The last weeks are shown where there is no room for all.
        first = start.adding(days: 7 * (weeks - weekCount))
        let shown = first
        leftOut = dates.count { $0 < shown }
        cell = min(20, max(3, (width - 28) / Double(weekCount)))
    }

    var height: Double { Self.headHeight + 7 * cell + 20 }
}

extension SceneComposer {
    func calendar(_ chart: Chart, in box: Box) throws -> [SceneMark] {
        guard let dates = chart.dates, let series = chart.first(.current) else { return [] }
        let layout = CalendarLayout(dates, width: box.width)
        let values = dates.indices.compactMap { series.value(at: $0) }
        let (low, high) = (min(0, values.min() ?? 0), values.max() ?? 0)
        let (left, top) = (box.x + 28, box.y + CalendarLayout.headHeight)
        var marks: [SceneMark] = []
        for day in stride(from: 0, to: 7, by: layout.cell < 9 ? 2 : 1) {
            marks.append(
                .text(
                    SceneText(
                        labeller.weekdays[day], font: .axis, color: .axis,
                        at: Point(x: box.x, y: top + (Double(day) + 0.5) * layout.cell + 2.2), width: 26, linesMax: 1)))
        }
        var free = -Double.infinity
        for (index, date) in dates.enumerated() {
            let offset = layout.first.days(until: date)
            guard offset >= 0, offset / 7 < layout.weekCount else { continue }
            let gap = layout.cell > 8 ? 1.2 : 0.6
            let place = Box(
                x: left + Double(offset / 7) * layout.cell, y: top + Double(offset % 7) * layout.cell,
                width: layout.cell - gap, height: layout.cell - gap)
            if let value = series.value(at: index) {
                let step = high > low ? Self.step(value, low, high) : value > 0 ? 7 : 1
                marks.append(.rectangle(place, fill: .sequential(step), radius: 1))
            } else {
                marks.append(.hatch(place, color: .hatch))
            }
            if date.day == 1 || index == layout.leftOut {
                let bearsYear = date.month == 1 || index == layout.leftOut
                let label = labeller.date(date, form: bearsYear && layout.cell * 4 > 34 ? .monthYear : .month)
                guard place.x >= free else { continue }
                free = try place.x + measuring.width(of: label, font: .axis) + 5
                marks.append(.text(SceneText(label, font: .axis, color: .axis, at: Point(x: place.x, y: top - 4.5))))
            }
        }
        return try marks
            + ramp(chart.unit, low, high, right: box.right, y: top + 7 * layout.cell + 6) { .sequential($0) }
    }

    static func step(_ value: Double, _ low: Double, _ high: Double) -> Int {
        let share = min(1, max(0, LinearScale(lower: low, upper: high, start: 0, end: 1)(value)))
        return min(7, 1 + Int(share * 7))
    }

    /// The seven steps of a scale with what its ends mean, ending at the right.
    func ramp(
        _ unit: Unit, _ low: Double, _ high: Double, right: Double, y: Double, _ role: (Int) -> ColorRole
    ) throws -> [SceneMark] {
        let upper = labeller.compact(high, unit: unit)
        let end = try right - measuring.width(of: upper, font: .axis) - 4
        let start = end - 7 * HeatMapLegend.stepWidth
        var marks: [SceneMark] = (1...7).map { step in
            .rectangle(
                Box(
                    x: start + Double(step - 1) * HeatMapLegend.stepWidth, y: y, width: HeatMapLegend.stepWidth,
                    height: 6), fill: role(step), radius: 0)
        }
        marks.append(
            .text(
                SceneText(
                    labeller.compact(low, unit: unit), font: .axis, color: .axis, at: Point(x: start - 4, y: y + 5.4),
                    anchor: .trailing)))
        marks.append(.text(SceneText(upper, font: .axis, color: .axis, at: Point(x: end + 4, y: y + 5.4))))
        return marks
    }
}
