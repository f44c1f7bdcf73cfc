package import Columnar

/// Writes batches as records of CSV (RFC 4180, UTF-8): the fields of `ExactText`, column by column.
///
/// ```
/// columns ──► FieldPieces: where each field begins, how long it is ──► line lengths ──► fields to their places
/// ```
/// (1) Types are looked at once a batch and column; numbers and dates are written by integer arithmetic.
/// (2) A field that needs no quotes is copied once, from the batch to its place in the line.
/// (3) Null is an empty field, the empty text `""`.
///
/// One thread uses it; its memory is that of the largest batch.
package final class DelimitedRows {
    private let schema: Schema
    private let isGuarded: Bool
    private let lineEnd: [UInt8]
    private let columns: [FieldPieces]
    private var out = ByteBlock(capacity: 1 << 20)
    private var cursors: [Int] = []

    /// So many rows are put together at a time: their lines fit into a core's own cache.
    private static let blockRowCount = 512

    /// - Parameters:
    ///   - isGuarded: whether texts that a spreadsheet would take for formulas get an apostrophe in front.
    ///   - lineEnd: LF, or CR and LF.
    package init(_ schema: Schema, isGuarded: Bool, lineEnd: [UInt8] = [0x0A]) {
        self.schema = schema
        self.isGuarded = isGuarded
        self.lineEnd = lineEnd
        columns = schema.fields.map { _ in FieldPieces(isGuarded: isGuarded) }
    }

    /// The line with the columns' names.
    package var head: [UInt8] {
        var line: [UInt8] = []
        for (index, field) in schema.fields.enumerated() {
            if index > 0 { line.append(UInt8(ascii: ",")) }
            ExactText.appendField(field.name, to: &line, isGuarded: isGuarded)
        }
        return line + lineEnd
    }

    /// Hands the lines of a batch to a body.
    ///
    /// - Precondition: the batch has the columns of the schema.
    package func withLines<Failure: Error>(
        of batch: ColumnBatch, _ body: (Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        precondition(batch.columns.count == columns.count)
        out.removeAll()
        for (pieces, column) in zip(columns, batch.columns) {
            pieces.fill(column) { ExactText.text($0, type: column.type) }
        }
        if columns.isEmpty {
            for _ in 0..<batch.rowCount { out.append(lineEnd) }
        } else {
            var start = 0
            while start < batch.rowCount {
                let end = min(start + Self.blockRowCount, batch.rowCount)
                write(start..<end)
                start = end
            }
        }
        try out.withSpan(body)
    }

    /// Puts the fields of some rows at their places.
    private func write(_ rows: Range<Int>) {
        let separators = columns.count - 1 + lineEnd.count
        cursors.removeAll(keepingCapacity: true)
        cursors.append(contentsOf: repeatElement(separators, count: rows.count))
        cursors.withUnsafeMutableBufferPointer { cursors in
            for pieces in columns {
                for (index, row) in rows.enumerated() { unsafe cursors[index] &+= pieces.lengths[row] }
            }
            var total = 0
            for index in cursors.indices {
                let length = unsafe cursors[index]
                unsafe cursors[index] = total
                total += length
            }
            let target = unsafe out.reserve(total)
            for (number, pieces) in columns.enumerated() {
                let isLast = number == columns.count - 1
                unsafe copy(pieces, rows, cursors, target, isLast ? lineEnd : [UInt8(ascii: ",")])
            }
            out.advance(total)
        }
    }

    private func copy(
        _ pieces: FieldPieces, _ rows: Range<Int>, _ cursors: UnsafeMutableBufferPointer<Int>,
        _ target: UnsafeMutablePointer<UInt8>, _ separator: [UInt8]
    ) {
        let (starts, lengths) = unsafe (pieces.starts, pieces.lengths)
        let (first, second) = (separator[0], separator.count > 1 ? separator[1] : 0)
        let hasSecond = separator.count > 1
        unsafe pieces.withBytes { source in
            for (index, row) in rows.enumerated() {
                let length = unsafe lengths[row]
                var place = unsafe target + cursors[index]
                unsafe place.update(from: source + starts[row], count: length)
                unsafe place += length
                unsafe place[0] = first
                unsafe place += 1
                if hasSecond {
                    unsafe place[0] = second
                    unsafe place += 1
                }
                unsafe cursors[index] = place - target
            }
        }
    }
}
