internal import Columnar

/// Texts and binary values: codes of a dictionary as long as it is worth it, else PLAIN.
final class TextPageValues: PageValues {
    private var dictionary = TextDictionary()
    private var isDictionary = true
    private var hasPages = false
    /// The page's codes, while there is a dictionary.
    private var codes: [UInt32] = []
    /// The page in PLAIN, once there is none.
    private var plain: [UInt8] = []
    private var least: [UInt8]?
    private var greatest: [UInt8]?
    /// Codes of a batch's dictionary as our codes, and which one it is.
    private var translation: (source: BytesDictionary, codes: [UInt32])?

    var pageByteCount: Int {
        // A full dictionary ends the page, so that the next can do without.
        if isDictionary && dictionary.byteCount > dictionaryByteCountMax { return .max }
        return isDictionary ? codes.count * 2 : plain.count
    }

    func append(_ values: ColumnValues) throws(ParquetError) {
        switch values {
        case .bytes(let buffer): append(buffer)
        case .dictionary(let codes, let source): append(codes, source)
        default: throw wrongValues
        }
    }

    private func append(_ buffer: BytesBuffer) {
        let all = buffer.bytes.span
        let ends = buffer.offsets.span
        if isDictionary {
            // Both are held here alone while they grow, so that nothing is copied or checked for each value.
            var (grown, distinct) = (codes, dictionary)
            (codes, dictionary) = ([], TextDictionary.empty)
            for index in 0..<buffer.count {
                grown.append(distinct.code(of: all.extracting(Int(ends[index])..<Int(ends[index + 1]))))
            }
            (codes, dictionary) = (grown, distinct)
        } else {
            for index in 0..<buffer.count { appendPlain(all.extracting(Int(ends[index])..<Int(ends[index + 1]))) }
        }
    }

    private func append(_ source: Buffer<UInt32>, _ distinct: BytesDictionary) {
        let texts = distinct.values
        let all = texts.bytes.span
        if isDictionary {
            var known: [UInt32] = []
            if let translation, translation.source === distinct { known = translation.codes }
            translation = nil
            if known.isEmpty { known = Array(repeating: .max, count: distinct.values.count) }
            var grown = codes
            codes = []
            let given = source.span
            for index in given.indices {
                let code = Int(given[index])
                if known[code] == .max {
                    known[code] = dictionary.code(of: all.extracting(texts.range(code)))
                }
                grown.append(known[code])
            }
            codes = grown
            translation = (distinct, known)
        } else {
            for index in 0..<source.count { appendPlain(all.extracting(distinct.values.range(Int(source[index])))) }
        }
    }

    private func appendPlain(_ value: Span<UInt8>) {
        appendWord(UInt32(truncatingIfNeeded: value.count), to: &plain)
        unsafe value.withUnsafeBufferPointer { unsafe plain.append(contentsOf: $0) }
        widen(value)
    }

    private func widen(_ value: Span<UInt8>) {
        if let held = least {
            if precedes(value, held.span) { least = copy(value) }
        } else {
            least = copy(value)
        }
        if let held = greatest {
            if precedes(held.span, value) { greatest = copy(value) }
        } else {
            greatest = copy(value)
        }
    }

    func finishPage(into bytes: inout [UInt8]) -> Int32 {
        defer { (least, greatest) = (nil, nil) }
        // Nothing but missing values so far: no codes without a dictionary.
        if isDictionary && dictionary.count == 0 { return FileEncoding.plain }
        let isFull = dictionary.byteCount > dictionaryByteCountMax
        let isWorthless = codes.count >= 1_024 && dictionary.count > codes.count / 2
        if isDictionary && !hasPages && (isWorthless || isFull && dictionary.count > codes.count / 8) { spellOut() }
        hasPages = true
        guard isDictionary else {
            bytes += plain
            plain.removeAll(keepingCapacity: true)
            return FileEncoding.plain
        }
        let width = HybridEncoding.bitWidth(max: UInt32(max(1, dictionary.count) - 1))
        bytes.append(UInt8(width))
        HybridEncoding.encode(codes.span, bitWidth: width, into: &bytes)
        codes.removeAll(keepingCapacity: true)
        if isFull {
            isDictionary = false
            translation = nil
        }
        return FileEncoding.rleDictionary
    }

    /// Writes the first page's texts themselves: its dictionary is not worth it.
    private func spellOut() {
        isDictionary = false
        translation = nil
        let (held, distinct) = (codes, dictionary)
        (codes, dictionary) = ([], TextDictionary())
        let texts = distinct.bytes
        for code in held { appendPlain(texts.span.extracting(distinct.range(Int(code)))) }
    }

    func dictionaryPage() -> EncodedDictionary? {
        guard hasPages, dictionary.count > 0 else { return nil }
        var bytes: [UInt8] = []
        let texts = dictionary.bytes
        for code in 0..<dictionary.count {
            let range = dictionary.range(code)
            appendWord(UInt32(truncatingIfNeeded: range.count), to: &bytes)
            bytes.append(contentsOf: texts[range])
        }
        return EncodedDictionary(bytes: bytes, count: dictionary.count)
    }

    func bounds(_ type: LogicalType) -> ColumnStatistics {
        if isDictionary {
            let texts = dictionary.bytes
            var isUsed = [Bool](repeating: false, count: dictionary.count)
            for code in codes { isUsed[Int(code)] = true }
            for code in 0..<dictionary.count where isUsed[code] { widen(texts.span.extracting(dictionary.range(code))) }
        }
        var statistics = ColumnStatistics()
        guard let least, let greatest else { return statistics }
        guard max(least.count, greatest.count) <= ColumnStatistics.byteCountMax else {
            statistics.isUnbounded = true
            return statistics
        }
        func scalar(_ bytes: [UInt8]) -> Scalar {
            type.isText ? .text(String(decoding: bytes, as: UTF8.self)) : .binary(bytes)
        }
        (statistics.minimum, statistics.maximum) = (scalar(least), scalar(greatest))
        return statistics
    }

    func reset() {
        (dictionary, isDictionary, hasPages) = (TextDictionary(), true, false)
        translation = nil
    }
}

private func copy(_ value: Span<UInt8>) -> [UInt8] { unsafe value.withUnsafeBufferPointer { unsafe Array($0) } }

/// Whether bytes come before others: by the first that differs, or by being their beginning.
private func precedes(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    let shared = min(left.count, right.count)
    for index in 0..<shared where left[index] != right[index] { return left[index] < right[index] }
    return left.count < right.count
}

/// Distinct texts and their codes: open addressing; a slot holds the upper half of a text's hash and its code.
struct TextDictionary {
    /// One without room, to stand in the place of another.
    static let empty = TextDictionary(slots: [])

    private(set) var bytes: [UInt8] = []
    private var ends: [Int] = []
    /// Hash (32 bits), code and one (32 bits); 0 where there is none.
    private var slots: [UInt64]

    init() { self.init(slots: Array(repeating: 0, count: 1_024)) }

    private init(slots: [UInt64]) { self.slots = slots }

    var count: Int { ends.count }

    /// The bytes that its page would have.
    var byteCount: Int { bytes.count + 4 * ends.count }

    /// Where a text's bytes are.
    func range(_ code: Int) -> Range<Int> { (code == 0 ? 0 : ends[code - 1])..<ends[code] }

    /// The code of a text, a new one where there was none.
    mutating func code(of value: Span<UInt8>) -> UInt32 {
        let hash = Self.hash(value)
        let mark = hash & 0xFFFF_FFFF_0000_0000
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let held = slots[slot]
            if held & 0xFFFF_FFFF_0000_0000 == mark {
                let code = Int(truncatingIfNeeded: held & 0xFFFF_FFFF) - 1
                if isEqual(value, range(code)) { return UInt32(truncatingIfNeeded: code) }
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        unsafe value.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        ends.append(bytes.count)
        slots[slot] = mark | UInt64(ends.count)
        if ends.count * 2 > slots.count { grow() }
        return UInt32(truncatingIfNeeded: ends.count - 1)
    }

    private func isEqual(_ value: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count == value.count else { return false }
        let held = bytes.span
        for index in value.indices where held[range.lowerBound &+ index] != value[index] { return false }
        return true
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: 0, count: old.count * 4)
        let texts = bytes
        for held in old where held != 0 {
            let code = Int(truncatingIfNeeded: held & 0xFFFF_FFFF) - 1
            let hash = Self.hash(texts.span.extracting(range(code)))
            var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = held
        }
    }

    /// Eight bytes at a time, folded by a wide product; the same on every machine and in every run.
    private static func hash(_ value: Span<UInt8>) -> UInt64 {
        var hash: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(truncatingIfNeeded: value.count)
        var position = 0
        let raw = unsafe value.bytes
        while position &+ 8 <= value.count {
            let word = unsafe raw.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self)
            hash = mixed(hash ^ UInt64(littleEndian: word))
            position &+= 8
        }
        var rest: UInt64 = 0
        while position < value.count {
            rest = rest &<< 8 | UInt64(value[position])
            position &+= 1
        }
        return mixed(hash ^ rest)
    }

    private static func mixed(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low
    }
}
