/// Bits side by side, least significant first in 64-bit words: validity (1 = there is a value) and boolean values.
///
/// Bits behind `count` in the last word are 0, so that words can be compared and counted whole.
package struct Bitmap: Sendable, Equatable {
    /// The words; `(count + 63) / 64` of them.
    package let words: [UInt64]
    /// The number of bits.
    package let count: Int

    /// - Precondition: there are exactly as many words as `count` bits need.
    package init(words: [UInt64], count: Int) {
        precondition(count >= 0 && words.count == (count + 63) / 64)
        var words = words
        if count % 64 != 0 { words[words.count - 1] &= (1 << UInt64(count % 64)) - 1 }
        self.words = words
        self.count = count
    }

    /// Bits that are all alike.
    package init(repeating bit: Bool, count: Int) {
        self.init(words: Array(repeating: bit ? ~0 : 0, count: (count + 63) / 64), count: count)
    }

    /// Bits from truth values.
    package init(_ bits: some Sequence<Bool>) {
        var builder = BitmapBuilder()
        for bit in bits { builder.append(bit) }
        self = builder.finish()
    }

    /// One bit.
    @inlinable
    package subscript(index: Int) -> Bool {
        precondition(index >= 0 && index < count)
        return words[index &>> 6] &>> UInt64(index & 63) & 1 == 1
    }

    /// How many bits are 1.
    package var setCount: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// The bits of a range of positions; a copy of count / 64 words.
    package func slice(_ range: Range<Int>) -> Bitmap {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        let shift = UInt64(range.lowerBound % 64)
        let first = range.lowerBound / 64
        var result: [UInt64] = []
        let wordCount = (range.count + 63) / 64
        result.reserveCapacity(wordCount)
        for word in first..<first + wordCount {
            var value = words[word] >> shift
            if shift > 0 && word + 1 < words.count { value |= words[word + 1] << (64 - shift) }
            result.append(value)
        }
        return Bitmap(words: result, count: range.count)
    }
}

/// Gathers bits one by one.
package struct BitmapBuilder: Sendable {
    @usableFromInline var words: [UInt64] = []
    @usableFromInline var current: UInt64 = 0
    /// The number of bits so far.
    package private(set) var count = 0
    /// How many of them are 1.
    package private(set) var setCount = 0

    package init() {}

    /// Adds a bit.
    package mutating func append(_ bit: Bool) {
        if bit {
            current |= 1 << UInt64(count & 63)
            setCount += 1
        }
        count += 1
        if count & 63 == 0 {
            words.append(current)
            current = 0
        }
    }

    /// Adds the same bit many times.
    package mutating func append(repeating bit: Bool, count: Int) {
        for _ in 0..<count { append(bit) }
    }

    /// The bits; the builder is empty afterwards.
    package mutating func finish() -> Bitmap {
        if count & 63 != 0 { words.append(current) }
        defer { self = BitmapBuilder() }
        return Bitmap(words: words, count: count)
    }

    /// The bits as validity: nil where none is 0.
    package mutating func finishValidity() -> Bitmap? {
        if setCount == count {
            self = BitmapBuilder()
            return nil
        }
        return finish()
    }
}
