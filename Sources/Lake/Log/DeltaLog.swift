internal import Checksum
package import Effects
package import SystemPackage

/// The files of a table's `_delta_log`: names, bytes, actions.
package struct DeltaLog: Sendable {
    /// `<table>/_delta_log`.
    package let folder: FilePath
    let store: any FileStore

    /// The folder's name in the table's.
    package static let folderName = "_delta_log"
    /// The largest log file that is read, in bytes.
    package static let bytesMax: Int64 = 1 << 30

    package init(table: FilePath, store: any FileStore) {
        folder = table.appending(Self.folderName)
        self.store = store
    }

    /// One version as it was read.
    package struct Entry: Sendable {
        /// The version.
        package let version: Int64
        /// Its actions, in the order of the lines.
        package let actions: [DeltaAction]
        /// The SHA-256 of the file's bytes, in hexadecimal.
        package let sha256: String
        /// When the file was written, in microseconds since 1970 UTC, by the file's own clock.
        package let modifiedMicroseconds: Int64
    }

    /// The log's path of a version.
    package func path(of version: Int64) -> FilePath { folder.appending(Self.digits(version) + ".json") }

    static func digits(_ version: Int64) -> String {
        let digits = String(version)
        return String(repeating: "0", count: max(0, 20 - digits.count)) + digits
    }

    /// What there is in the log's folder, sorted by version; empty where there is no folder.
    func listing() throws(FileError) -> Listing {
        let names: [String]
        do {
            names = try store.names(in: folder)
        } catch {
            if error.code == .notFound { return Listing([]) }
            throw error
        }
        return Listing(names)
    }

    /// Reads one version; nil if there is none.
    ///
    /// - Throws: `FileError`; `LakeError` (`damaged`) where a line is no action.
    package func entry(_ version: Int64) throws -> Entry? {
        guard let status = try store.status(of: path(of: version)) else { return nil }
        let bytes = try store.contents(of: path(of: version), limit: Self.bytesMax)
        return Entry(
            version: version, actions: try Self.actions(bytes, version: version),
            sha256: SHA256Digest(of: bytes.span).description, modifiedMicroseconds: status.modifiedMicroseconds)
    }

    /// The SHA-256 of a version's file in hexadecimal, nil if there is none.
    func sha256(_ version: Int64) throws(FileError) -> String? {
        guard try store.status(of: path(of: version)) != nil else { return nil }
        let bytes = try store.contents(of: path(of: version), limit: Self.bytesMax)
        return SHA256Digest(of: bytes.span).description
    }

    /// The actions of a log file's lines.
    package static func actions(_ bytes: [UInt8], version: Int64) throws(LakeError) -> [DeltaAction] {
        var actions: [DeltaAction] = []
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
            do {
                if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
                if let action = try DeltaAction(JSONValue(parsing: line)) { actions.append(action) }
            } catch let error as JSONError {
                throw DeltaReader.damaged("version \(version), line \(index + 1): \(error)")
            } catch let error as LakeError {
                throw LakeError(error.code, "\(error.message) (version \(version), line \(index + 1))")
            } catch {
                throw DeltaReader.damaged("version \(version), line \(index + 1)")
            }
        }
        return actions
    }

    /// The bytes of a log file: one action a line, canonical.
    package static func bytes(_ actions: [DeltaAction]) -> [UInt8] {
        var bytes: [UInt8] = []
        for action in actions {
            action.json.write(to: &bytes)
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }
}
