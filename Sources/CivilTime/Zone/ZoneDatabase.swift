internal import Synchronization

/// The zones of the system: a folder of TZif files such as /usr/share/zoneinfo.
///
/// CivilTime touches no file itself: the caller passes a closure that reads one. A zone is read once and kept.
package final class ZoneDatabase: Sendable {
    /// The folder, as given.
    package let folder: String
    private let read: @Sendable (String) throws -> [UInt8]?
    private let zones = Mutex<[String: Zone]>([:])

    /// Where Debian and most systems keep zones, if the environment's `TZDIR` names no other folder.
    package static let defaultFolder = "/usr/share/zoneinfo"

    /// - Parameters:
    ///   - folder: the folder of zone files; the caller passes the value of `TZDIR` where it is set.
    ///   - read: the bytes of the file under a path (folder, slash, zone name); nil if there is no such file.
    package init(
        folder: String = ZoneDatabase.defaultFolder, read: @escaping @Sendable (String) throws -> [UInt8]?
    ) {
        self.folder = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        self.read = read
    }

    /// The zone of an IANA name, in the letters of the database: `Africa/Lagos`.
    ///
    /// - Throws: `unknownZone` with the nearest names, for a name that is none, and for the machine-dependent
    ///   `localtime`, `posixrules` and the leap-second zones under `right/`; `zoneFile` for a damaged file.
    package func zone(_ name: String) throws(CivilTimeError) -> Zone {
        if let zone = zones.withLock({ $0[name] }) { return zone }
        guard Self.isZoneName(name), let bytes = try bytes(of: name) else {
            throw CivilTimeError(.unknownZone, unknown(name))
        }
        let zone = try Zone(name: name, file: bytes)
        zones.withLock { $0[name] = zone }
        return zone
    }

    /// The release of the database, such as `2026a`: of `tzdata.zi` or `+VERSION`; nil if the folder names none.
    package func version() -> String? {
        if let text = text(of: "tzdata.zi"), text.hasPrefix("# version ") {
            return text.dropFirst("# version ".count).prefix { !$0.isWhitespace }.description
        }
        if let text = text(of: "+VERSION") {
            let version = text.prefix { !$0.isWhitespace }
            return version.isEmpty ? nil : String(version)
        }
        return nil
    }

    /// The names of all zones and links that `tzdata.zi` lists, sorted; empty if the folder has no such file.
    package func names() -> [String] {
        guard let text = text(of: "tzdata.zi") else { return [] }
        var names: Set<String> = []
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ")
            if fields.count >= 2 && fields[0] == "Z" { names.insert(String(fields[1])) }
            if fields.count == 3 && fields[0] == "L" { names.insert(String(fields[2])) }
        }
        return names.sorted()
    }

    /// Whether a text may name a zone file: no way out of the folder, none of the machine-dependent names.
    private static func isZoneName(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count), name.utf8.count <= 64,
            !["right", "posix", "localtime", "posixrules", "Factory"].contains(parts[0])
        else { return false }
        return parts.allSatisfy { part in
            guard let first = part.utf8.first, (0x41...0x5A).contains(first) || (0x61...0x7A).contains(first) else {
                return false
            }
            return part.utf8.allSatisfy { byte in
                (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
                    || byte == 0x5F || byte == 0x2B || byte == 0x2D
            }
        }
    }

    private func bytes(of name: String) throws(CivilTimeError) -> [UInt8]? {
        do {
            return try read("\(folder)/\(name)")
        } catch {
            throw CivilTimeError(.zoneFile, "can't read the zone file of '\(name)': \(error)")
        }
    }

    private func text(of name: String) -> String? {
        (try? read("\(folder)/\(name)")).flatMap { $0 }.map { String(decoding: $0, as: UTF8.self) }
    }

    private func unknown(_ name: String) -> String {
        let wanted = name.lowercased()
        let names = names()
        let near =
            names.filter { $0.lowercased() == wanted }
            + names.filter { $0.lowercased().hasSuffix("/" + wanted.replacingSpaces()) }
        let hint = near.first.map { "; did you mean '\($0)'?" } ?? "; write an IANA name like Africa/Lagos"
        return "there is no time zone '\(name)' in \(folder)\(hint)"
    }
}

extension String {
    /// Zone names write spaces as underscores.
    fileprivate func replacingSpaces() -> String { String(map { $0 == " " ? "_" : $0 }) }
}
