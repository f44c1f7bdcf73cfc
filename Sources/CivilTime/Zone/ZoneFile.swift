// TZif, RFC 9636 (formerly 8536). All numbers are big-endian.
//
//   0   4  magic "TZif"
//   4   1  version: NUL, '2', '3' or '4'
//   5  15  reserved
//  20   4  isutcnt    count of UT/local indicators (1 byte each)
//  24   4  isstdcnt   count of standard/wall indicators (1 byte each)
//  28   4  leapcnt    count of leap-second records (TIME_SIZE + 4 bytes each)
//  32   4  timecnt    count of transitions (TIME_SIZE bytes, and 1 byte of type index, each)
//  36   4  typecnt    count of local time types (6 bytes each: int32 offset, isdst, abbreviation index)
//  40   4  charcnt    bytes of abbreviations
//  44      transitions, type indices, types, abbreviations, leap seconds, two lists of indicators
//
// TIME_SIZE is 4 in the first block. From version 2 on a second header and block follow with TIME_SIZE 8, then a footer:
// newline, a POSIX TZ rule for the time after the last transition, newline. The first block is skipped here.

/// What a zone file says: the transitions it lists and the rule that holds after them.
struct ZoneFile {
    /// A change of the offset: from `start` on (seconds since 1970 UTC) clocks run `offset` seconds ahead of UTC.
    struct Transition: Equatable {
        var start: Int64
        var offset: Int32
    }

    /// The offset before the first transition, in seconds east of UTC.
    let firstOffset: Int32
    /// The listed transitions, ascending.
    let transitions: [Transition]
    /// The rule after the last transition; nil if the file names none.
    let rule: ZoneRule?

    /// - Throws: `zoneFile` for a damaged file, a file of version 1, or one that counts leap seconds.
    init(_ bytes: [UInt8], name: String) throws(CivilTimeError) {
        var reader = Reader(bytes: bytes, name: name)
        let first = try Header(&reader)
        guard first.version >= 0x32 else { throw reader.error("it is of version 1; Almanac reads version 2 and later") }
        try reader.skip(first.blockSize(timeSize: 4))
        let header = try Header(&reader)
        guard header.leapCount == 0 else { throw reader.error("it counts leap seconds") }
        guard header.typeCount >= 1, header.typeCount <= 256 else { throw reader.error("it has no local time type") }

        let starts = try reader.list(header.timeCount) { (reader) throws(CivilTimeError) in try reader.integer(8) }
        let indices = try reader.list(header.timeCount) { (reader) throws(CivilTimeError) in Int(try reader.byte()) }
        let offsets = try reader.list(header.typeCount) { (reader) throws(CivilTimeError) in try reader.offset() }
        try reader.skip(header.characterCount + header.standardCount + header.universalCount)

        var transitions: [Transition] = []
        transitions.reserveCapacity(starts.count)
        for (start, index) in zip(starts, indices) {
            guard index < offsets.count else { throw reader.error("a transition names a type that is not there") }
            if let last = transitions.last, last.start >= start {
                throw reader.error("its transitions are not ascending")
            }
            transitions.append(Transition(start: start, offset: offsets[index]))
        }
        firstOffset = offsets[0]
        self.transitions = transitions
        rule = try reader.footer().map { (text) throws(CivilTimeError) in try ZoneRule(parsing: text) }
    }

    private struct Header {
        let version: UInt8
        let universalCount: Int
        let standardCount: Int
        let leapCount: Int
        let timeCount: Int
        let typeCount: Int
        let characterCount: Int

        init(_ reader: inout Reader) throws(CivilTimeError) {
            for expected in "TZif".utf8 where try reader.byte() != expected {
                throw reader.error("it does not begin with TZif")
            }
            version = try reader.byte()
            try reader.skip(15)
            universalCount = try reader.count()
            standardCount = try reader.count()
            leapCount = try reader.count()
            timeCount = try reader.count()
            typeCount = try reader.count()
            characterCount = try reader.count()
        }

        func blockSize(timeSize: Int) -> Int {
            timeCount * (timeSize + 1) + typeCount * 6 + characterCount + leapCount * (timeSize + 4) + standardCount
                + universalCount
        }
    }

    /// A cursor that never leaves the bytes.
    private struct Reader {
        let bytes: [UInt8]
        let name: String
        var position = 0

        func error(_ why: String) -> CivilTimeError {
            CivilTimeError(.zoneFile, "can't read the zone file of '\(name)': \(why)")
        }

        mutating func byte() throws(CivilTimeError) -> UInt8 {
            guard position < bytes.count else { throw error("it ends early") }
            defer { position += 1 }
            return bytes[position]
        }

        mutating func integer(_ size: Int) throws(CivilTimeError) -> Int64 {
            var value: Int64 = 0
            for index in 0..<size {
                let byte = try byte()
                value = index == 0 ? Int64(Int8(bitPattern: byte)) : value << 8 | Int64(byte)
            }
            return value
        }

        /// A count of the header; none is larger than the file.
        mutating func count() throws(CivilTimeError) -> Int {
            let value = Int(try integer(4))
            guard value >= 0, value <= bytes.count else { throw error("a count is larger than the file") }
            return value
        }

        /// The offset of a local time type; the flag and the abbreviation after it are not needed.
        mutating func offset() throws(CivilTimeError) -> Int32 {
            let value = try integer(4)
            try skip(2)
            // RFC 9636 allows -25 h to 26 h; beyond it the file is nonsense.
            guard (-89_999...93_599).contains(value) else { throw error("an offset is larger than a day") }
            return Int32(value)
        }

        mutating func skip(_ count: Int) throws(CivilTimeError) {
            guard count <= bytes.count - position else { throw error("it ends early") }
            position += count
        }

        mutating func list<Element>(
            _ count: Int, _ read: (inout Reader) throws(CivilTimeError) -> Element
        ) throws(CivilTimeError) -> [Element] {
            var list: [Element] = []
            list.reserveCapacity(count)
            for _ in 0..<count { list.append(try read(&self)) }
            return list
        }

        /// The text between the two newlines after the second block; nil if it is empty.
        mutating func footer() throws(CivilTimeError) -> String? {
            guard try byte() == 0x0A, let end = bytes[position...].firstIndex(of: 0x0A) else {
                throw error("its footer is damaged")
            }
            return end == position ? nil : String(decoding: bytes[position..<end], as: UTF8.self)
        }
    }
}
