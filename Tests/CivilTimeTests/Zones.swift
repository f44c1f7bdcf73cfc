import CivilTime
import Foundation

/// The system's zones, as the tests read them.
let zones = ZoneDatabase(
    folder: ProcessInfo.processInfo.environment["TZDIR"] ?? ZoneDatabase.defaultFolder,
    read: { path in FileManager.default.contents(atPath: path).map(Array.init) })

func instant(_ text: String) throws -> Instant { try Instant(parsing: text) }
func date(_ text: String) throws -> LocalDate { try LocalDate(parsing: text) }

extension ZoneTests {
    /// The bytes of a file, nil if there is none.
    static func read(_ path: String) throws -> [UInt8]? { FileManager.default.contents(atPath: path).map(Array.init) }
}
