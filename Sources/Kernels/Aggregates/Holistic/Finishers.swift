package import Columnar

/// What holistic aggregates make of the values of each group.
package enum Finishers {
    /// `count(DISTINCT x)`: the values come distinct.
    package static let count: ListState.Finisher = { _, starts throws(KernelError) in
        Column(.int64, .int64(Buffer((0..<starts.count - 1).map { Int64(starts[$0 + 1] - starts[$0]) })))
    }

    /// `array_agg`: a list of the values, NULL where there are none.
    package static func list(_ type: LogicalType) -> ListState.Finisher {
        { columns, starts throws(KernelError) in
            guard let last = starts.last, last <= Int(Int32.max) else { throw .tooLarge }
            let filled = Bitmap((0..<starts.count - 1).map { starts[$0 + 1] > starts[$0] })
            let values = ColumnValues.list(offsets: Buffer(starts.map { Int32($0) }), elements: columns[0])
            return Column(type, values).with(validity: filled)
        }
    }

    /// `string_agg`: the texts with a separator between them; the separator is the second argument.
    package static let joinedText: ListState.Finisher = { columns, starts throws(KernelError) in
        let texts = try columns[0].plainBytes()
        let separators = try columns[1].plainBytes()
        var builder = BytesBuilder()
        for group in 0..<starts.count - 1 {
            if starts[group] == starts[group + 1] {
                builder.appendNull()
                continue
            }
            var joined: [UInt8] = []
            for row in starts[group]..<starts[group + 1] {
                if row > starts[group], columns[1].isValid(row) { joined += separators[row] }
                joined += texts[row]
            }
            guard builder.append(joined.span) else { throw .tooLarge }
        }
        let (values, validity) = builder.finish()
        return Column(.text, validity: validity, .bytes(values))
    }

    /// `first(x ORDER BY …)`, `min_by`, `max_by`: the first of each group; NULL where there is none.
    package static let first: ListState.Finisher = { columns, starts throws(KernelError) in
        let rows = (0..<starts.count - 1).map { starts[$0] < starts[$0 + 1] ? UInt32(starts[$0]) : missingRow }
        let span = rows.span
        return try columns[0].taking(span, mayMiss: true)
    }

    /// `mode`: the most frequent value, of equally frequent ones the smallest; the values come sorted.
    package static let mode: ListState.Finisher = { columns, starts throws(KernelError) in
        let rowCount = columns[0].rowCount
        let keys = try KeyLayout(chunks: [[columns[0]]]).packed([columns[0]], rowCount: rowCount)
        var rows: [UInt32] = []
        for group in 0..<starts.count - 1 {
            var best = missingRow
            var most = 0
            var start = starts[group]
            for row in starts[group]..<starts[group + 1] {
                if row + 1 == starts[group + 1] || !keys.isEqual(row, row + 1) {
                    if row + 1 - start > most { (best, most) = (UInt32(start), row + 1 - start) }
                    start = row + 1
                }
            }
            rows.append(best)
        }
        let span = rows.span
        return try columns[0].taking(span, mayMiss: true)
    }

    /// `quantile_cont`: type 7, interpolated between the neighbours; only those two are brought to their places.
    package static func interpolated(_ fraction: Double) -> ListState.Finisher {
        { columns, starts throws(KernelError) in
            guard case .double(let buffer) = columns[0].values else {
                throw .invalidArgument("quantiles are interpolated between numbers")
            }
            var selection = RankSelection(bits(of: buffer))
            var results: [Double] = []
            for group in 0..<starts.count - 1 {
                let range = starts[group]..<starts[group + 1]
                if range.isEmpty {
                    results.append(0)
                    continue
                }
                let position = fraction * Double(range.count - 1)
                let lower = Int(position.rounded(.down))
                let rank = range.lowerBound + lower
                selection.select(rank, in: range)
                let low = double(ofOrderedBits: selection[rank])
                let rest = position - Double(lower)
                if rest > 0 {
                    let high = double(ofOrderedBits: selection.least(of: rank + 1..<range.upperBound))
                    results.append(low + rest * (high - low))
                } else {
                    results.append(low)
                }
            }
            let filled = Bitmap((0..<starts.count - 1).map { starts[$0 + 1] > starts[$0] })
            return Column(.double, .double(Buffer(results))).with(validity: filled)
        }
    }

    /// `quantile_disc`: the first value whose share reaches the fraction; the values come sorted.
    package static func discrete(_ fraction: Double) -> ListState.Finisher {
        { columns, starts throws(KernelError) in
            var rows: [UInt32] = []
            for group in 0..<starts.count - 1 {
                let count = starts[group + 1] - starts[group]
                let index = max(0, Int((fraction * Double(count)).rounded(.up)) - 1)
                rows.append(count == 0 ? missingRow : UInt32(starts[group] + min(index, count - 1)))
            }
            let span = rows.span
            return try columns[0].taking(span, mayMiss: true)
        }
    }

    private static func bits(of buffer: Buffer<Double>) -> [UInt64] {
        let values = buffer.span
        var bits = [UInt64](repeating: 0, count: values.count)
        var output = bits.mutableSpan
        for row in 0..<values.count { output[row] = orderedBits(values[row]) }
        return bits
    }
}
