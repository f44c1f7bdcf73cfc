internal import Columnar

/// Integers, dates, instants, narrow decimals and floating-point numbers, by their bits.
///
/// Encodings: the smallest on a sample of the first page, after compression, of codes of a dictionary, PLAIN, for
/// integers DELTA_BINARY_PACKED, and for floating-point numbers BYTE_STREAM_SPLIT.
final class FixedPageValues<Bits: FixedWidthInteger & UnsignedInteger & BitwiseCopyable & Sendable>: PageValues {
    /// How bits are ordered.
    enum Order {
        case signed, unsigned, floating
    }

    private let order: Order
    private let wanted: ParquetEncoding?
    /// How pages are encoded; nil before the first one decides.
    private var mode: ParquetEncoding?
    private(set) var choice: EncodingChoice?
    private var groupCount = 0
    private var page: [Bits] = []
    private var dictionary = FixedDictionary<Bits>()
    /// The least and the greatest value as numbers whose unsigned order is that of the values.
    private var least = Bits.max
    private var greatest = Bits.min
    private var hasValues = false
    private var hasNaN = false

    /// - Parameter wanted: the encoding that was asked for; nil where the values decide.
    init(_ order: Order, _ wanted: ParquetEncoding?) {
        self.order = order
        self.wanted = wanted
        mode = wanted
        choice = wanted.map { EncodingChoice($0, reason: "asked for") }
    }

    var pageByteCount: Int { page.count * MemoryLayout<Bits>.size }

    @specialized(where Bits == UInt32)
    @specialized(where Bits == UInt64)
    func append(_ values: ColumnValues) throws(ParquetError) {
        let first = page.count
        switch values {
        case .int32(let buffer): appendBits(buffer.span) { Bits(truncatingIfNeeded: $0) }
        case .int64(let buffer): appendBits(buffer.span) { Bits(truncatingIfNeeded: $0) }
        case .float(let buffer): appendBits(buffer.span) { Bits(truncatingIfNeeded: $0.bitPattern) }
        case .double(let buffer): appendBits(buffer.span) { Bits(truncatingIfNeeded: $0.bitPattern) }
        default: throw wrongValues
        }
        if page.count > first { widen(from: first) }
    }

    @inline(__always)
    private func appendBits<Value: BitwiseCopyable>(_ values: Span<Value>, _ bits: (Value) -> Bits) {
        // Held here alone while it grows, so that nothing is copied.
        var grown = page
        page = []
        let first = grown.count
        grown.append(contentsOf: repeatElement(0, count: values.count))
        var target = grown.mutableSpan
        for index in values.indices { target[first &+ index] = bits(values[index]) }
        page = grown
    }

    private static var sign: Bits { 1 << Bits(Bits.bitWidth - 1) }

    @specialized(where Bits == UInt32)
    @specialized(where Bits == UInt64)
    private func widen(from first: Int) {
        hasValues = true
        let (sign, page) = (Self.sign, page)
        let values = page.span
        var (low, high) = (least, greatest)
        switch order {
        case .unsigned:
            for index in first..<values.count {
                low = min(low, values[index])
                high = max(high, values[index])
            }
        case .signed:
            for index in first..<values.count {
                let key = values[index] ^ sign
                low = min(low, key)
                high = max(high, key)
            }
        case .floating:
            // Above the bits of infinity there are only NaNs.
            let infinity: Bits =
                Bits.bitWidth == 32
                ? Bits(truncatingIfNeeded: Float.infinity.bitPattern)
                : Bits(truncatingIfNeeded: Double.infinity.bitPattern)
            for index in first..<values.count {
                let bits = values[index]
                if bits & ~sign > infinity { hasNaN = true }
                let key = bits & sign == 0 ? bits | sign : ~bits
                low = min(low, key)
                high = max(high, key)
            }
        }
        (least, greatest) = (low, high)
    }

    func finishPage(into bytes: inout [UInt8], _ compressor: PageCompressor) throws(ParquetError) -> Int32 {
        defer {
            page.removeAll(keepingCapacity: true)
            (least, greatest, hasValues, hasNaN) = (.max, .min, false, false)
        }
        if page.isEmpty && dictionary.count == 0 { return FileEncoding.plain }
        let encoding: ParquetEncoding
        if let mode {
            encoding = mode
        } else {
            encoding = try decide(compressor)
            mode = encoding
        }
        if encoding == .dictionary {
            if let codes = dictionary.codes(of: page, distinctMax: dictionaryByteCountMax / MemoryLayout<Bits>.size) {
                let width = HybridEncoding.bitWidth(max: UInt32(max(1, dictionary.count) - 1))
                bytes.append(UInt8(width))
                HybridEncoding.encode(codes.span, bitWidth: width, into: &bytes)
                return FileEncoding.rleDictionary
            }
            // The dictionary is full: it serves the pages before.
            let next = try chosen(of: others, compressor)
            mode = next.encoding
            encode(page, next.encoding, into: &bytes)
            return next.encoding.number
        }
        encode(page, encoding, into: &bytes)
        return encoding.number
    }

    @specialized(where Bits == UInt32)
    @specialized(where Bits == UInt64)
    private func encode(_ values: [Bits], _ encoding: ParquetEncoding, into bytes: inout [UInt8]) {
        switch encoding {
        case .deltaBinaryPacked:
            DeltaBinaryEncoder.encode(values.span, into: &bytes)
        case .byteStreamSplit: StreamSplitEncoder.encode(values.span, into: &bytes)
        default: appendAll(values, to: &bytes)
        }
    }

    /// The encodings that need no dictionary.
    private var others: [ParquetEncoding] {
        order == .floating ? [.plain, .byteStreamSplit] : [.plain, .deltaBinaryPacked]
    }

    /// The smallest of some encodings for the beginning of the page.
    private func chosen(
        of encodings: [ParquetEncoding], _ compressor: PageCompressor
    ) throws(ParquetError) -> EncodingChoice {
        let sample = page.count <= trialValueCountMax ? page : Array(page[..<trialValueCountMax])
        var trials: [EncodingChoice.Trial] = []
        for encoding in encodings {
            var bytes: [UInt8] = []
            encode(sample, encoding, into: &bytes)
            trials.append(EncodingChoice.Trial(encoding: encoding, byteCount: try compressor.byteCount(of: bytes)))
        }
        return EncodingChoice(sampleValueCount: sample.count, trials)
    }

    /// Compares the encodings on the first page; a dictionary counts with the sample's share of it.
    private func decide(_ compressor: PageCompressor) throws(ParquetError) -> ParquetEncoding {
        let first = try chosen(of: others, compressor)
        choice = first
        var trial = FixedDictionary<Bits>()
        guard let codes = trial.codes(of: page, distinctMax: max(1, page.count / 2)) else { return first.encoding }
        let sample = first.sampleValueCount
        var bytes: [UInt8] = []
        let width = HybridEncoding.bitWidth(max: UInt32(trial.count - 1))
        HybridEncoding.encode(codes.span.extracting(0..<sample), bitWidth: width, into: &bytes)
        var size = try compressor.byteCount(of: bytes)
        bytes = []
        appendAll(trial.values, to: &bytes)
        size += try compressor.byteCount(of: bytes) * sample / page.count
        let made = EncodingChoice(
            sampleValueCount: sample,
            [EncodingChoice.Trial(encoding: .dictionary, byteCount: size)] + first.trials)
        choice = made
        return made.encoding
    }

    func dictionaryPage() -> EncodedDictionary? {
        guard dictionary.count > 0 else { return nil }
        var bytes: [UInt8] = []
        appendAll(dictionary.values, to: &bytes)
        return EncodedDictionary(bytes: bytes, count: dictionary.count)
    }

    func bounds(_ type: LogicalType) -> ColumnStatistics {
        var statistics = ColumnStatistics()
        guard hasValues else { return statistics }
        statistics.isUnbounded = hasNaN
        guard !hasNaN else { return statistics }
        statistics.minimum = scalar(least, type, isLeast: true)
        statistics.maximum = scalar(greatest, type, isLeast: false)
        return statistics
    }

    private func scalar(_ key: Bits, _ type: LogicalType, isLeast: Bool) -> Scalar {
        let sign = Self.sign
        switch order {
        case .unsigned:
            return type == .uint64 ? .unsigned(UInt64(key)) : .int(Int64(truncatingIfNeeded: key))
        case .signed:
            let bits = key ^ sign
            let value =
                Bits.bitWidth == 64 ? Int64(truncatingIfNeeded: bits) : Int64(Int32(truncatingIfNeeded: bits))
            switch type {
            case .date: return .date(Int32(truncatingIfNeeded: value))
            case .timestamp: return .timestamp(value)
            case .decimal(_, let scale): return .decimal(ExactDecimal(unscaled: Int128(value), scale: scale))
            default: return .int(value)
            }
        case .floating:
            let bits = key & sign == 0 ? ~key : key ^ sign
            // Readers may take either zero for the other: the least is −0, the greatest +0.
            if Bits.bitWidth == 32 {
                let value = Float(bitPattern: UInt32(truncatingIfNeeded: bits))
                return .float(value == 0 ? (isLeast ? -0.0 : 0.0) : value)
            }
            let value = Double(bitPattern: UInt64(truncatingIfNeeded: bits))
            return .double(value == 0 ? (isLeast ? -0.0 : 0.0) : value)
        }
    }

    func reset() {
        groupCount += 1
        mode = wanted ?? (groupCount % trialRowGroupCount == 0 ? nil : choice?.encoding)
        dictionary = FixedDictionary()
    }
}

/// Distinct numbers and their codes: open addressing over the codes, a multiplicative hash.
struct FixedDictionary<Bits: FixedWidthInteger & UnsignedInteger & BitwiseCopyable> {
    private(set) var values: [Bits] = []
    /// A code and one; 0 where there is none.
    private var slots: [UInt32] = Array(repeating: 0, count: 1_024)

    var count: Int { values.count }

    /// The codes of values, new ones added; nil, and nothing added, where there would be more than `distinctMax`.
    @specialized(where Bits == UInt32)
    @specialized(where Bits == UInt64)
    mutating func codes(of page: [Bits], distinctMax: Int) -> [UInt32]? {
        let before = values.count
        var codes = [UInt32](repeating: 0, count: page.count)
        let page = page.span
        for index in page.indices {
            let bits = page[index]
            var slot = Self.slot(bits, slots.count)
            while true {
                let code = slots[slot]
                if code == 0 {
                    if values.count == distinctMax {
                        values.removeLast(values.count - before)
                        return nil
                    }
                    values.append(bits)
                    slots[slot] = UInt32(truncatingIfNeeded: values.count)
                    codes[index] = UInt32(truncatingIfNeeded: values.count - 1)
                    if values.count * 2 > slots.count { grow() }
                    break
                }
                if values[Int(code - 1)] == bits {
                    codes[index] = code - 1
                    break
                }
                slot = (slot + 1) & (slots.count - 1)
            }
        }
        return codes
    }

    @specialized(where Bits == UInt32)
    @specialized(where Bits == UInt64)
    private static func slot(_ bits: Bits, _ count: Int) -> Int {
        let product = UInt64(truncatingIfNeeded: bits) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: product >> 32) & (count - 1)
    }

    @specialized(where Bits == UInt32)
    @specialized(where Bits == UInt64)
    private mutating func grow() {
        slots = Array(repeating: 0, count: slots.count * 4)
        for code in values.indices {
            var slot = Self.slot(values[code], slots.count)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = UInt32(truncatingIfNeeded: code + 1)
        }
    }
}
