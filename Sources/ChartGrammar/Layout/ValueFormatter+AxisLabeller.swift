package import CivilTime
internal import Columnar
package import Formatting

extension ValueFormatter: AxisLabeller {
    package func axisLabels(of ticks: [Double], unit: Unit) -> [String] { axis(ticks, unit: unit) }

    package func compact(_ value: Double, unit: Unit) -> String { compact(.double(value), unit: unit) }

    package func whole(_ value: Double, unit: Unit) -> String { whole(.double(value), unit: unit) }

    package func change(from previous: Double, to current: Double, unit: Unit) -> (text: String, direction: Int)? {
        guard let change = change(from: .double(previous), to: .double(current), unit: unit) else { return nil }
        let direction =
            switch change.movement {
            case .up: 1
            case .down: -1
            case .none: 0
            }
        return (change.change, direction)
    }

    package func date(_ date: LocalDate, form: DateForm) -> String {
        switch form {
        case .dayMonth: dayAndMonth(date)
        case .month: month(date)
        case .monthYear: shortMonthAndYear(date)
        case .year: year(date)
        }
    }
}
