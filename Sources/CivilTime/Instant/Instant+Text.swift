// ISO 8601 / RFC 3339: `2026-11-21T02:22:18.5Z`, `2026-11-21T03:22:18+01:00`.

extension Instant: CustomStringConvertible {
    /// ISO 8601 in UTC: `2026-11-21T02:22:18Z`, with three or six digits of fraction where there is one.
    package var description: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(27)
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the text in UTF-8: there are many in a file.
    package func append(to bytes: inout [UInt8]) {
        LocalDateTime(utc: self).append(to: &bytes)
        bytes.append(UInt8(ascii: "Z"))
    }

    /// Reads ISO 8601 with a zone: `Z`, `+01:00`, `-0330` or `+01`.
    ///
    /// Seconds may be left out; the fraction has one to six digits (further digits must be zeros); the separator is
    /// `T`, `t` or one space. A text without a zone is refused: it names no instant.
    ///
    /// - Throws: `syntax`, or `outOfRange` for 31 February, 25:00, a leap second, or an instant beyond the range.
    package init(parsing text: String) throws(CivilTimeError) {
        var scanner = TextScanner(text)
        let local = try LocalDateTime(scanning: &scanner, in: text)
        guard let offsetSeconds = try Self.offset(&scanner, in: text), scanner.isAtEnd else {
            throw CivilTimeError(.syntax, "'\(text)' is not an instant: write it like 2026-10-31T18:30:00Z")
        }
        guard let instant = local.instant(atOffsetSeconds: offsetSeconds) else {
            throw CivilTimeError(.outOfRange, "'\(text)' lies beyond the range of instants")
        }
        self = instant
    }

    /// Seconds east of UTC; nil if there is no zone.
    private static func offset(_ scanner: inout TextScanner, in text: String) throws(CivilTimeError) -> Int? {
        if scanner.take("Z") || scanner.take("z") { return 0 }
        let sign = scanner.take("+") ? 1 : scanner.take("-") ? -1 : 0
        guard sign != 0, let hours = scanner.digits(2) else { return nil }
        var minutes = 0
        if scanner.take(":") {
            guard let digits = scanner.digits(2) else { return nil }
            minutes = digits
        } else if let digits = scanner.digits(2) {
            minutes = digits
        }
        guard hours < 24, minutes < 60 else {
            throw CivilTimeError(.outOfRange, "'\(text)' has an offset that no zone has")
        }
        return sign * (hours * 3600 + minutes * 60)
    }
}
