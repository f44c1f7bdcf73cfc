package import Columnar

/// Finds the rows of a batch in which a text stands anywhere: in texts, bytes, and what is nested in lists, structures and
/// maps.
///
/// The bytes of a column are searched as one (Horspool's algorithm: of a text without the mark about one byte in as many as
/// the mark has is looked at); what is found is then held to the rows' limits.
package struct MarkSearch: Sendable {
    private struct Mark: Sendable {
        let bytes: [UInt8]
        /// How far the mark may move on for each byte that lies under its last one.
        let steps: [Int]

        init(_ text: String) {
            bytes = Array(text.utf8)
            var steps = [Int](repeating: bytes.count, count: 256)
            for (index, byte) in bytes.enumerated().dropLast() { steps[Int(byte)] = bytes.count - 1 - index }
            self.steps = steps
        }
    }

    private let marks: [Mark]

    /// - Parameter marks: not empty texts.
    package init(_ marks: [String]) { self.marks = marks.map(Mark.init) }

    /// How many rows have at least one of the marks.
    package func rowCount(in batch: borrowing ColumnBatch) -> Int {
        var rows: Set<Int> = []
        for column in batch.columns { rows.formUnion(self.rows(in: column)) }
        return rows.count
    }

    /// The rows of a column that have a mark.
    private func rows(in column: Column) -> Set<Int> {
        switch column.values {
        case .bool, .int32, .int64, .int128, .float, .double: return []
        case .bytes(let values): return rows(in: values).filter { column.isValid($0) }
        case .dictionary(let codes, let dictionary):
            let words = rows(in: dictionary.values)
            guard !words.isEmpty else { return [] }
            return Set((0..<codes.count).filter { words.contains(Int(codes[$0])) && column.isValid($0) })
        case .list(let offsets, let elements): return owners(of: rows(in: elements), offsets, column)
        case .map(let offsets, let keys, let values):
            return owners(of: rows(in: keys).union(rows(in: values)), offsets, column)
        case .structure(let columns, _):
            return columns.reduce(into: Set<Int>()) { $0.formUnion(rows(in: $1)) }.filter { column.isValid($0) }
        }
    }

    /// The rows that the elements of lists belong to.
    private func owners(of elements: Set<Int>, _ offsets: Buffer<Int32>, _ column: Column) -> Set<Int> {
        guard !elements.isEmpty else { return [] }
        return Set(
            (0..<column.rowCount).filter { row in
                column.isValid(row) && (Int(offsets[row])..<Int(offsets[row + 1])).contains { elements.contains($0) }
            })
    }

    private func rows(in values: BytesBuffer) -> Set<Int> {
        guard values.count > 0 else { return [] }
        let limits = values.range(0).lowerBound..<values.range(values.count - 1).upperBound
        var rows: Set<Int> = []
        for mark in marks {
            var start = limits.lowerBound
            while let place = Self.place(of: mark.bytes, mark.steps, in: values.bytes.span, start..<limits.upperBound) {
                // The row that the place lies in; a mark that goes over a row's end is none.
                let row = Self.row(at: place, values)
                if place + mark.bytes.count <= values.range(row).upperBound { rows.insert(row) }
                start = place + 1
            }
        }
        return rows
    }

    private static func place(
        of mark: [UInt8], _ steps: [Int], in bytes: Span<UInt8>, _ range: Range<Int>
    ) -> Int? {
        let markBytes = mark.span
        let stepList = steps.span
        let last = markBytes.count - 1
        var end = range.lowerBound + last
        while end < range.upperBound {
            let byte = bytes[end]
            if byte == markBytes[last] {
                var index = 0
                while index < last, bytes[end - last + index] == markBytes[index] { index += 1 }
                if index == last { return end - last }
            }
            end += stepList[Int(byte)]
        }
        return nil
    }

    /// The last row that begins at a place or before it, and is not empty.
    private static func row(at place: Int, _ values: BytesBuffer) -> Int {
        var (low, high) = (0, values.count - 1)
        while low < high {
            let middle = (low + high + 1) / 2
            if Int(values.offsets[middle]) <= place { low = middle } else { high = middle - 1 }
        }
        return low
    }
}
