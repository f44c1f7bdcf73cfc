/// "Did you mean": the known name that is nearest to a mistyped one.
package enum Suggestion {
    /// The nearest of some names, if it is near: an edit distance of at most 2, or a third of the length, but less than
    /// the length of the name itself. Of equally near names the first.
    package static func nearest(to name: String, among names: some Sequence<String>) -> String? {
        let wanted = Array(name.lowercased().unicodeScalars)
        guard !wanted.isEmpty, wanted.count <= 128 else { return nil }
        var best: (name: String, distance: Int)?
        for candidate in names where candidate != name {
            let distance = distance(wanted, Array(candidate.lowercased().unicodeScalars))
            let limit = wanted.count <= 3 ? 1 : max(2, wanted.count / 3)
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// The number of insertions, deletions, replacements and swaps of neighbours that make one text of the other
    /// (optimal string alignment distance).
    static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var beforeLast = [Int](repeating: 0, count: right.count + 1)
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            current.reserveCapacity(right.count + 1)
            for column in right.indices {
                let cost = left[row] == right[column] ? 0 : 1
                var value = min(last[column] + cost, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    value = min(value, beforeLast[column - 1] + 1)
                }
                current.append(value)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
