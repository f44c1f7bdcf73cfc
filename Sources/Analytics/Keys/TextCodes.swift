package import Columnar

/// Gives each distinct text a small number, the same in every batch of a table.
///
/// A dictionary column costs one look-up for each entry of its dictionary; a plain one costs a hash a row.
struct TextCodes {
    /// The code of a missing text.
    static let missing: Int32 = -1

    private var bytes: [UInt8] = []
    private var ends: [Int] = [0]
    /// Open addressing: code + 1, or 0 where the slot is free. A power of two long, at most half full.
    private var slots: [Int32] = Array(repeating: 0, count: 64)
    private var lastDictionary: (BytesDictionary, [Int32])?

    /// How many distinct texts there are.
    var count: Int { ends.count - 1 }

    /// The text of a code.
    subscript(code: Int32) -> String {
        code < 0 ? "(none)" : String(decoding: bytes[ends[Int(code)]..<ends[Int(code) + 1]], as: UTF8.self)
    }

    /// The codes of a column's rows; nil where it holds no text.
    mutating func codes(of column: Column) -> [Int32]? {
        var codes: [Int32]
        switch column.values {
        case .bytes(let buffer): codes = self.rows(buffer)
        case .dictionary(let rows, let dictionary):
            let map = entries(dictionary)
            codes = rows.array.map { Int($0) < map.count ? map[Int($0)] : Self.missing }
        default: return nil
        }
        if let validity = column.validity {
            for row in codes.indices where !validity[row] { codes[row] = Self.missing }
        }
        return codes
    }

    private mutating func entries(_ dictionary: BytesDictionary) -> [Int32] {
        if let (last, map) = lastDictionary, last === dictionary { return map }
        let map = rows(dictionary.values)
        lastDictionary = (dictionary, map)
        return map
    }

    private mutating func rows(_ buffer: BytesBuffer) -> [Int32] {
        var codes: [Int32] = []
        codes.reserveCapacity(buffer.count)
        let all = buffer.bytes.span
        let offsets = buffer.offsets.span
        for row in 0..<buffer.count {
            codes.append(code(of: all.extracting(Int(offsets[row])..<Int(offsets[row + 1]))))
        }
        return codes
    }

    private mutating func code(of text: Span<UInt8>) -> Int32 {
        var slot = Self.hash(text) & (slots.count - 1)
        while slots[slot] != 0 {
            let code = slots[slot] - 1
            if isEqual(text, code) { return code }
            slot = (slot + 1) & (slots.count - 1)
        }
        let code = Int32(count)
        for index in text.indices { bytes.append(text[index]) }
        ends.append(bytes.count)
        slots[slot] = code + 1
        if count * 2 > slots.count { grow() }
        return code
    }

    private func isEqual(_ text: Span<UInt8>, _ code: Int32) -> Bool {
        let start = ends[Int(code)]
        guard ends[Int(code) + 1] - start == text.count else { return false }
        for index in text.indices where bytes[start + index] != text[index] { return false }
        return true
    }

    private mutating func grow() {
        slots = Array(repeating: 0, count: slots.count * 4)
        for code in 0..<count {
            var slot = Self.hash(bytes.span.extracting(ends[code]..<ends[code + 1])) & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(code) + 1
        }
    }

    /// FNV-1a, 64 bits, folded: the texts are short.
    private static func hash(_ text: Span<UInt8>) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for index in text.indices { hash = (hash ^ UInt64(text[index])) &* 0x100_0000_01b3 }
        return Int(truncatingIfNeeded: hash ^ hash >> 29)
    }
}
