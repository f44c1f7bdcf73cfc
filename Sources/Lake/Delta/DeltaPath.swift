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

    /// What tells two paths apart: the decoded text, so that `%20` and a blank are one.
    static func key(_ path: String) -> String { decoded(path) ?? path }

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
