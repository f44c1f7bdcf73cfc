internal import Compression

/// Reads the entries of a zip archive as libxlsxwriter writes it: one disk, no zip64, stored or deflated
/// (APPNOTE.TXT 6.3, sections 4.3.7, 4.3.12 and 4.3.16).
struct ZipReader {
    /// Why an archive was refused.
    struct Failure: Error {
        let message: String
    }

    private struct Entry {
        let method: Int
        let checksum: ArraySlice<UInt8>
        let packedSize: Int
        let size: Int
        let offset: Int
    }

    private let bytes: [UInt8]
    private var entries: [String: Entry] = [:]
    /// No part of a workbook that is checked is larger.
    private static let sizeMax = 1 << 30

    /// Reads the directory.
    init(_ bytes: [UInt8]) throws(Failure) {
        self.bytes = bytes
        // The end record has 22 bytes where there is no comment, and ours have none.
        let end = bytes.count - 22
        guard try number(end, 4) == 0x0605_4B50 else { throw Failure(message: "it is no zip archive") }
        var offset = try number(end + 16, 4)
        for _ in 0..<(try number(end + 10, 2)) {
            guard try number(offset, 4) == 0x0201_4B50 else { throw Failure(message: "its directory is damaged") }
            let nameLength = try number(offset + 28, 2)
            let name = String(decoding: try slice(offset + 46, nameLength), as: UTF8.self)
            entries[name] = Entry(
                method: try number(offset + 10, 2), checksum: try slice(offset + 16, 4),
                packedSize: try number(offset + 20, 4), size: try number(offset + 24, 4),
                offset: try number(offset + 42, 4))
            offset += 46 + nameLength + (try number(offset + 30, 2)) + (try number(offset + 32, 2))
        }
    }

    /// The content of an entry, its checksum compared.
    func content(_ name: String) throws(Failure) -> [UInt8] {
        guard let entry = entries[name] else { throw Failure(message: "'\(name)' is missing") }
        guard entry.size <= Self.sizeMax else { throw Failure(message: "'\(name)' is too large") }
        let local = 30 + (try number(entry.offset + 26, 2)) + (try number(entry.offset + 28, 2))
        let packed = try slice(entry.offset + local, entry.packedSize)
        guard entry.method == 8 || entry.method == 0 else { throw Failure(message: "'\(name)' is packed otherwise") }
        if entry.method == 0 { return Array(packed) }
        // A deflated entry becomes a gzip member by ten bytes before it, and its checksum and size behind it (RFC 1952).
        var member: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]
        member += packed
        member += entry.checksum
        for shift in stride(from: 0, to: 32, by: 8) { member.append(UInt8(truncatingIfNeeded: entry.size >> shift)) }
        do {
            var decompressor = try GzipDecompressor()
            return try decompressor.decompress(member.span, size: entry.size)
        } catch {
            throw Failure(message: "'\(name)' is damaged")
        }
    }

    private func slice(_ offset: Int, _ count: Int) throws(Failure) -> ArraySlice<UInt8> {
        guard offset >= 0, count >= 0, offset <= bytes.count, count <= bytes.count - offset else {
            throw Failure(message: "it is cut")
        }
        return bytes[offset..<offset + count]
    }

    /// A little-endian number.
    private func number(_ offset: Int, _ count: Int) throws(Failure) -> Int {
        var value = 0
        for byte in try slice(offset, count).reversed() { value = value << 8 | Int(byte) }
        return value
    }
}
