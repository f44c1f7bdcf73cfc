extension LocalDateTime: CustomStringConvertible {
    /// ISO 8601 without zone: `2026-10-31T18:30:00`, with three or six digits of fraction where there is one.
    package var description: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(27)
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the text in UTF-8: there are many in a file.
    package func append(to bytes: inout [UInt8]) {
        date.append(to: &bytes)
        bytes.append(UInt8(ascii: "T"))
        bytes.append(digits: 2, of: hour)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(digits: 2, of: minute)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(digits: 2, of: second)
        guard microsecond != 0 else { return }
        bytes.append(UInt8(ascii: "."))
        if microsecond % 1000 == 0 {
            bytes.append(digits: 3, of: microsecond / 1000)
        } else {
            bytes.append(digits: 6, of: microsecond)
        }
    }

    /// Reads `2026-10-31T18:30:00.25`; see `Instant.init(parsing:)` for what may be left out.
    ///
    /// - Throws: `syntax`, also for a text with a zone; `outOfRange` for a date or time that does not exist.
    package init(parsing text: String) throws(CivilTimeError) {
        var scanner = TextScanner(text)
        self = try LocalDateTime(scanning: &scanner, in: text)
        guard scanner.isAtEnd else { throw Self.syntax(text) }
    }

    init(scanning scanner: inout TextScanner, in text: String) throws(CivilTimeError) {
        guard let date = try LocalDate(scanning: &scanner),
            scanner.take("T") || scanner.take("t") || scanner.take(" "),
            let hour = scanner.digits(2), scanner.take(":"), let minute = scanner.digits(2)
        else { throw Self.syntax(text) }
        var second = 0
        var microsecond = 0
        if scanner.take(":") {
            guard let digits = scanner.digits(2) else { throw Self.syntax(text) }
            second = digits
            if scanner.take(".") {
                guard let micros = Self.fraction(&scanner) else { throw Self.syntax(text) }
                microsecond = micros
            }
        }
        try self.init(date, hour: hour, minute: minute, second: second, microsecond: microsecond)
    }

    /// Up to six digits; more only if they are zeros, so that nothing is cut silently.
    private static func fraction(_ scanner: inout TextScanner) -> Int? {
        let start = scanner.position
        guard var micros = scanner.number(digitsMax: 6) else { return nil }
        for _ in (scanner.position - start)..<6 { micros *= 10 }
        while scanner.take("0") {}
        return micros
    }

    private static func syntax(_ text: String) -> CivilTimeError {
        CivilTimeError(.syntax, "'\(text)' is not a date and time: write it like 2026-10-31T18:30:00")
    }
}
