extension LocalDate: CustomStringConvertible {
    /// ISO 8601: `2026-10-31`; years beyond 9999 with a plus sign, before year 0 with a minus sign.
    package var description: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(10)
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the text in UTF-8: there are many in a file.
    package func append(to bytes: inout [UInt8]) {
        let (year, month, day) = components
        guard !(0...9999).contains(year) else { return bytes.append(year: year, month: month, day: day) }
        bytes += "\(year > 9999 ? "+" : "")\(year.padded(to: 4))-\(month.padded(to: 2))-\(day.padded(to: 2))".utf8
    }

    /// Reads `2026-10-31`: four digits of year, or five with a plus sign, or four with a minus sign.
    ///
    /// - Throws: `syntax`, or `outOfRange` for a date that does not exist.
    package init(parsing text: some StringProtocol) throws(CivilTimeError) {
        var scanner = TextScanner(text)
        guard let date = try LocalDate(scanning: &scanner), scanner.isAtEnd else {
            throw CivilTimeError(.syntax, "'\(text)' is not a date: write it like 2026-10-31")
        }
        self = date
    }

    /// Takes a date; nil where there is none.
    init?(scanning scanner: inout TextScanner) throws(CivilTimeError) {
        let plus = scanner.take("+")
        let minus = !plus && scanner.take("-")
        guard let digits = scanner.digits(plus ? 5 : 4), scanner.take("-"), let month = scanner.digits(2),
            scanner.take("-"), let day = scanner.digits(2)
        else { return nil }
        // One text for each date: no sign where none is needed.
        if (plus && digits <= 9999) || (minus && digits == 0) { return nil }
        self = try LocalDate(year: minus ? -digits : digits, month: month, day: day)
    }
}
