internal import Columnar

/// Locally weighted regression (loess) on equally spaced points, as STL needs it: Cleveland, Cleveland, McRae and
/// Terpenning, "STL: A Seasonal-Trend Decomposition Procedure Based on Loess", Journal of Official Statistics 6 (1990).
///
/// At a point, the `length` nearest values are weighted by the tricube of their distance and a constant or a line is
/// fitted to them. Which values these are, and how they weigh, follows from the positions alone; so a smoother is made
/// once for a number of points and used for many series. Where all points are equally reliable, smoothing is the product
/// with fixed weights, which in the middle of the series are the same for every point.
struct LoessSmoother: Sendable {
    /// A point at which a curve is fitted.
    private struct Fit {
        /// The position of the value, from 0; -1 and `count` in front of and behind the series.
        let position: Int
        /// The first of the values that are fitted to.
        let left: Int
        /// Where in `kernels` and `weights` its numbers lie.
        let offset: Int
    }

    /// The number of values of a series.
    let count: Int
    /// The number of values that each fit takes.
    private let width: Int
    private let degree: Int
    private let jump: Int
    private let isExtended: Bool
    private let fits: [Fit]
    /// The fits whose numbers are those of `interiorOffset`, one position after the other.
    private let interior: Range<Int>
    private let interiorOffset: Int
    /// Tricube weights.
    private let kernels: [Double]
    /// By what the values are multiplied where all are equally reliable.
    private let weights: [Double]

    /// - Parameters:
    ///   - count: the number of values of a series.
    ///   - length: the width of the window, odd; it may be greater than `count`.
    ///   - degree: 0 for constants, 1 for lines.
    ///   - jump: the distance of the points that curves are fitted at; those between lie on straight lines.
    ///   - isExtended: whether a point in front of the series and one behind it are fitted too.
    init(count: Int, length: Int, degree: Int, jump: Int, isExtended: Bool = false) {
        self.count = count
        self.degree = degree
        self.isExtended = isExtended
        let step = max(1, min(jump, count - 1))
        self.jump = step
        let width = min(length, count)
        self.width = width
        let half = (length + 1) / 2

        // The window of a position of the series: centred, and within the series.
        func left(_ position: Int) -> Int { length >= count ? 0 : max(0, min(position + 1 - half, count - length)) }
        var points = stride(from: 0, to: count, by: step).map { ($0, left($0)) }
        // The last point keeps the window of the one before it.
        if let last = points.last, last.0 != count - 1 { points.append((count - 1, last.1)) }
        if isExtended { points = [(-1, 0)] + points + [(count, max(0, count - length))] }

        var kernels: [Double] = []
        var weights: [Double] = []
        var known: [Int: Int] = [:]
        var fits: [Fit] = []
        for (position, left) in points {
            // What the numbers depend on is where in its window the position lies.
            let place = position - left
            var offset = known[place]
            if offset == nil {
                offset = kernels.count
                known[place] = kernels.count
                let kernel = Self.kernel(place: place, width: width, length: length, count: count)
                kernels += kernel
                weights += Self.weights(kernel, place: place, degree: degree, count: count)
            }
            fits.append(Fit(position: position, left: left, offset: offset ?? 0))
        }
        self.kernels = kernels
        self.weights = weights
        self.fits = fits
        // With a fit at every point and windows that move with it, the middle of the series is one long product.
        let centre = known[half - 1] ?? 0
        let middle = fits.indices.filter { fits[$0].offset == centre && fits[$0].position - fits[$0].left == half - 1 }
        if step == 1, length < count, let first = middle.first, let last = middle.last {
            interior = first..<last + 1
        } else {
            interior = 0..<0
        }
        interiorOffset = centre
    }

    /// The number of smoothed values.
    var smoothedCount: Int { count + (isExtended ? 2 : 0) }

    private static func kernel(place: Int, width: Int, length: Int, count: Int) -> [Double] {
        let reach = max(place, width - 1 - place) + (length > count ? (length - count) / 2 : 0)
        let (far, near) = (0.999 * Double(reach), 0.001 * Double(reach))
        return (0..<width).map { index in
            let distance = Double(abs(index - place))
            if distance > far { return 0 }
            if distance <= near { return 1 }
            let ratio = distance / Double(reach)
            let rest = 1 - ratio * ratio * ratio
            return rest * rest * rest
        }
    }

    /// The weights of the values in the fitted value, all points being equally reliable; all 0 where there is no fit.
    private static func weights(_ kernel: [Double], place: Int, degree: Int, count: Int) -> [Double] {
        let sum = kernel.reduce(0, +)
        guard sum > 0 else { return kernel }
        var weights = kernel.map { $0 / sum }
        guard degree > 0 else { return weights }
        let distances = weights.indices.map { Double($0 - place) }
        let mean = zip(weights, distances).reduce(0) { $0 + $1.0 * $1.1 }
        let spread = zip(weights, distances).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) }
        guard spread.squareRoot() > 0.001 * Double(count - 1) else { return weights }
        let slope = -mean / spread
        for index in weights.indices { weights[index] *= slope * (distances[index] - mean) + 1 }
        return weights
    }
}

extension LoessSmoother {
    /// Smooths a series all of whose values are equally reliable.
    ///
    /// - Precondition: `values` has at least `count` values, of which the first are taken; `smoothed` has room for
    ///   `smoothedCount`.
    func smooth(_ values: [Double], into smoothed: inout [Double]) {
        precondition(values.count >= count && smoothed.count >= smoothedCount)
        let values = values.span
        var smoothed = smoothed.mutableSpan
        let shift = isExtended ? 1 : 0
        let own = weights.span
        for index in fits.indices where !interior.contains(index) {
            let fit = fits[index]
            var sum = 0.0
            for tap in 0..<width { sum += own[fit.offset + tap] * values[fit.left + tap] }
            smoothed[fit.position + shift] = sum
        }
        smoothInterior(values, into: &smoothed)
        interpolate(&smoothed)
    }

    /// The middle of the series: for each weight of the window a pass over all points, which the processor does several
    /// at a time.
    private func smoothInterior(_ values: Span<Double>, into smoothed: inout MutableSpan<Double>) {
        guard !interior.isEmpty else { return }
        let start = fits[interior.lowerBound].position + (isExtended ? 1 : 0)
        let left = fits[interior.lowerBound].left
        let points = interior.count
        var target = smoothed.extracting(start..<start + points)
        for point in 0..<points { target[point] = 0 }
        for tap in 0..<width {
            let weight = weights[interiorOffset + tap]
            let source = values.extracting(left + tap..<left + tap + points)
            for point in 0..<points { unsafe target[unchecked: point] += weight * source[unchecked: point] }
        }
    }

    /// Smooths a series whose values are reliable to a degree of 0 to 1 each.
    ///
    /// - Precondition: as of `smooth(_:into:)`; `reliability` has at least `count` values.
    func smooth(_ values: [Double], reliability: [Double], into smoothed: inout [Double]) {
        precondition(values.count >= count && reliability.count >= count && smoothed.count >= smoothedCount)
        let values = values.span
        let reliability = reliability.span
        var smoothed = smoothed.mutableSpan
        let shift = isExtended ? 1 : 0
        let kernels = kernels.span
        for fit in fits {
            let own = kernels.extracting(fit.offset..<fit.offset + width)
            let near = values.extracting(fit.left..<fit.left + width)
            let trust = reliability.extracting(fit.left..<fit.left + width)
            if let value = fitted(own, near, trust, Double(fit.left - fit.position)) {
                smoothed[fit.position + shift] = value
            } else if fit.position >= 0, fit.position < count {
                smoothed[fit.position + shift] = values[fit.position]
            }
        }
        interpolate(&smoothed)
        guard isExtended else { return }
        // Where nothing near an end is reliable, the curve goes on as it ends.
        if !isReliable(fits[0], reliability) { smoothed[0] = smoothed[1] }
        if !isReliable(fits[fits.count - 1], reliability) { smoothed[count + 1] = smoothed[count] }
    }

    private func isReliable(_ fit: Fit, _ reliability: Span<Double>) -> Bool {
        (0..<width).contains { kernels[fit.offset + $0] * reliability[fit.left + $0] > 0 }
    }

    /// The fitted value where the first value of the window lies `distance` from the point; nil where no value weighs.
    @inline(__always)
    private func fitted(
        _ kernel: Span<Double>, _ values: Span<Double>, _ reliability: Span<Double>, _ distance: Double
    ) -> Double? {
        var (sum, moment, square, product, momentProduct) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for index in 0..<width {
            let weight = unsafe kernel[unchecked: index] * reliability[unchecked: index]
            let place = distance + Double(index)
            let value = unsafe values[unchecked: index]
            let weighted = weight * place
            sum += weight
            moment += weighted
            square += weighted * place
            product += weight * value
            momentProduct += weighted * value
        }
        guard sum > 0 else { return nil }
        let constant = product / sum
        guard degree > 0 else { return constant }
        let mean = moment / sum
        let spread = square / sum - mean * mean
        guard spread > 0, spread.squareRoot() > 0.001 * Double(count - 1) else { return constant }
        return constant - mean / spread * (momentProduct / sum - mean * constant)
    }

    /// Straight lines between the fitted points.
    private func interpolate(_ smoothed: inout MutableSpan<Double>) {
        guard jump > 1 else { return }
        let shift = isExtended ? 1 : 0
        let inner = isExtended ? 1..<fits.count - 1 : 0..<fits.count
        for index in inner.dropLast() {
            let (from, to) = (fits[index].position + shift, fits[index + 1].position + shift)
            let slope = (smoothed[to] - smoothed[from]) / Double(to - from)
            for position in from + 1..<max(to, from + 1) {
                smoothed[position] = smoothed[from] + slope * Double(position - from)
            }
        }
    }
}
