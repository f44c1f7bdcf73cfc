/// The ranges of rows of the partitions of a batch.
struct Partitions: Sequence, Sendable {
    private let starts: [Int]
    private let rowCount: Int

    /// - Parameters:
    ///   - starts: the first row of each partition, ascending, beginning with 0.
    ///   - rowCount: the rows of the batch; without rows there is no partition.
    init(_ starts: [Int], rowCount: Int) {
        self.starts = rowCount == 0 ? [] : starts
        self.rowCount = rowCount
    }

    /// How many there are.
    var count: Int { starts.count }

    func makeIterator() -> some IteratorProtocol<Range<Int>> {
        let (starts, rowCount) = (starts, rowCount)
        return starts.indices.lazy.map { index in
            starts[index]..<(index + 1 < starts.count ? starts[index + 1] : rowCount)
        }.makeIterator()
    }
}
