/// Immutable values side by side in memory, shared by all slices of them.
///
/// A slice costs no copy. Hot loops take `span` once a batch and never touch the buffer itself.
package struct Buffer<Element: BitwiseCopyable & Sendable>: Sendable {
    @usableFromInline let storage: [Element]
    @usableFromInline let start: Int
    /// The number of values.
    package let count: Int

    /// All values of an array, without a copy.
    @inlinable
    package init(_ values: [Element]) {
        storage = values
        start = 0
        count = values.count
    }

    @inlinable
    init(storage: [Element], start: Int, count: Int) {
        self.storage = storage
        self.start = start
        self.count = count
    }

    /// The values, to read.
    @inlinable
    package var span: Span<Element> {
        @_lifetime(borrow self)
        get { storage.span.extracting(start..<start &+ count) }
    }

    /// One value.
    @inlinable
    package subscript(index: Int) -> Element {
        precondition(index >= 0 && index < count)
        return storage[start &+ index]
    }

    /// The values of a range of positions, without a copy.
    /// - Precondition: the range lies within `0..<count`.
    @inlinable
    package func slice(_ range: Range<Int>) -> Buffer {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        return Buffer(storage: storage, start: start + range.lowerBound, count: range.count)
    }

    /// The values as an array: without a copy where the buffer is the whole of it.
    package var array: [Element] {
        start == 0 && count == storage.count ? storage : Array(storage[start..<start + count])
    }
}

extension Buffer: Equatable where Element: Equatable {
    package static func == (left: Buffer, right: Buffer) -> Bool {
        guard left.count == right.count else { return false }
        let (a, b) = (left.span, right.span)
        for index in a.indices where a[index] != b[index] { return false }
        return true
    }
}

/// Texts or binary values side by side: value `i` is `bytes[offsets[i]..<offsets[i + 1]]`.
package struct BytesBuffer: Sendable, Equatable {
    /// One more than there are values; never falling; positions in `bytes`, the first not always 0 (a slice).
    package let offsets: Buffer<Int32>
    /// The bytes of all values.
    package let bytes: Buffer<UInt8>

    /// - Precondition: there is at least one offset, and the last is within `bytes`.
    @inlinable
    package init(offsets: Buffer<Int32>, bytes: Buffer<UInt8>) {
        precondition(offsets.count > 0 && offsets[0] >= 0 && Int(offsets[offsets.count - 1]) <= bytes.count)
        self.offsets = offsets
        self.bytes = bytes
    }

    /// The number of values.
    @inlinable
    package var count: Int { offsets.count - 1 }

    /// The bytes of one value.
    @inlinable
    package func range(_ index: Int) -> Range<Int> { Int(offsets[index])..<Int(offsets[index + 1]) }

    /// One value as a copy of its bytes.
    package subscript(index: Int) -> [UInt8] { bytes.slice(range(index)).array }

    /// One value as text; bytes that are not UTF-8 become U+FFFD.
    package func text(_ index: Int) -> String { String(decoding: self[index], as: UTF8.self) }

    /// The values of a range of positions, without a copy.
    package func slice(_ range: Range<Int>) -> BytesBuffer {
        BytesBuffer(offsets: offsets.slice(range.lowerBound..<range.upperBound + 1), bytes: bytes)
    }

    package static func == (left: BytesBuffer, right: BytesBuffer) -> Bool {
        left.count == right.count && (0..<left.count).allSatisfy { left[$0] == right[$0] }
    }
}

/// The distinct values that codes point at, shared by many columns; two columns of the same dictionary object
/// can be compared by their codes.
package final class BytesDictionary: Sendable {
    /// The value of each code.
    package let values: BytesBuffer

    package init(_ values: BytesBuffer) { self.values = values }
}
