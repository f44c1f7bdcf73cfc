internal import Columnar

/// The fields of one column of a batch: where each begins in its source, and how long it is.
///
/// Texts that need no quotes stay where they lie in the batch; all other fields are written into `scratch` once. The
/// fields of a dictionary are written when the dictionary is new, and then found by their codes.
@safe
final class FieldPieces {
    /// Where the bytes of the fields lie.
    enum Source {
        case scratch
        case batch(BytesBuffer)
        case dictionary
    }

    private(set) var source = Source.scratch
    private(set) var starts: UnsafeMutablePointer<Int>
    private(set) var lengths: UnsafeMutablePointer<Int>
    private var rowCapacity: Int
    private var scratch = ByteBlock()
    /// The dictionary whose fields are in `entries`; kept, so that no other can take its place in memory.
    private var dictionary: BytesDictionary?
    private var entries = ByteBlock(capacity: 1)
    private var entryStarts: [Int] = []
    private var entryLengths: [Int] = []
    private let isGuarded: Bool

    init(isGuarded: Bool) {
        self.isGuarded = isGuarded
        rowCapacity = ColumnBatch.rowCountTarget
        unsafe starts = .allocate(capacity: rowCapacity)
        unsafe lengths = .allocate(capacity: rowCapacity)
    }

    deinit {
        unsafe starts.deallocate()
        unsafe lengths.deallocate()
    }

    /// Hands the bytes that `starts` count from to a body.
    func withBytes(_ body: (UnsafePointer<UInt8>) -> Void) {
        switch source {
        case .scratch: unsafe body(UnsafePointer(scratch.base))
        case .dictionary: unsafe body(UnsafePointer(entries.base))
        case .batch(let buffer):
            let bytes = buffer.bytes.span
            unsafe bytes.withUnsafeBufferPointer { pointer in
                if let base = pointer.baseAddress { unsafe body(base) }
            }
        }
    }

    /// Finds or writes the fields of a column.
    func fill(_ column: Column, _ format: (Scalar) -> String) {
        makeRoom(column.rowCount)
        scratch.removeAll()
        source = .scratch
        switch (column.values, column.type) {
        case (.bool(let bits), _): each(column, 5) { row, target in Self.truth(bits[row], at: target) }
        case (.int32(let values), .date): dates(column, values)
        case (.int32(let values), .uint8), (.int32(let values), .uint16), (.int32(let values), .uint32):
            let span = values.span
            each(column, DigitWriter.integerMax) {
                unsafe DigitWriter.unsigned(UInt64(UInt32(bitPattern: span[unchecked: $0])), at: $1)
            }
        case (.int32(let values), _):
            let span = values.span
            each(column, DigitWriter.integerMax) { unsafe DigitWriter.integer(Int64(span[unchecked: $0]), at: $1) }
        case (.int64(let values), .timestamp):
            let span = values.span
            each(column, DigitWriter.instantMax) { unsafe DigitWriter.instant(span[unchecked: $0], at: $1) }
        case (.int64(let values), .uint64):
            let span = values.span
            each(column, DigitWriter.integerMax) {
                unsafe DigitWriter.unsigned(UInt64(bitPattern: span[unchecked: $0]), at: $1)
            }
        case (.int64(let values), .decimal(_, let scale)):
            let span = values.span
            each(column, DigitWriter.decimalMax) {
                unsafe DigitWriter.decimal(span[unchecked: $0], scale: scale, at: $1)
            }
        case (.int64(let values), _):
            let span = values.span
            each(column, DigitWriter.integerMax) { unsafe DigitWriter.integer(span[unchecked: $0], at: $1) }
        case (.int128(let values), .decimal(_, let scale)):
            let span = values.span
            each(column, DigitWriter.decimalMax) {
                unsafe DigitWriter.decimal(span[unchecked: $0], scale: scale, at: $1)
            }
        case (.double(let values), _):
            let span = values.span
            each(column, DigitWriter.floatingMax) { unsafe DigitWriter.floating(span[unchecked: $0], at: $1) }
        case (.bytes(let values), let type): bytes(column, values, isText: type.isText)
        case (.dictionary(let codes, let dictionary), let type):
            self.codes(column, codes, dictionary, isText: type.isText)
        default: boxed(column, format)
        }
    }

    private func makeRoom(_ rowCount: Int) {
        guard rowCount > rowCapacity else { return }
        unsafe starts.deallocate()
        unsafe lengths.deallocate()
        rowCapacity = rowCount
        unsafe starts = .allocate(capacity: rowCapacity)
        unsafe lengths = .allocate(capacity: rowCapacity)
    }

    /// Writes every valid row by a function, into room for the longest that it can write.
    @inline(__always)
    private func each(_ column: Column, _ byteCountMax: Int, _ write: (Int, UnsafeMutablePointer<UInt8>) -> Int) {
        let count = column.rowCount
        let start = unsafe scratch.reserve(count * byteCountMax)
        var position = 0
        for row in 0..<count {
            unsafe starts[row] = position
            let length = column.isValid(row) ? unsafe write(row, start + position) : 0
            unsafe lengths[row] = length
            position &+= length
        }
        scratch.advance(position)
    }

    private static func truth(_ truth: Bool, at target: UnsafeMutablePointer<UInt8>) -> Int {
        let text: StaticString = truth ? "true" : "false"
        unsafe target.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        return text.utf8CodeUnitCount
    }

    /// Days often stand many times one behind the other: such a one is found where the last was written.
    private func dates(_ column: Column, _ values: Buffer<Int32>) {
        let span = values.span
        var (last, lastStart, lastLength) = (Int32(0), 0, -1)
        let start = unsafe scratch.reserve(column.rowCount * DigitWriter.dateMax)
        var position = 0
        for row in span.indices {
            guard column.isValid(row) else {
                unsafe starts[row] = position
                unsafe lengths[row] = 0
                continue
            }
            if span[row] != last || lastLength < 0 {
                (last, lastStart) = (span[row], position)
                lastLength = unsafe DigitWriter.date(last, at: start + position)
                position += lastLength
            }
            unsafe starts[row] = lastStart
            unsafe lengths[row] = lastLength
        }
        scratch.advance(position)
    }

    // MARK: Texts

    private func bytes(_ column: Column, _ values: BytesBuffer, isText: Bool) {
        guard isText else {
            hexadecimal(column, values)
            return
        }
        let offsets = values.offsets.span
        let all = values.bytes.span
        let isPlain =
            values.count > 0
            && FieldQuoting.isPlain(all, from: Int(offsets[0]), to: Int(offsets[values.count]))
            && hasOnlyPlainEnds(column, values)
        guard isPlain else { return quoted(column, values) }
        source = .batch(values)
        for row in 0..<values.count {
            let start = Int(offsets[unchecked: row])
            unsafe starts[row] = start
            unsafe lengths[row] = column.isValid(row) ? Int(offsets[unchecked: row &+ 1]) &- start : 0
        }
    }

    /// Whether no valid text is empty, begins or ends with a space, or needs a guard.
    private func hasOnlyPlainEnds(_ column: Column, _ values: BytesBuffer) -> Bool {
        let offsets = values.offsets.span
        let all = values.bytes.span
        for row in 0..<values.count where column.isValid(row) {
            let (start, end) = (Int(offsets[unchecked: row]), Int(offsets[unchecked: row &+ 1]))
            guard start < end, all[start] != UInt8(ascii: " "), all[end &- 1] != UInt8(ascii: " ") else { return false }
            if isGuarded, FieldQuoting.beginsFormula(all[start]) { return false }
        }
        return true
    }

    private func quoted(_ column: Column, _ values: BytesBuffer) {
        let offsets = values.offsets.span
        let all = values.bytes.span
        for row in 0..<values.count {
            unsafe starts[row] = scratch.count
            if column.isValid(row) {
                FieldQuoting.append(
                    all, from: Int(offsets[row]), to: Int(offsets[row + 1]), to: &scratch, isGuarded: isGuarded)
            }
            unsafe lengths[row] = scratch.count - starts[row]
        }
    }

    private func hexadecimal(_ column: Column, _ values: BytesBuffer) {
        let offsets = values.offsets.span
        let all = values.bytes.span
        for row in 0..<values.count {
            let range = column.isValid(row) ? Int(offsets[row])..<Int(offsets[row + 1]) : 0..<0
            unsafe starts[row] = scratch.count
            unsafe lengths[row] = range.count * 2
            var target = unsafe scratch.reserve(range.count * 2)
            for index in range {
                let byte = all[unchecked: index]
                unsafe target[0] = FieldQuoting.hexadecimalDigit(byte &>> 4)
                unsafe target[1] = FieldQuoting.hexadecimalDigit(byte & 15)
                unsafe target += 2
            }
            scratch.advance(range.count * 2)
        }
    }

    private func codes(_ column: Column, _ codes: Buffer<UInt32>, _ dictionary: BytesDictionary, isText: Bool) {
        if self.dictionary !== dictionary {
            entries.removeAll()
            entryStarts.removeAll(keepingCapacity: true)
            entryLengths.removeAll(keepingCapacity: true)
            let values = dictionary.values
            let all = values.bytes.span
            for code in 0..<values.count {
                entryStarts.append(entries.count)
                let range = values.range(code)
                if isText {
                    FieldQuoting.append(
                        all, from: range.lowerBound, to: range.upperBound, to: &entries, isGuarded: isGuarded)
                } else {
                    FieldQuoting.appendHexadecimal(all, range, to: &entries)
                }
                entryLengths.append(entries.count - entryStarts[code])
            }
            self.dictionary = dictionary
        }
        source = .dictionary
        let span = codes.span
        let (entryStarts, entryLengths) = (self.entryStarts, self.entryLengths)
        let places = entryStarts.span
        let counts = entryLengths.span
        for row in span.indices {
            // The code of a missing value may be 0 where the dictionary is empty.
            guard column.isValid(row) else {
                unsafe starts[row] = 0
                unsafe lengths[row] = 0
                continue
            }
            let code = Int(span[row])
            unsafe starts[row] = places[code]
            unsafe lengths[row] = counts[code]
        }
    }

    /// Lists, structures and what else is rare.
    private func boxed(_ column: Column, _ format: (Scalar) -> String) {
        for row in 0..<column.rowCount {
            unsafe starts[row] = scratch.count
            let value = column.scalar(row)
            if value != .null {
                let text = Array(format(value).utf8)
                FieldQuoting.append(text.span, from: 0, to: text.count, to: &scratch, isGuarded: false)
            }
            unsafe lengths[row] = scratch.count - starts[row]
        }
    }
}
