import AlmanacTesting
import Columnar
import Kernels
import Testing

/// Quantiles without sorting are those of sorting.
@Suite struct QuantileTests {
    /// Values that are hard to sample: sorted both ways, saw teeth, few or one distinct, with infinities and NaN.
    private static let shapes: [@Sendable (Int, Int, inout SeededGenerator) -> Double] = [
        { index, _, _ in Double(index) }, { index, count, _ in Double(count - index) },
        { index, _, _ in Double(index % 7) }, { _, _, _ in 4.25 }, { index, _, _ in Double(index * 7919 % 1009) },
        { _, _, generator in Double.random(in: -1e9...1e9, using: &generator) },
        { _, _, generator in Double(Int.random(in: -3...3, using: &generator)) },
        { index, _, generator in
            [.infinity, -.infinity, .nan, -0.0, 1e-300, Double(index)][Int.random(in: 0...5, using: &generator)]
        },
        { index, count, _ in index < count / 2 ? Double(index) : Double(count - index) },
    ]

    @Test(arguments: shapes.indices)
    func selectionIsSorting(_ shape: Int) throws {
        var generator = SeededGenerator(seed: UInt64(shape + 1))
        for round in 0..<40 {
            let counts = (0..<4).map { _ in Int.random(in: 0...(round < 36 ? 300 : 30_000), using: &generator) }
            var starts = [0]
            for count in counts { starts.append(starts[starts.count - 1] + count) }
            let values = counts.flatMap { count in
                (0..<count).map { Self.shapes[shape]($0, count, &generator) }
            }
            let fraction = [0, 0.01, 0.25, 0.5, 0.95, 1, Double.random(in: 0...1, using: &generator)][round % 7]
            let column = Column(.double, .double(Buffer(values)))
            let result = try Finishers.interpolated(fraction)([column], starts)
            guard case .double(let quantiles) = result.values else {
                Issue.record("no doubles")
                return
            }
            for group in counts.indices {
                let expected = Self.quantile(fraction, Array(values[starts[group]..<starts[group + 1]]))
                #expect(result.isValid(group) == (expected != nil))
                guard let expected else { continue }
                let own = quantiles[group]
                #expect(own == expected || own.isNaN && expected.isNaN, "\(fraction) of \(counts[group])")
            }
        }
    }

    /// Type 7 of Hyndman and Fan over values sorted as the engine orders them: NaN last.
    private static func quantile(_ fraction: Double, _ values: [Double]) -> Double? {
        if values.isEmpty { return nil }
        let sorted = values.sorted { !$0.isNaN && ($1.isNaN || $0 < $1) }
        let position = fraction * Double(sorted.count - 1)
        let lower = Int(position.rounded(.down))
        let rest = position - Double(lower)
        return rest > 0 ? sorted[lower] + rest * (sorted[lower + 1] - sorted[lower]) : sorted[lower]
    }
}
