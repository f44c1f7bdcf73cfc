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
        guard positions.count <= Int(Int32.max) / 36 else { throw tooLarge }
        var offsets = [Int32](repeating: 0, count: positions.count + 1)
        var validity = ValidityWords(count: positions.count)
        var text = [UInt8](repeating: 0, count: positions.count * 36)
        var target = text.mutableSpan
        var end = 0
        for row in positions.indices {
            let position = Int(positions[row])
            let length = Int32(bitPattern: bytes.word(at: position))
            if length == 16 {
                writeUUID(bytes.long(at: position &+ 4), bytes.long(at: position &+ 12), &target, at: end)
                end += 36
            } else if length == -1 {
                validity.setNull(row)
            } else {
                throw malformed("a uuid has \(length) bytes")
            }
            offsets[row + 1] = Int32(truncatingIfNeeded: end)
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
            guard total <= Int(Int32.max) else { throw tooLarge }
            offsets[row + 1] = Int32(truncatingIfNeeded: total)
        }
        if prefixLength == 1 { try checkVersions(positions, bytes) }
        let values = copyValues(positions, bytes, offsets: offsets.span, prefixLength: prefixLength)
        return (BytesBuffer(offsets: Buffer(offsets), bytes: Buffer(values)), validity.finish())
    }

    private var tooLarge: PostgresError {
        PostgresError(.valueRefused, "a column has more than 2 GiB in one batch")
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

/// Writes 32 digits with their dashes as four pieces of eight digits, the dashes between and within them.
@inline(__always)
private func writeUUID(_ high: UInt64, _ low: UInt64, _ target: inout MutableSpan<UInt8>, at end: Int) {
    let dash = UInt8(ascii: "-")
    let pieces = (
        hexadecimal(UInt32(truncatingIfNeeded: high &>> 32)), hexadecimal(UInt32(truncatingIfNeeded: high)),
        hexadecimal(UInt32(truncatingIfNeeded: low &>> 32)), hexadecimal(UInt32(truncatingIfNeeded: low))
    )
    write(pieces.0, 8, &target, at: end)
    target[end &+ 8] = dash
    write(pieces.1, 4, &target, at: end &+ 9)
    target[end &+ 13] = dash
    write(pieces.1 &>> 32, 4, &target, at: end &+ 14)
    target[end &+ 18] = dash
    write(pieces.2, 4, &target, at: end &+ 19)
    target[end &+ 23] = dash
    write(pieces.2 &>> 32, 4, &target, at: end &+ 24)
    write(pieces.3, 8, &target, at: end &+ 28)
}

@inline(__always)
private func write(_ digits: UInt64, _ count: Int, _ target: inout MutableSpan<UInt8>, at position: Int) {
    for index in 0..<count {
        target[position &+ index] = UInt8(truncatingIfNeeded: digits &>> UInt64(8 &* index))
    }
}

/// The eight lower-case digits of a number, the first in the lowest byte.
@inline(__always)
private func hexadecimal(_ word: UInt32) -> UInt64 {
    // Each nibble gets a byte of its own, the highest nibble the lowest byte.
    var spread = UInt64(word.byteSwapped)
    spread = (spread | spread &<< 16) & 0x0000_FFFF_0000_FFFF
    spread = (spread | spread &<< 8) & 0x00FF_00FF_00FF_00FF
    spread = (spread &>> 4 & 0x000F_000F_000F_000F) | (spread &<< 8 & 0x0F00_0F00_0F00_0F00)
    // A nibble of ten or more carries into bit 4 when six is added: it becomes a letter.
    let letters = (spread &+ 0x0606_0606_0606_0606) &>> 4 & 0x0101_0101_0101_0101
    return spread &+ 0x3030_3030_3030_3030 &+ letters &* 0x27
}

/// Whether no byte has its high bit set: then every cut of the bytes is UTF-8.
private func isASCII(_ bytes: Span<UInt8>) -> Bool {
    var bits: UInt8 = 0
    for index in bytes.indices { bits |= bytes[index] }
    return bits < 0x80
}
