/// Rows of a row group: ranges in rising order that do not touch each other.
struct RowSelection: Equatable {
    private(set) var ranges: [Range<Int64>] = []

    /// Adds rows behind those that are there.
    mutating func append(_ range: Range<Int64>) {
        guard !range.isEmpty else { return }
        if let last = ranges.last, last.upperBound == range.lowerBound {
            ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
        } else {
            ranges.append(range)
        }
    }
}

extension ScanFilter {
    /// The rows of a row group that may hold one for which the filter is true, by the pages of its columns.
    ///
    /// The columns' pages need not begin at the same rows: the rows are cut wherever a page of any of them begins, and
    /// each piece is judged by the pages that it lies in.
    /// - Parameters:
    ///   - indexes: the page index of each of the filter's columns, where it has one.
    ///   - facts: what is known of a column in all of the row group, and in one of its pages.
    func selection(
        rowCount: Int64, _ indexes: [PageIndex?], facts: [ColumnFacts],
        page: (Int, PageIndex.Bounds, Int64) -> ColumnFacts
    ) -> RowSelection {
        var starts: Set<Int64> = [0]
        for index in indexes { for page in index?.pages ?? [] { starts.insert(page.firstRow) } }
        let rising = starts.sorted()
        var selection = RowSelection()
        for (position, start) in rising.enumerated() {
            let end = position + 1 < rising.count ? rising[position + 1] : rowCount
            let outcomes = outcomes { column in
                guard let index = indexes[column], let bounds = index.bounds else { return facts[column] }
                let number = index.page(ofRow: start)
                let next = number + 1 < index.pages.count ? index.pages[number + 1].firstRow : rowCount
                return page(column, bounds[number], next - index.pages[number].firstRow)
            }
            if outcomes.contains(.isTrue) { selection.append(start..<end) }
        }
        return selection
    }
}
