package import Columnar

/// A change in words: what a tile, a sentence or a cell says about two values.
package struct ChangeText: Sendable, Hashable {
    /// Whether the change is good news; decides the colour, never the words.
    package enum Tone: Sendable, Hashable {
        case good, bad, neutral
    }

    /// Where the value went.
    package enum Movement: Sendable, Hashable {
        case up, down, none
    }

    /// `▲ 8.4%`, `no change`, `new`, `×11`, `▼ 1.2 points`.
    package var change: String
    /// `vs Sep`; empty without a base, and behind "new".
    package var base: String
    /// Whether it is good news.
    package var tone: Tone
    /// Where the value went.
    package var movement: Movement

    /// Both in one line: `▲ 8.4% vs Sep`.
    package var text: String { base.isEmpty ? change : change + " " + base }
}

extension ValueFormatter {
    /// The change from one value to another; nil where one of them is missing or no number.
    ///
    /// Up to 0.05 %, which would be written as 0.0 %, it is "no change"; from zero "new"; above +999 % a factor; of a
    /// percentage in points; from a negative value the difference itself, because a percentage of it misleads.
    ///
    /// - Parameters:
    ///   - base: what the previous value is of, such as `Sep`.
    ///   - good: whether growth is good news.
    package func change(
        from previous: Scalar, to current: Scalar, unit: Unit, good: Direction = .neutral, base: String? = nil
    ) -> ChangeText? {
        guard let before = previous.exactNumber, let after = current.exactNumber else { return nil }
        let base = base.map { words.versus.replacing("{base}", with: $0) } ?? ""
        guard isVisible(from: before, to: after, unit: unit) else {
            return ChangeText(change: words.noChange, base: base, tone: .neutral, movement: .none)
        }
        let isUp = after.isGreater(than: before)
        let tone: ChangeText.Tone = good == .neutral ? .neutral : (good == .up) == isUp ? .good : .bad
        let movement: ChangeText.Movement = isUp ? .up : .down
        if before.unscaled == 0 && unit != .percent {
            return ChangeText(change: words.new, base: "", tone: tone, movement: movement)
        }
        return ChangeText(
            change: magnitude(from: before, to: after, unit: unit, isUp: isUp), base: base, tone: tone,
            movement: movement)
    }

    /// A fraction as a change, for cells of change columns: `▲ 8.4%`, `▼ 3.1%`, `0.0%`.
    package func changeCell(_ fraction: Scalar) -> String {
        guard let number = fraction.exactNumber, let rounded = number.rounded(toScale: 3) else {
            return full(fraction, unit: .percent)
        }
        if rounded.unscaled == 0 { return percent(ExactDecimal(unscaled: 0, scale: 0)) }
        return (rounded.unscaled > 0 ? "▲ " : "▼ ") + percent(rounded.magnitude)
    }

    /// Whether two values differ by more than 0.05 % of the first: by what would not be written as 0.0 %.
    func isVisibleChange(from before: ExactDecimal, to after: ExactDecimal) -> Bool {
        guard before.unscaled != 0 else { return after.unscaled != 0 }
        guard let ratio = Self.growth(from: before, to: after) else { return before != after }
        return ratio.magnitude.unscaled > 500
    }

    private func isVisible(from before: ExactDecimal, to after: ExactDecimal, unit: Unit) -> Bool {
        guard unit == .percent else { return isVisibleChange(from: before, to: after) }
        // Points: what would be written as 0.0 is no change.
        return Self.difference(before, after).flatMap { $0.rounded(toScale: 6) }.map { $0.unscaled.magnitude > 500 }
            ?? (before != after)
    }

    private func magnitude(
        from before: ExactDecimal, to after: ExactDecimal, unit: Unit, isUp: Bool
    ) -> String {
        let arrow = isUp ? "▲ " : "▼ "
        if unit == .percent {
            let points = Self.difference(before, after)?.magnitude.rounded(toScale: 3)
            let digits = points.map { grouped(ExactDecimal(unscaled: $0.unscaled, scale: 1)) } ?? words.notANumber
            return arrow + words.points.replacing("{value}", with: digits)
        }
        guard before.unscaled > 0, let growth = Self.growth(from: before, to: after) else {
            return arrow + difference(before, after, unit: unit)
        }
        // Growth has six digits behind the point: 9.99 is +999 %.
        if growth.unscaled > 9_990_000, let factor = ExactDecimal.ratio(after, before, scale: 0) {
            return "×" + grouped(factor)
        }
        return arrow + percent(growth.magnitude)
    }

    private func difference(_ before: ExactDecimal, _ after: ExactDecimal, unit: Unit) -> String {
        guard let difference = Self.difference(before, after) else { return words.notANumber }
        return compact(.decimal(difference.magnitude), unit: unit)
    }

    /// `(after - before) / before`, six digits behind the point.
    private static func growth(from before: ExactDecimal, to after: ExactDecimal) -> ExactDecimal? {
        guard let difference = difference(before, after) else { return nil }
        return ExactDecimal.ratio(difference, before.magnitude, scale: 6)
    }

    /// `after - before` at the larger scale, nil where it does not fit.
    private static func difference(_ before: ExactDecimal, _ after: ExactDecimal) -> ExactDecimal? {
        let scale = max(before.scale, after.scale)
        guard let left = before.rounded(toScale: scale), let right = after.rounded(toScale: scale) else { return nil }
        let (difference, overflow) = right.unscaled.subtractingReportingOverflow(left.unscaled)
        return overflow || difference == .min ? nil : ExactDecimal(unscaled: difference, scale: scale)
    }
}

extension ExactDecimal {
    /// Without its sign.
    var magnitude: ExactDecimal {
        unscaled >= 0 || unscaled == .min ? self : ExactDecimal(unscaled: -unscaled, scale: scale)
    }

    /// Order by value, whatever the scales.
    fileprivate func isGreater(than other: ExactDecimal) -> Bool {
        let common = max(scale, other.scale)
        guard let left = rounded(toScale: common), let right = other.rounded(toScale: common) else {
            return approximation > other.approximation
        }
        return left.unscaled > right.unscaled
    }
}
