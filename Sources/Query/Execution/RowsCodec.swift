internal import Columnar
internal import Kernels

/// Rows as bytes and back, for files that live as long as a query: values lie as they do in memory, one column behind the
/// other, so that writing and reading cost a copy.
///
/// ```
/// rows (8) | of each column: has validity (8), its words; then by the type
///   fixed width   the values, 8 bytes aligned
///   bool          words of bits
///   bytes         count + 1 offsets of 4 bytes, then the bytes     dictionaries are written out
///   list, map     count + 1 offsets, rows of the elements (8), the elements' column(s)
///   structure     the parts' columns
/// ```
/// Little endian, as everything that runs here; nobody else reads these files.
enum RowsCodec {
    static func bytes(of rows: Rows) throws(KernelError) -> [UInt8] {
        var writer = Writer()
        writer.put(UInt64(rows.count))
        for column in rows.columns { try writer.put(column) }
        return writer.bytes
    }

    static func rows(_ bytes: [UInt8], types: [LogicalType]) throws(KernelError) -> Rows {
        var reader = Reader(bytes: bytes)
        let count = Int(reader.word())
        var columns: [Column] = []
        for type in types { columns.append(try reader.column(type, count)) }
        return Rows(columns, count: count)
    }

    private struct Writer {
        var bytes: [UInt8] = []

        mutating func put(_ word: UInt64) { put([word].span) }

        mutating func put<Value: BitwiseCopyable>(_ values: Span<Value>) {
            unsafe values.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
            while bytes.count % 8 != 0 { bytes.append(0) }
        }

        mutating func put(_ column: Column) throws(KernelError) {
            put(UInt64(column.validity == nil ? 0 : 1))
            if let validity = column.validity { put(validity.words.span) }
            switch column.values {
            case .bool(let bits): put(bits.words.span)
            case .int32(let buffer): put(buffer.span)
            case .int64(let buffer): put(buffer.span)
            case .int128(let buffer): put(buffer.span)
            case .float(let buffer): put(buffer.span)
            case .double(let buffer): put(buffer.span)
            case .bytes, .dictionary:
                let plain = try column.plainBytes()
                put(offsets: plain.offsets)
                let own = plain.bytes.slice(Int(plain.offsets[0])..<Int(plain.offsets[plain.offsets.count - 1]))
                put(own.span)
            case .structure(let parts, _): for part in parts { try put(part) }
            case .list(let offsets, let elements):
                put(offsets: offsets)
                try put(entries: elements, offsets)
            case .map(let offsets, let keys, let values):
                put(offsets: offsets)
                try put(entries: keys, offsets)
                try put(entries: values, offsets)
            }
        }

        /// Offsets that begin at 0.
        private mutating func put(offsets: Buffer<Int32>) {
            let first = offsets[0]
            if first == 0 { return put(offsets.span) }
            let moved = offsets.array.map { $0 - first }
            put(moved.span)
        }

        private mutating func put(entries: Column, _ offsets: Buffer<Int32>) throws(KernelError) {
            let own = entries.slice(Int(offsets[0])..<Int(offsets[offsets.count - 1]))
            put(UInt64(own.rowCount))
            try put(own)
        }
    }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        mutating func word() -> UInt64 { values(1, UInt64.self)[0] }

        mutating func values<Value: BitwiseCopyable>(_ count: Int, _: Value.Type) -> [Value] {
            let byteCount = count * MemoryLayout<Value>.stride
            precondition(position + byteCount <= bytes.count)
            let start = position
            position += (byteCount + 7) & ~7
            return unsafe [Value](unsafeUninitializedCapacity: count) { cells, used in
                if count > 0 {
                    unsafe bytes.withUnsafeBytes { source in
                        unsafe UnsafeMutableRawBufferPointer(cells).copyMemory(
                            from: UnsafeRawBufferPointer(rebasing: source[start..<start + byteCount]))
                    }
                }
                used = count
            }
        }

        mutating func bits(_ count: Int) -> Bitmap {
            Bitmap(words: values((count + 63) / 64, UInt64.self), count: count)
        }

        mutating func column(_ type: LogicalType, _ count: Int) throws(KernelError) -> Column {
            let validity = word() == 1 ? bits(count) : nil
            return Column(type, validity: validity, try columnValues(type, count))
        }

        private mutating func columnValues(_ type: LogicalType, _ count: Int) throws(KernelError) -> ColumnValues {
            switch type.physicalType {
            case .bool: return .bool(bits(count))
            case .int32: return .int32(Buffer(values(count, Int32.self)))
            case .int64: return .int64(Buffer(values(count, Int64.self)))
            case .int128: return .int128(Buffer(values(count, Int128.self)))
            case .float: return .float(Buffer(values(count, Float.self)))
            case .double: return .double(Buffer(values(count, Double.self)))
            case .bytes:
                let offsets = values(count + 1, Int32.self)
                let content = values(Int(offsets[count]), UInt8.self)
                return .bytes(BytesBuffer(offsets: Buffer(offsets), bytes: Buffer(content)))
            case .structure:
                let fields: [Field]
                if case .structure(let own) = type { fields = own } else { fields = LogicalType.intervalFields }
                var parts: [Column] = []
                for field in fields { parts.append(try column(field.type, count)) }
                return .structure(parts, rowCount: count)
            case .list:
                guard case .list(let element) = type else { throw .invalidArgument("a list of no type") }
                let offsets = values(count + 1, Int32.self)
                return .list(offsets: Buffer(offsets), elements: try column(element.type, Int(word())))
            case .map:
                guard case .map(let key, let value) = type else { throw .invalidArgument("a map of no type") }
                let offsets = values(count + 1, Int32.self)
                let keys = try column(key.type, Int(word()))
                return .map(offsets: Buffer(offsets), keys: keys, values: try column(value.type, Int(word())))
            }
        }
    }
}
