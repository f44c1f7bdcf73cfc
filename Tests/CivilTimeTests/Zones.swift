import CivilTime
import Foundation

/// The system's zones, as the tests read them.
let zones = ZoneDatabase(
    folder: ProcessInfo.processInfo.environment["TZDIR"] ?? ZoneDatabase.defaultFolder,
    read: { path in FileManager.default.contents(atPath: path).map(Array.init) })

func instant(_ text: String) throws -> Instant { try Instant(parsing: text) }
func date(_ text: String) throws -> LocalDate { try LocalDate(parsing: text) }

/// A seeded generator (SplitMix64), so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}

extension ZoneTests {
    /// The bytes of a file, nil if there is none.
    static func read(_ path: String) throws -> [UInt8]? { FileManager.default.contents(atPath: path).map(Array.init) }
}
