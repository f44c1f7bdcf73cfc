internal import Columnar

/// A file's rows as one exact text, so that any two readers can be compared byte by byte.
///
/// | value | text |
/// | --- | --- |
/// | missing, at any level | `~` |
/// | boolean | `true`, `false` |
/// | integer, date, time, timestamp | the integer in the file's own unit |
/// | decimal | the unscaled integer |
/// | float, double, float16 | `f` and the bits in hexadecimal, most significant first |
/// | INT96 | microseconds since 1970, wrapping |
/// | bytes of every other kind | `x` and the bytes in hexadecimal |
/// | list, structure, map | `[a,b]`, `{a,b}`, `<key:value,…>` |
///
/// A row is a line, its columns have a TAB between them.
package struct CanonicalRows {
    private let reader: ParquetFileReader
    private let types: [LogicalType]

    package init(_ reader: ParquetFileReader) {
        self.reader = reader
        types = reader.tree.columns.map { Self.type($0, reader.tree.leaves) }
    }

    /// Calls back with the text, some lines at a time.
    /// - Parameter predicate: which rows; nil for all. It sees values as `ParquetFileReader.schema` has them.
    /// - Throws: `ParquetError`, and what `body` throws.
    package func forEachPiece(where predicate: ScanPredicate? = nil, _ body: ([UInt8]) throws -> Void) throws {
        let scan = try predicate.map { try GroupScan(reader, $0) }
        for index in reader.metadata.rowGroups.indices {
            let selection = try scan?.selection(rowGroup: index)
            if let selection, selection.ranges.isEmpty { continue }
            let group = try GroupReader(reader, index, reader.tree.columns, selection)
            while let rows = try group.next(rowCount: 4_096) {
                let columns = try columns(rows.slices)
                let shapes = reader.tree.columns
                let wanted = try scan?.wanted(rows.slices, rowCount: rows.rowCount)
                // Which rows have a value, looked up without touching the columns: most of some files is missing.
                let present = columns.map { $0.validity?.words ?? [] }
                var text: [UInt8] = []
                text.reserveCapacity(min(1 << 20, rows.rowCount * columns.count * 2) + 4_096)
                for row in 0..<rows.rowCount {
                    if let wanted, !wanted[row] { continue }
                    for position in columns.indices {
                        if position > 0 { text.append(UInt8(ascii: "\t")) }
                        if present[position].isEmpty || present[position][row >> 6] >> UInt64(row & 63) & 1 == 1 {
                            append(columns[position], row, shapes[position], to: &text)
                        } else {
                            text.append(UInt8(ascii: "~"))
                        }
                    }
                    text.append(UInt8(ascii: "\n"))
                    if text.count > 1 << 20 {
                        try body(text)
                        text = []
                    }
                }
                try body(text)
            }
        }
    }

    private func columns(_ slices: [Int: LeafSlice]) throws(ParquetError) -> [Column] {
        let assembler = ColumnAssembler { leaf, dense, type throws(ParquetError) in
            Self.values(dense, reader.tree.leaves[leaf])
        }
        var columns: [Column] = []
        for (shape, type) in zip(reader.tree.columns, types) {
            do throws(ParquetError) {
                columns.append(try assembler.column(shape, Field(shape.name, type), slices))
            } catch {
                throw error.at(column: shape.name)
            }
        }
        return columns
    }

    /// The type of values as they lie in the file, whatever they mean.
    private static func type(_ shape: ColumnShape, _ leaves: [LeafColumn]) -> LogicalType {
        func field(_ shape: ColumnShape) -> Field { Field(shape.name, type(shape, leaves)) }
        switch shape.content {
        case .leaf(let leaf):
            switch leaves[leaf].type {
            case FileType.boolean: return .bool
            case FileType.int32: return .int32
            case FileType.int64, FileType.int96: return .int64
            case FileType.float: return .float
            case FileType.double: return .double
            default: return .binary
            }
        case .structure(let parts): return .structure(fields: parts.map(field))
        case .list(let element, _, _): return .list(element: field(element))
        case .map(let key, let value, _, _): return .map(key: field(key), value: field(value))
        }
    }

    private static func values(_ dense: DenseValues, _ leaf: LeafColumn) -> ColumnValues {
        switch leaf.type {
        case FileType.boolean: return .bool(Bitmap(dense.bools.map { $0 != 0 }))
        case FileType.int32: return .int32(Buffer(dense.int32s))
        case FileType.int64: return .int64(Buffer(dense.int64s))
        case FileType.float: return .float(Buffer(dense.floats))
        case FileType.double: return .double(Buffer(dense.doubles))
        default:
            if leaf.type == FileType.int96 {
                var spelt = dense
                try? spelt.spellOut()
                let source = spelt.bytes.span
                return .int64(Buffer((0..<spelt.bytes.count / 12).map { LeafConversion.microseconds(source, $0 * 12) }))
            }
            if let dictionary = dense.dictionary {
                let values = dictionary.values
                return .dictionary(
                    codes: Buffer(dense.codes),
                    BytesDictionary(BytesBuffer(offsets: Buffer(values.offsets), bytes: Buffer(values.bytes))))
            }
            return .bytes(BytesBuffer(offsets: Buffer(dense.offsets), bytes: Buffer(dense.bytes)))
        }
    }

    // MARK: Text

    private func append(_ column: Column, _ row: Int, _ shape: ColumnShape, to text: inout [UInt8]) {
        guard column.isValid(row) else {
            text.append(UInt8(ascii: "~"))
            return
        }
        switch (shape.content, column.values) {
        case (.leaf(let leaf), let values): append(values, row, reader.tree.leaves[leaf], to: &text)
        case (.structure(let parts), .structure(let columns, _)):
            text.append(UInt8(ascii: "{"))
            for (index, part) in parts.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                append(columns[index], row, part, to: &text)
            }
            text.append(UInt8(ascii: "}"))
        case (.list(let element, _, _), .list(let offsets, let elements)):
            text.append(UInt8(ascii: "["))
            for index in offsets[row]..<offsets[row + 1] {
                if index > offsets[row] { text.append(UInt8(ascii: ",")) }
                append(elements, Int(index), element, to: &text)
            }
            text.append(UInt8(ascii: "]"))
        case (.map(let key, let value, _, _), .map(let offsets, let keys, let values)):
            text.append(UInt8(ascii: "<"))
            for index in offsets[row]..<offsets[row + 1] {
                if index > offsets[row] { text.append(UInt8(ascii: ",")) }
                append(keys, Int(index), key, to: &text)
                text.append(UInt8(ascii: ":"))
                append(values, Int(index), value, to: &text)
            }
            text.append(UInt8(ascii: ">"))
        default: text.append(UInt8(ascii: "~"))
        }
    }

    private func append(_ values: ColumnValues, _ row: Int, _ leaf: LeafColumn, to text: inout [UInt8]) {
        if leaf.meaning == .null {
            text.append(UInt8(ascii: "~"))
            return
        }
        let isUnsigned = if case .integer(_, isSigned: false) = leaf.meaning { true } else { false }
        switch values {
        case .bool(let bits): text += Array((bits[row] ? "true" : "false").utf8)
        case .int32(let buffer):
            let value = buffer[row]
            Self.append(
                isUnsigned ? UInt64(UInt32(bitPattern: value)) : UInt64(value.magnitude),
                isNegative: !isUnsigned && value < 0, to: &text)
        case .int64(let buffer):
            let value = buffer[row]
            Self.append(
                isUnsigned ? UInt64(bitPattern: value) : value.magnitude,
                isNegative: !isUnsigned && value < 0, to: &text)
        case .float(let buffer): Self.append("f", hexadecimal: buffer[row].bitPattern, to: &text)
        case .double(let buffer): Self.append("f", hexadecimal: buffer[row].bitPattern, to: &text)
        case .bytes(let buffer): append(buffer.bytes.span.extracting(buffer.range(row)), leaf, to: &text)
        case .dictionary(let codes, let dictionary):
            let range = dictionary.values.range(Int(codes[row]))
            let distinct = dictionary.values
            append(distinct.bytes.span.extracting(range), leaf, to: &text)
        case .int128, .list, .structure, .map: text.append(UInt8(ascii: "~"))
        }
    }

    private func append(_ bytes: Span<UInt8>, _ leaf: LeafColumn, to text: inout [UInt8]) {
        switch leaf.meaning {
        case .decimal:
            text += Array(Self.decimal(bytes).utf8)
        case .float16:
            Self.append("f", hexadecimal: UInt16(bytes[1]) << 8 | UInt16(bytes[0]), to: &text)
        default:
            text.append(UInt8(ascii: "x"))
            for index in bytes.indices {
                text.append(Self.digits[Int(bytes[index] >> 4)])
                text.append(Self.digits[Int(bytes[index] & 15)])
            }
        }
    }

    /// Adds an integer in decimal digits.
    private static func append(_ magnitude: UInt64, isNegative: Bool, to text: inout [UInt8]) {
        if isNegative { text.append(UInt8(ascii: "-")) }
        let first = text.count
        var rest = magnitude
        repeat {
            text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        var (low, high) = (first, text.count - 1)
        while low < high {
            text.swapAt(low, high)
            (low, high) = (low + 1, high - 1)
        }
    }

    private static let digits = Array("0123456789abcdef".utf8)

    private static func append<Bits: FixedWidthInteger>(_ mark: String, hexadecimal: Bits, to text: inout [UInt8]) {
        text += Array(mark.utf8)
        for shift in stride(from: Bits.bitWidth - 4, through: 0, by: -4) {
            text.append(digits[Int(truncatingIfNeeded: hexadecimal >> Bits(shift)) & 15])
        }
    }

    /// A two's complement number of any length, most significant byte first, in decimal digits.
    private static func decimal(_ bytes: Span<UInt8>) -> String {
        guard bytes.count > 0 else { return "0" }
        let isNegative = bytes[0] & 0x80 != 0
        // The magnitude in base 10^9, least significant first.
        var limbs: [UInt64] = [0]
        for index in bytes.indices {
            var carry = UInt64(isNegative ? ~bytes[index] : bytes[index])
            for limb in limbs.indices {
                let value = limbs[limb] << 8
                let sum = value + carry
                limbs[limb] = sum % 1_000_000_000
                carry = sum / 1_000_000_000
            }
            if carry > 0 { limbs.append(carry) }
        }
        if isNegative {
            // The magnitude of a negative number is its complement and one.
            var index = 0
            while index < limbs.count {
                limbs[index] += 1
                if limbs[index] < 1_000_000_000 { break }
                limbs[index] = 0
                index += 1
            }
            if index == limbs.count { limbs.append(1) }
        }
        var text = String(limbs[limbs.count - 1])
        for limb in limbs.dropLast().reversed() {
            let digits = String(limb)
            text += String(repeating: "0", count: 9 - digits.count) + digits
        }
        return (isNegative ? "-" : "") + text
    }
}
