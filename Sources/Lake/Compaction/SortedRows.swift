internal import Columnar

/// The rows of a batch in the order of their time.
struct SortedRows {
    let batch: ColumnBatch
    let times: [Int64]

    /// Sorts; rows of one time, and those without, keep their order. Those without a time come first.
    init(_ batch: ColumnBatch, by column: String) throws {
        let times = try Self.times(batch.column(column))
        let isSorted = times.indices.dropFirst().allSatisfy { times[$0 - 1] <= times[$0] }
        if isSorted {
            self.batch = batch
            self.times = times
            return
        }
        let order = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
        self.batch = batch.taking(order.map { Int32(truncatingIfNeeded: $0) })
        self.times = order.map { times[$0] }
    }

    /// Days or microseconds; the least number for a row without a time.
    static func times(_ column: Column) throws(LakeError) -> [Int64] {
        var times: [Int64]
        switch column.values {
        case .int32(let buffer): times = buffer.array.map(Int64.init)
        case .int64(let buffer): times = buffer.array
        default: throw LakeError(.schema, "rows are sorted by a timestamp or a date")
        }
        if let validity = column.validity { for row in times.indices where !validity[row] { times[row] = .min } }
        return times
    }

    /// How many of the rows have a time below another.
    func count(below time: Int64) -> Int {
        var (low, high) = (0, times.count)
        while low < high {
            let middle = (low + high) / 2
            if times[middle] < time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
