internal import Columnar

/// The values of a leaf that are there, one behind the other, by the file's physical type: only the arrays of that
/// type are used. Fixed-length values and INT96 are bytes here, as texts are.
struct DenseValues {
    /// Bytes of texts that are not shared: more is refused rather than held.
    var byteCountMax = 512 << 20

    let type: Int32
    var bools: [UInt8] = []
    var int32s: [Int32] = []
    var int64s: [Int64] = []
    var floats: [Float] = []
    var doubles: [Double] = []
    var offsets: [Int32] = [0]
    var bytes: [UInt8] = []
    /// Codes of `dictionary`: instead of bytes, as long as all values come from it.
    var codes: [UInt32] = []
    var dictionary: LeafDictionary?

    init(_ type: Int32) { self.type = type }

    /// The number of values.
    var count: Int {
        switch type {
        case FileType.boolean: bools.count
        case FileType.int32: int32s.count
        case FileType.int64: int64s.count
        case FileType.float: floats.count
        case FileType.double: doubles.count
        default: dictionary == nil ? offsets.count - 1 : codes.count
        }
    }

    mutating func appendBytes(_ value: Span<UInt8>) throws(ParquetError) {
        guard value.count <= byteCountMax - bytes.count else { throw Self.tooLarge }
        unsafe value.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        offsets.append(Int32(truncatingIfNeeded: bytes.count))
    }

    static let tooLarge = ParquetError(.limit, "the values of one batch are larger than the limit")

    /// The bytes that the values take, without what they share.
    var byteCount: Int {
        bools.count + (int32s.count + floats.count + codes.count + offsets.count) * 4
            + (int64s.count + doubles.count) * 8 + bytes.count
    }

    /// Adds the values of codes, which are within the dictionary.
    mutating func append(_ new: [UInt32], of source: LeafDictionary) throws(ParquetError) {
        let all = source.values
        switch type {
        case FileType.boolean: Self.gather(new, all.bools, into: &bools)
        case FileType.int32: Self.gather(new, all.int32s, into: &int32s)
        case FileType.int64: Self.gather(new, all.int64s, into: &int64s)
        case FileType.float: Self.gather(new, all.floats, into: &floats)
        case FileType.double: Self.gather(new, all.doubles, into: &doubles)
        default:
            if dictionary === source || (dictionary == nil && offsets.count == 1) {
                dictionary = source
                codes += new
            } else {
                try spellOut()
                try appendTexts(new, of: source)
            }
        }
    }

    /// Turns codes into their bytes: other values follow that the dictionary does not have.
    mutating func spellOut() throws(ParquetError) {
        guard let source = dictionary else { return }
        let held = codes
        (dictionary, codes) = (nil, [])
        try appendTexts(held, of: source)
    }

    private mutating func appendTexts(_ new: [UInt32], of source: LeafDictionary) throws(ParquetError) {
        let ends = source.values.offsets
        let texts = source.values.bytes
        let all = texts.span
        for code in new { try appendBytes(all.extracting(Int(ends[Int(code)])..<Int(ends[Int(code) + 1]))) }
    }

    private static func gather<Value: BitwiseCopyable>(
        _ codes: [UInt32], _ all: [Value], into values: inout [Value]
    ) {
        guard let filler = all.first else { return }
        let first = values.count
        values.append(contentsOf: repeatElement(filler, count: codes.count))
        var target = values.mutableSpan
        let (source, given) = (all.span, codes.span)
        for index in given.indices { target[first &+ index] = source[Int(given[index])] }
    }

    /// Makes room for values: once, before they come page by page.
    mutating func reserve(_ count: Int, asCodes: Bool) {
        switch type {
        case FileType.boolean: bools.reserveCapacity(count)
        case FileType.int32: int32s.reserveCapacity(count)
        case FileType.int64: int64s.reserveCapacity(count)
        case FileType.float: floats.reserveCapacity(count)
        case FileType.double: doubles.reserveCapacity(count)
        default:
            if asCodes { codes.reserveCapacity(count) } else { offsets.reserveCapacity(count + 1) }
        }
    }
}

extension Array {
    /// Makes room for more elements, at least twice the room where there is not enough: `reserveCapacity` for each piece
    /// would copy all pieces before it.
    mutating func reserveMore(_ extra: Int) {
        if capacity - count < extra { reserveCapacity(Swift.max(count + extra, count * 2)) }
    }
}

/// The distinct values of a column chunk.
final class LeafDictionary {
    let values: DenseValues
    /// The same as columns share it, once it was asked for.
    private var shared: BytesDictionary?

    init(_ values: DenseValues) { self.values = values }

    /// The bytes of the longest text; 0 where values are not texts.
    private(set) lazy var byteCountMax = zip(values.offsets, values.offsets.dropFirst()).reduce(0) {
        max($0, Int($1.1) - Int($1.0))
    }

    /// The values as columns share them; `check` is asked once about all of them.
    func columnar(_ check: (DenseValues) throws(ParquetError) -> Void) throws(ParquetError) -> BytesDictionary {
        if let shared { return shared }
        try check(values)
        let made = BytesDictionary(BytesBuffer(offsets: Buffer(values.offsets), bytes: Buffer(values.bytes)))
        shared = made
        return made
    }
}
