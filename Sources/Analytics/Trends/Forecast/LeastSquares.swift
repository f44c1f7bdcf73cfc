/// The linear combination of columns that lies nearest to a target, by modified Gram-Schmidt.
enum LeastSquares {
    /// The coefficients x for which the sum of squares of target - Σ x_j column_j is least.
    ///
    /// A column that the others make up already gets 0.
    static func coefficients(_ columns: [[Double]], _ target: [Double]) -> [Double] {
        let count = columns.count
        var basis = columns
        var upper = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
        var isKept = [Bool](repeating: false, count: count)
        var rest = target
        var shares = [Double](repeating: 0, count: count)
        for column in 0..<count {
            let before = dot(basis[column], basis[column])
            for other in 0..<column where isKept[other] {
                let share = dot(basis[other], basis[column])
                upper[other][column] = share
                subtract(share, basis[other], &basis[column])
            }
            let after = dot(basis[column], basis[column])
            guard after > before * 1e-20, after.isNormal else { continue }
            isKept[column] = true
            let length = after.squareRoot()
            upper[column][column] = length
            for row in basis[column].indices { basis[column][row] /= length }
            shares[column] = dot(basis[column], rest)
            subtract(shares[column], basis[column], &rest)
        }
        var result = [Double](repeating: 0, count: count)
        for column in (0..<count).reversed() where isKept[column] {
            var value = shares[column]
            for later in column + 1..<max(count, column + 1) { value -= upper[column][later] * result[later] }
            result[column] = value / upper[column][column]
        }
        return result
    }

    private static func dot(_ a: [Double], _ b: [Double]) -> Double {
        let (a, b) = (a.span, b.span)
        var sum = 0.0
        for index in a.indices { sum += a[index] * b[index] }
        return sum
    }

    private static func subtract(_ share: Double, _ a: [Double], _ b: inout [Double]) {
        let a = a.span
        var b = b.mutableSpan
        for index in a.indices { b[index] -= share * a[index] }
    }
}
