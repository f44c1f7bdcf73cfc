/// Nelder and Mead's simplex method (Computer Journal 7, 1965): finds a minimum without derivatives.
enum NelderMead {
    /// The point at which a function is least, from a start; what is not a number counts as infinite.
    ///
    /// - Parameters:
    ///   - step: how far the first simplex reaches.
    ///   - evaluationsMax: how often the function may be computed.
    static func minimum(
        of function: ([Double]) -> Double, from start: [Double], step: Double = 0.3, evaluationsMax: Int = 600
    ) -> (point: [Double], value: Double) {
        func value(_ point: [Double]) -> Double {
            let value = function(point)
            return value.isNaN ? .infinity : value
        }
        var simplex = [(point: start, value: value(start))]
        for axis in start.indices {
            var point = start
            point[axis] += step
            simplex.append((point, value(point)))
        }
        var evaluations = simplex.count
        while evaluations < evaluationsMax {
            simplex.sort { $0.value < $1.value }
            let (best, worst) = (simplex[0], simplex[simplex.count - 1])
            if !(worst.value - best.value > 1e-12 * abs(best.value)), isSmall(simplex.map(\.point)) { break }
            let centre = start.indices.map { axis in
                simplex.dropLast().reduce(0) { $0 + $1.point[axis] } / Double(start.count)
            }
            func along(_ share: Double) -> (point: [Double], value: Double) {
                let point = start.indices.map { centre[$0] + share * (worst.point[$0] - centre[$0]) }
                evaluations += 1
                return (point, value(point))
            }
            let reflected = along(-1)
            if reflected.value < best.value {
                let expanded = along(-2)
                simplex[simplex.count - 1] = expanded.value < reflected.value ? expanded : reflected
            } else if reflected.value < simplex[simplex.count - 2].value {
                simplex[simplex.count - 1] = reflected
            } else {
                let contracted = reflected.value < worst.value ? along(-0.5) : along(0.5)
                if contracted.value < min(reflected.value, worst.value) {
                    simplex[simplex.count - 1] = contracted
                } else {
                    for index in 1..<simplex.count {
                        let point = zip(simplex[index].point, best.point).map { $0 * 0.5 + $1 * 0.5 }
                        simplex[index] = (point, value(point))
                        evaluations += 1
                    }
                }
            }
        }
        return simplex.min { $0.value < $1.value } ?? (start, .infinity)
    }

    private static func isSmall(_ points: [[Double]]) -> Bool {
        points.dropFirst().allSatisfy { point in
            zip(point, points[0]).allSatisfy { abs($0 - $1) < 1e-7 }
        }
    }
}
