internal import Columnar

/// The least and the greatest text so far, in the order of bytes, which is that of code points.
struct TextBounds: Sendable {
    private var least: [UInt8]?
    private var greatest: [UInt8] = []
    /// The dictionary whose entries were seen last, and which of them: each is looked at once.
    private var dictionary: BytesDictionary?
    private var seen: [Bool] = []

    mutating func add(_ buffer: BytesBuffer, _ validity: Bitmap?) {
        for row in 0..<buffer.count where validity.map({ $0[row] }) ?? true { add(buffer, row) }
    }

    mutating func add(_ codes: Buffer<UInt32>, _ dictionary: BytesDictionary, _ validity: Bitmap?) {
        if self.dictionary !== dictionary {
            self.dictionary = dictionary
            seen = Array(repeating: false, count: dictionary.values.count)
        }
        let codes = codes.span
        for row in codes.indices where validity.map({ $0[row] }) ?? true {
            let code = Int(codes[row])
            if seen[code] { continue }
            seen[code] = true
            add(dictionary.values, code)
        }
    }

    private mutating func add(_ buffer: BytesBuffer, _ index: Int) {
        let bytes = buffer.bytes.span.extracting(buffer.range(index))
        guard let least else {
            least = buffer[index]
            greatest = buffer[index]
            return
        }
        if Self.isLess(bytes, least.span) {
            self.least = buffer[index]
        } else if Self.isLess(greatest.span, bytes) {
            greatest = buffer[index]
        }
    }

    /// Takes in the bounds of other values.
    mutating func merge(_ other: TextBounds) {
        guard let low = other.least else { return }
        guard let least else {
            self.least = low
            greatest = other.greatest
            return
        }
        if Self.isLess(low.span, least.span) { self.least = low }
        if Self.isLess(greatest.span, other.greatest.span) { greatest = other.greatest }
    }

    private static func isLess(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        let count = min(left.count, right.count)
        for index in 0..<count where left[index] != right[index] { return left[index] < right[index] }
        return left.count < right.count
    }

    /// The bounds cut to what statistics hold; nil where there is no value, and where one is not UTF-8.
    var json: (least: JSONValue, greatest: JSONValue)? {
        guard let least, let low = Self.lowerBound(least), let high = Self.upperBound(greatest) else { return nil }
        return (.text(low), .text(high))
    }

    /// The longest beginning of whole characters within 32 bytes: never greater than the text.
    static func lowerBound(_ bytes: [UInt8]) -> String? { prefix(bytes) }

    /// The text itself within 32 bytes; else its beginning raised, so that it is greater than the text.
    static func upperBound(_ bytes: [UInt8]) -> String? {
        guard let prefix = prefix(bytes) else { return nil }
        if prefix.utf8.count == bytes.count { return prefix }
        var scalars = Array(prefix.unicodeScalars)
        while let last = scalars.popLast() {
            // The successor of the last code point before the surrogates lies behind them.
            let next = last.value == 0xD7FF ? 0xE000 : last.value + 1
            if let scalar = Unicode.Scalar(next) {
                scalars.append(scalar)
                return String(String.UnicodeScalarView(scalars))
            }
        }
        return nil
    }

    private static func prefix(_ bytes: [UInt8]) -> String? {
        guard bytes.count > FileStatistics.textBytesMax else { return String(validating: bytes, as: UTF8.self) }
        guard String(validating: bytes, as: UTF8.self) != nil else { return nil }
        var count = FileStatistics.textBytesMax
        while count > 0, bytes[count] & 0xC0 == 0x80 { count -= 1 }
        return String(validating: bytes.prefix(count), as: UTF8.self)
    }
}
