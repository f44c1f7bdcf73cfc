internal import Columnar

/// Texts and binary values: codes of a dictionary as long as it is worth it, else PLAIN, DELTA_LENGTH_BYTE_ARRAY or
/// DELTA_BYTE_ARRAY, whichever is smallest on a sample after compression.
final class TextPageValues: PageValues {
    private let wanted: ParquetEncoding?
    private var dictionary = TextDictionary()
    /// Whether values are taken as codes: also before the first page has decided.
    private var isDictionary = true
    /// How pages are encoded; nil before the first one decides.
    private var mode: ParquetEncoding?
    private(set) var choice: EncodingChoice?
    private var groupCount = 0
    /// The page's codes, while there is a dictionary.
    private var codes: [UInt32] = []
    /// The page's bytes and the length of each value, once there is none.
    private var texts: [UInt8] = []
    private var lengths: [UInt32] = []
    private var bytesBounds = BytesBounds()
    /// Codes of a batch's dictionary as our codes, and which one it is.
    private var translation: (source: BytesDictionary, codes: [UInt32])?

    private static let others: [ParquetEncoding] = [.plain, .deltaLengthByteArray, .deltaByteArray]

    /// - Parameter wanted: the encoding that was asked for; nil where the values decide.
    init(_ wanted: ParquetEncoding?) {
        self.wanted = wanted
        mode = wanted
        choice = wanted.map { EncodingChoice($0, reason: "asked for") }
        isDictionary = wanted ?? .dictionary == .dictionary
    }

    var pageByteCount: Int {
        // A full dictionary ends the page, so that the next can do without.
        if isDictionary && dictionary.byteCount > dictionaryByteCountMax { return .max }
        return isDictionary ? codes.count * 2 : texts.count + 4 * lengths.count
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
            return
        }
        guard buffer.count > 0 else { return }
        unsafe all.extracting(Int(ends[0])..<Int(ends[buffer.count])).withUnsafeBufferPointer {
            unsafe texts.append(contentsOf: $0)
        }
        var (sizes, bounds) = (lengths, bytesBounds)
        lengths = []
        for index in 0..<buffer.count {
            sizes.append(UInt32(ends[index &+ 1] &- ends[index]))
            bounds.widen(all.extracting(Int(ends[index])..<Int(ends[index + 1])))
        }
        (lengths, bytesBounds) = (sizes, bounds)
    }

    private func append(_ source: Buffer<UInt32>, _ distinct: BytesDictionary) {
        let texts = distinct.values
        let all = texts.bytes.span
        guard isDictionary else {
            for index in 0..<source.count { appendValue(all.extracting(distinct.values.range(Int(source[index])))) }
            return
        }
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
    }

    private func appendValue(_ value: Span<UInt8>) {
        unsafe value.withUnsafeBufferPointer { unsafe texts.append(contentsOf: $0) }
        lengths.append(UInt32(value.count))
        bytesBounds.widen(value)
    }

    func finishPage(into bytes: inout [UInt8], _ compressor: PageCompressor) throws(ParquetError) -> Int32 {
        defer { bytesBounds = BytesBounds() }
        // Nothing but missing values so far: no codes without a dictionary.
        if isDictionary && dictionary.count == 0 { return FileEncoding.plain }
        if mode == nil {
            let made = try decide(compressor)
            (mode, choice) = (made.encoding, made)
            if made.encoding != .dictionary { spellOut() }
        }
        guard isDictionary else {
            // A dictionary that was full left the decision open.
            if mode == .dictionary { mode = try chosen(of: Self.others, texts, lengths, compressor).encoding }
            Self.encode(texts, lengths, mode ?? .plain, into: &bytes)
            texts.removeAll(keepingCapacity: true)
            lengths.removeAll(keepingCapacity: true)
            return (mode ?? .plain).number
        }
        let width = HybridEncoding.bitWidth(max: UInt32(max(1, dictionary.count) - 1))
        bytes.append(UInt8(width))
        HybridEncoding.encode(codes.span, bitWidth: width, into: &bytes)
        codes.removeAll(keepingCapacity: true)
        if dictionary.byteCount > dictionaryByteCountMax {
            isDictionary = false
            translation = nil
        }
        return FileEncoding.rleDictionary
    }

    private static func encode(
        _ texts: [UInt8], _ lengths: [UInt32], _ encoding: ParquetEncoding, into bytes: inout [UInt8]
    ) {
        switch encoding {
        case .deltaLengthByteArray: DeltaBytesEncoder.encodeLengths(texts.span, lengths.span, into: &bytes)
        case .deltaByteArray: DeltaBytesEncoder.encodePrefixes(texts.span, lengths.span, into: &bytes)
        default:
            bytes.reserveCapacity(bytes.count + texts.count + 4 * lengths.count)
            var start = 0
            for length in lengths {
                appendWord(length, to: &bytes)
                unsafe texts.span.extracting(start..<start + Int(length)).withUnsafeBufferPointer {
                    unsafe bytes.append(contentsOf: $0)
                }
                start += Int(length)
            }
        }
    }

    private func chosen(
        of encodings: [ParquetEncoding], _ texts: [UInt8], _ lengths: [UInt32], _ compressor: PageCompressor
    ) throws(ParquetError) -> EncodingChoice {
        let count = min(lengths.count, trialValueCountMax)
        let sample = Array(lengths[..<count])
        let sampleTexts = Array(texts[..<sample.reduce(0) { $0 + Int($1) }])
        var trials: [EncodingChoice.Trial] = []
        for encoding in encodings {
            var bytes: [UInt8] = []
            Self.encode(sampleTexts, sample, encoding, into: &bytes)
            trials.append(EncodingChoice.Trial(encoding: encoding, byteCount: try compressor.byteCount(of: bytes)))
        }
        return EncodingChoice(sampleValueCount: count, trials)
    }

    /// Compares the encodings on the first page, unless its values repeat so much that a dictionary is best anyway.
    /// The dictionary counts with the sample's share of it.
    private func decide(_ compressor: PageCompressor) throws(ParquetError) -> EncodingChoice {
        if dictionary.count <= codes.count / 64 {
            return EncodingChoice(
                .dictionary, reason: "\(dictionary.count) distinct values among the first \(codes.count)")
        }
        let sample = codes.count <= trialValueCountMax ? codes : Array(codes[..<trialValueCountMax])
        let (held, distinct) = (dictionary.bytes, dictionary)
        var (values, lengths): ([UInt8], [UInt32]) = ([], [])
        for code in sample {
            let range = distinct.range(Int(code))
            values.append(contentsOf: held[range])
            lengths.append(UInt32(range.count))
        }
        let others = try chosen(of: Self.others, values, lengths, compressor)
        if codes.count >= 1_024 && dictionary.count > codes.count / 2 { return others }
        var bytes: [UInt8] = []
        HybridEncoding.encode(
            sample.span, bitWidth: HybridEncoding.bitWidth(max: UInt32(max(1, dictionary.count) - 1)), into: &bytes)
        var size = try compressor.byteCount(of: bytes)
        size += try compressor.byteCount(of: distinct.plain()) * sample.count / codes.count
        return EncodingChoice(
            sampleValueCount: sample.count,
            [EncodingChoice.Trial(encoding: .dictionary, byteCount: size)] + others.trials)
    }

    /// Turns the page's codes into their texts: its dictionary is not worth it.
    private func spellOut() {
        isDictionary = false
        translation = nil
        let (held, distinct) = (codes, dictionary)
        (codes, dictionary) = ([], TextDictionary())
        let all = distinct.bytes
        for code in held { appendValue(all.span.extracting(distinct.range(Int(code)))) }
    }

    func dictionaryPage() -> EncodedDictionary? {
        guard mode != nil, dictionary.count > 0 else { return nil }
        return EncodedDictionary(bytes: dictionary.plain(), count: dictionary.count)
    }

    func bounds(_ type: LogicalType) -> ColumnStatistics {
        if isDictionary {
            let texts = dictionary.bytes
            var isUsed = [Bool](repeating: false, count: dictionary.count)
            for code in codes { isUsed[Int(code)] = true }
            for code in 0..<dictionary.count where isUsed[code] {
                bytesBounds.widen(texts.span.extracting(dictionary.range(code)))
            }
        }
        var statistics = ColumnStatistics()
        guard let least = bytesBounds.least, let greatest = bytesBounds.greatest else { return statistics }
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
        groupCount += 1
        mode = wanted ?? (groupCount % trialRowGroupCount == 0 ? nil : choice?.encoding)
        dictionary = TextDictionary()
        isDictionary = mode ?? .dictionary == .dictionary
        translation = nil
    }
}

/// The least and the greatest of byte sequences, compared byte by byte.
struct BytesBounds {
    private(set) var least: [UInt8]?
    private(set) var greatest: [UInt8]?
    /// The first eight bytes of both as numbers, which decide most comparisons.
    private var leastWord = UInt64.max
    private var greatestWord = UInt64.min

    mutating func widen(_ value: Span<UInt8>) {
        let word = Self.word(value)
        if word > leastWord && word < greatestWord { return }
        if word <= leastWord, least.map({ precedes(value, $0.span) }) ?? true {
            (least, leastWord) = (copy(value), word)
        }
        if word >= greatestWord, greatest.map({ precedes($0.span, value) }) ?? true {
            (greatest, greatestWord) = (copy(value), word)
        }
    }

    /// The first eight bytes, most significant first; 0 where there are fewer.
    private static func word(_ value: Span<UInt8>) -> UInt64 {
        if value.count >= 8 {
            return UInt64(bigEndian: unsafe value.bytes.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt64.self))
        }
        var word: UInt64 = 0
        for index in value.indices { word |= UInt64(value[index]) &<< UInt64(56 &- 8 &* index) }
        return word
    }
}

private func copy(_ value: Span<UInt8>) -> [UInt8] { unsafe value.withUnsafeBufferPointer { unsafe Array($0) } }

/// Whether bytes come before others: by the first that differs, or by being their beginning.
private func precedes(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    let shared = min(left.count, right.count)
    for index in 0..<shared where left[index] != right[index] { return left[index] < right[index] }
    return left.count < right.count
}
