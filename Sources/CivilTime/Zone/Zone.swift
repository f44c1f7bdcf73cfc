/// A time zone: for every instant the offset of local clocks from UTC, and back.
///
/// Read from the TZif files of the system (see `ZoneDatabase`), so that it agrees with Postgres and every other program
/// of the machine that uses the same files. Cheap to copy; shared between threads.
package struct Zone: Sendable, Hashable, CustomStringConvertible {
    /// The IANA name: `Africa/Lagos`.
    package let name: String
    /// A hash of the file's bytes; 0 for zones of a fixed offset. Zones are equal if name and fingerprint are.
    package let fingerprint: UInt64
    let table: ZoneTable

    init(name: String, fingerprint: UInt64, table: ZoneTable) {
        self.name = name
        self.fingerprint = fingerprint
        self.table = table
    }

    /// Reads the bytes of a TZif file, version 2 or later.
    ///
    /// - Throws: `zoneFile` for bytes that are no zone file.
    package init(name: String, file bytes: [UInt8]) throws(CivilTimeError) {
        // FNV-1a, 64 bits: names the file's content, nothing is protected by it.
        let fingerprint = bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        self.init(name: name, fingerprint: fingerprint, table: ZoneTable(try ZoneFile(bytes, name: name)))
    }

    /// A zone whose clocks always run `offsetSeconds` ahead of UTC; within a day either way.
    ///
    /// - Throws: `outOfRange` for a larger offset.
    package init(name: String, fixedOffsetSeconds offsetSeconds: Int) throws(CivilTimeError) {
        guard abs(offsetSeconds) < 86_400 else {
            throw CivilTimeError(.outOfRange, "an offset of \(offsetSeconds) seconds is larger than a day")
        }
        self.init(name: name, fingerprint: 0, table: ZoneTable(fixedOffset: Int32(offsetSeconds)))
    }

    /// Coordinated universal time.
    package static let utc = Zone(name: "UTC", fingerprint: 0, table: ZoneTable(fixedOffset: 0))

    package static func == (left: Zone, right: Zone) -> Bool {
        left.name == right.name && left.fingerprint == right.fingerprint
            && (left.fingerprint != 0 || left.table.offsets == right.table.offsets)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(fingerprint)
    }

    package var description: String { name }
}

extension Zone {
    /// Seconds that local clocks run ahead of UTC at an instant; negative in the west.
    ///
    /// - Complexity: a binary search over the transitions, about 10 steps.
    package func offsetSeconds(at instant: Instant) -> Int { Int(table.offset(at: instant.secondsSinceEpoch)) }

    /// What local clocks show at an instant.
    package func localDateTime(of instant: Instant) -> LocalDateTime {
        LocalDateTime(instant, offsetSeconds: offsetSeconds(at: instant))
    }

    /// The local date of an instant: the bucket key of every daily figure.
    ///
    /// Not monotone: at St. John's the 7th of November 2010 began, became the 6th again, and began once more.
    package func localDate(of instant: Instant) -> LocalDate { localDateTime(of: instant).date }
}
