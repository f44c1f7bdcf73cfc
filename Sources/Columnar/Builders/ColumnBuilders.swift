/// Gathers values of one fixed width, row by row.
package struct FixedBuilder<Element: BitwiseCopyable & Sendable>: Sendable {
    @usableFromInline var values: [Element] = []
    @usableFromInline var validity = BitmapBuilder()
    @usableFromInline let filler: Element

    /// - Parameter filler: what lies in the place of a missing value.
    package init(filler: Element) { self.filler = filler }

    /// The number of rows so far.
    package var rowCount: Int { values.count }

    /// Adds a value.
    @inlinable
    package mutating func append(_ value: Element) {
        values.append(value)
        validity.append(true)
    }

    /// Adds a missing value.
    @inlinable
    package mutating func appendNull() {
        values.append(filler)
        validity.append(false)
    }

    /// The rows so far; the builder is empty afterwards and keeps no memory of them.
    package mutating func finish() -> (values: Buffer<Element>, validity: Bitmap?) {
        defer { values = [] }
        return (Buffer(values), validity.finishValidity())
    }
}

/// Gathers texts or binary values, row by row.
package struct BytesBuilder: Sendable {
    @usableFromInline var offsets: [Int32] = [0]
    @usableFromInline var bytes: [UInt8] = []
    @usableFromInline var validity = BitmapBuilder()

    package init() {}

    /// The number of rows so far.
    package var rowCount: Int { offsets.count - 1 }

    /// The bytes so far; one column of a batch holds at most `Int32.max`.
    package var byteCount: Int { bytes.count }

    /// Adds a value. False, and nothing added, where the batch would hold more than 2 GiB.
    @inlinable
    package mutating func append(_ value: Span<UInt8>) -> Bool {
        guard value.count <= Int(Int32.max) - bytes.count else { return false }
        unsafe value.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        offsets.append(Int32(truncatingIfNeeded: bytes.count))
        validity.append(true)
        return true
    }

    /// Adds a text. False, and nothing added, where the batch would hold more than 2 GiB.
    package mutating func append(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { unsafe append(Span(_unsafeElements: $0)) }
    }

    /// Adds a missing value.
    @inlinable
    package mutating func appendNull() {
        offsets.append(Int32(truncatingIfNeeded: bytes.count))
        validity.append(false)
    }

    /// The rows so far; the builder is empty afterwards.
    package mutating func finish() -> (values: BytesBuffer, validity: Bitmap?) {
        defer {
            offsets = [0]
            bytes = []
        }
        return (BytesBuffer(offsets: Buffer(offsets), bytes: Buffer(bytes)), validity.finishValidity())
    }
}
