/// Paths of data files as the log writes them: relative to the table, percent-encoded as in a URL (RFC 2396).
enum DeltaPath {
    /// The path on the disk, as names below the table's folder.
    ///
    /// - Throws: `LakeError` for a path that leaves the folder (`damaged`) or that is a URL (`unsupported`).
    static func components(_ path: String) throws(LakeError) -> [String] {
        guard let decoded = decoded(path) else { throw DeltaReader.damaged("a file's path is badly encoded") }
        if decoded.hasPrefix("/") || decoded.split(separator: "/").first?.contains("://") == true
            || decoded.prefix(while: { $0 != "/" }).hasSuffix(":")
        {
            throw LakeError(
                .unsupported, "can't read the table: it names files outside of its own folder (absolute paths)")
        }
        let parts = decoded.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." && !$0.utf8.contains(0) }) else {
            throw DeltaReader.damaged("a file's path leaves the table's folder")
        }
        return parts
    }

    /// Refuses what `components` refuses; names without folders and escapes, which most are, at once.
    static func check(_ path: String) throws(LakeError) {
        var path = path
        let isPlain = path.withUTF8 { bytes in
            unsafe bytes.count > 2 && bytes.first != UInt8(ascii: ".")
                && bytes.allSatisfy { $0 != 0 && $0 != 0x2F && $0 != 0x25 && $0 != 0x3A }
        }
        if !isPlain { _ = try components(path) }
    }

    /// What tells two paths apart: the decoded text, so that `%20` and a blank are one.
    static func key(_ path: String) -> String { decoded(path) ?? path }

    /// A path as the log writes it, of names below the table's folder: each byte that a URL does not have as it is
    /// becomes `%HH`.
    static func encoded(_ components: [String]) -> String {
        let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~=+@".utf8)
        return components.map { component in
            var bytes: [UInt8] = []
            for byte in component.utf8 {
                if plain.contains(byte) {
                    bytes.append(byte)
                } else {
                    let digits = String(byte, radix: 16, uppercase: true)
                    bytes += "%\(digits.utf8.count == 1 ? "0" : "")\(digits)".utf8
                }
            }
            return String(decoding: bytes, as: UTF8.self)
        }.joined(separator: "/")
    }

    static func decoded(_ path: String) -> String? {
        guard path.utf8.contains(UInt8(ascii: "%")) else { return path }
        var bytes: [UInt8] = []
        var rest = path.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = hexadecimal(rest.popFirst()), let low = hexadecimal(rest.popFirst()) else { return nil }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexadecimal(_ byte: UInt8?) -> UInt8? {
        byte.flatMap { Character(Unicode.Scalar($0)).hexDigitValue }.map(UInt8.init)
    }
}
