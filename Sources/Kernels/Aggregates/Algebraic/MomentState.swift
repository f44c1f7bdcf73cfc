package import Columnar

/// Variance, covariance and regression: counts, means and sums of squared deviations, updated by Welford's recurrence
/// and merged by Chan's.
package final class MomentState: AggregateState {
    /// What is computed of the moments; pairs take y first, as SQL does.
    package enum Result: String, Sendable, Hashable {
        case varianceSample, variancePopulation, deviationSample, deviationPopulation
        case covarianceSample, covariancePopulation, correlation
        case slope, intercept, determination, count, averageX, averageY, squaresX, squaresY, products
    }

    private struct Moments {
        var count = 0.0
        var meanX = 0.0
        var meanY = 0.0
        var squaresX = 0.0
        var squaresY = 0.0
        var products = 0.0
    }

    private let result: Result
    private var moments: [Moments] = []

    package init(_ result: Result) { self.result = result }

    package func grow(to groupCount: Int) { Kernels.grow(&moments, groupCount, Moments()) }

    package func update(_ groups: Span<UInt32>, _ arguments: [Operand], mask: Bitmap?) throws(KernelError) {
        guard case .double(let ys) = arguments[0].expanded(to: groups.count).values,
            case .double(let xs) = arguments[arguments.count - 1].expanded(to: groups.count).values
        else { throw .invalidArgument("moments are of doubles") }
        let (y, x) = (ys.span, xs.span)
        forEachRow(groups.count, mask) { add(Int(groups[$0]), x[$0], y[$0]) }
    }

    private func add(_ group: Int, _ x: Double, _ y: Double) {
        var own = moments[group]
        own.count += 1
        let (dx, dy) = (x - own.meanX, y - own.meanY)
        own.meanX += dx / own.count
        own.meanY += dy / own.count
        own.squaresX += dx * (x - own.meanX)
        own.squaresY += dy * (y - own.meanY)
        own.products += dx * (y - own.meanY)
        moments[group] = own
    }

    package func merge(_ other: any AggregateState, _ sources: Span<UInt32>, into groups: Span<UInt32>) {
        guard let other = other as? MomentState else { return }
        for index in 0..<sources.count where other.moments[Int(sources[index])].count > 0 {
            let target = Int(groups[index])
            let (a, b) = (moments[target], other.moments[Int(sources[index])])
            if a.count == 0 {
                moments[target] = b
                continue
            }
            var sum = Moments()
            sum.count = a.count + b.count
            let (dx, dy) = (b.meanX - a.meanX, b.meanY - a.meanY)
            let weight = a.count * b.count / sum.count
            sum.meanX = a.meanX + dx * b.count / sum.count
            sum.meanY = a.meanY + dy * b.count / sum.count
            sum.squaresX = a.squaresX + b.squaresX + dx * dx * weight
            sum.squaresY = a.squaresY + b.squaresY + dy * dy * weight
            sum.products = a.products + b.products + dx * dy * weight
            moments[target] = sum
        }
    }

    package var byteCount: Int { moments.count * 48 }

    package func finish() -> Column {
        if result == .count { return Column(.int64, .int64(Buffer(moments.map { Int64($0.count) }))) }
        let values = moments.map(value)
        let bits = Bitmap(values.map { $0 != nil })
        return Column(.double, .double(Buffer(values.map { $0 ?? 0 }))).with(validity: bits)
    }

    /// NULL where there are too few rows or no variance.
    private func value(_ own: Moments) -> Double? {
        guard own.count > 0 else { return nil }
        switch result {
        case .varianceSample: return own.count > 1 ? own.squaresX / (own.count - 1) : nil
        case .variancePopulation: return own.squaresX / own.count
        case .deviationSample: return own.count > 1 ? (own.squaresX / (own.count - 1)).squareRoot() : nil
        case .deviationPopulation: return (own.squaresX / own.count).squareRoot()
        case .covarianceSample: return own.count > 1 ? own.products / (own.count - 1) : nil
        case .covariancePopulation: return own.products / own.count
        case .correlation:
            if own.squaresX == 0 || own.squaresY == 0 { return nil }
            return own.products / (own.squaresX * own.squaresY).squareRoot()
        case .slope: return own.squaresX == 0 ? nil : own.products / own.squaresX
        case .intercept: return own.squaresX == 0 ? nil : own.meanY - own.meanX * own.products / own.squaresX
        case .determination:
            if own.squaresX == 0 { return nil }
            if own.squaresY == 0 { return 1 }
            return own.products * own.products / (own.squaresX * own.squaresY)
        case .count: return own.count
        case .averageX: return own.meanX
        case .averageY: return own.meanY
        case .squaresX: return own.squaresX
        case .squaresY: return own.squaresY
        case .products: return own.products
        }
    }
}
