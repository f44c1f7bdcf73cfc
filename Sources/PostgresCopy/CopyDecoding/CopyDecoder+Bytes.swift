internal import Columnar

extension CopyDecoder {
    /// Text, as it is or behind a version byte (jsonb).
    mutating func decodeText(
        _ type: CopyType, _ positions: Span<UInt32>, _ bytes: RawSpan, prefixLength: Int
    ) throws(PostgresError) -> Column {
        let (buffer, validity) = try gather(positions, bytes, prefixLength: prefixLength)
        if !isASCII(buffer.bytes.span) { findInvalidText(buffer) }
        return Column(type.logicalType, validity: validity, .bytes(buffer))
    }

    mutating func decodeBinary(_ positions: Span<UInt32>, _ bytes: RawSpan) throws(PostgresError) -> Column {
        let (buffer, validity) = try gather(positions, bytes, prefixLength: 0)
        return Column(.binary, validity: validity, .bytes(buffer))
    }

    /// 16 bytes as 36 characters, lower case: 8-4-4-4-12.
    mutating func decodeUUID(_ positions: Span<UInt32>, _ bytes: RawSpan) throws(PostgresError) -> Column {
        var offsets = [Int32](repeating: 0, count: positions.count + 1)
        var validity = ValidityWords(count: positions.count)
        var text = [UInt8](repeating: UInt8(ascii: "-"), count: positions.count * 36)
        var target = text.mutableSpan
        var end = 0
        for row in positions.indices {
            let position = Int(positions[row])
            let length = Int32(bitPattern: bytes.word(at: position))
            if length == 16 {
                for index in 0..<16 {
                    let byte = bytes.byte(at: position &+ 4 &+ index)
                    let place = end &+ uuidPlaces[index]
                    target[place] = hexadecimal(byte &>> 4)
                    target[place &+ 1] = hexadecimal(byte & 15)
                }
                end += 36
            } else if length == -1 {
                validity.setNull(row)
            } else {
                throw malformed("a uuid has \(length) bytes")
            }
            offsets[row + 1] = Int32(end)
        }
        text.removeLast(text.count - end)
        let buffer = BytesBuffer(offsets: Buffer(offsets), bytes: Buffer(text))
        return Column(.uuid, validity: validity.finish(), .bytes(buffer))
    }

    /// Copies the values side by side, each without its first `prefixLength` bytes, which must be a version 1.
    private func gather(
        _ positions: Span<UInt32>, _ bytes: RawSpan, prefixLength: Int
    ) throws(PostgresError) -> (BytesBuffer, Bitmap?) {
        var offsets = [Int32](repeating: 0, count: positions.count + 1)
        var validity = ValidityWords(count: positions.count)
        var total = 0
        for row in positions.indices {
            let length = Int(Int32(bitPattern: bytes.word(at: Int(positions[row]))))
            if length >= prefixLength {
                total += length - prefixLength
            } else if length == -1 {
                validity.setNull(row)
            } else {
                throw malformed("a value has no version")
            }
            guard total <= Int(Int32.max) else { throw malformed("a column has more than 2 GiB in one batch") }
            offsets[row + 1] = Int32(truncatingIfNeeded: total)
        }
        if prefixLength == 1 { try checkVersions(positions, bytes) }
        let values = copyValues(positions, bytes, offsets: offsets.span, prefixLength: prefixLength)
        return (BytesBuffer(offsets: Buffer(offsets), bytes: Buffer(values)), validity.finish())
    }

    private func checkVersions(_ positions: Span<UInt32>, _ bytes: RawSpan) throws(PostgresError) {
        for row in positions.indices {
            let position = Int(positions[row])
            guard bytes.word(at: position) == UInt32.max || bytes.byte(at: position + 4) == 1 else {
                throw malformed("a jsonb has an unknown version")
            }
        }
    }

    /// Short values are copied as one vector of 16 bytes, of which the next value overwrites what is too much.
    private func copyValues(
        _ positions: Span<UInt32>, _ bytes: RawSpan, offsets: Span<Int32>, prefixLength: Int
    ) -> [UInt8] {
        let total = Int(offsets[offsets.count - 1])
        let vectorLength = 16
        return unsafe bytes.withUnsafeBytes { source in
            unsafe [UInt8](unsafeUninitializedCapacity: total + vectorLength) { target, count in
                guard let from = source.baseAddress, let to = target.baseAddress else { return }
                let base = UnsafeMutableRawPointer(to)
                for row in positions.indices {
                    let start = Int(offsets[row])
                    let length = Int(offsets[row &+ 1]) &- start
                    guard length > 0 else { continue }
                    let position = Int(positions[row]) &+ 4 &+ prefixLength
                    precondition(position &+ length <= source.count)
                    if length <= vectorLength && position &+ vectorLength <= source.count {
                        let vector = unsafe from.loadUnaligned(fromByteOffset: position, as: SIMD16<UInt8>.self)
                        unsafe base.storeBytes(of: vector, toByteOffset: start, as: SIMD16<UInt8>.self)
                    } else {
                        unsafe base.advanced(by: start).copyMemory(from: from + position, byteCount: length)
                    }
                }
                count = total
            }
        }
    }

    /// Notes each value that is not UTF-8. Values are looked at one by one, because two halves of a character in
    /// neighbouring values would pass together.
    private mutating func findInvalidText(_ buffer: BytesBuffer) {
        let bytes = buffer.bytes.span
        for row in 0..<buffer.count {
            let range = buffer.range(row)
            if (try? UTF8Span(validating: bytes.extracting(range))) == nil { faults.append((row, .notUTF8)) }
        }
    }
}

/// Where the two digits of each byte of a uuid go.
private let uuidPlaces: InlineArray<16, Int> = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34]

@inline(__always)
private func hexadecimal(_ nibble: UInt8) -> UInt8 {
    nibble &+ (nibble < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") &- 10)
}

/// Whether no byte has its high bit set: then every cut of the bytes is UTF-8.
private func isASCII(_ bytes: Span<UInt8>) -> Bool {
    var bits: UInt8 = 0
    for index in bytes.indices { bits |= bytes[index] }
    return bits < 0x80
}
