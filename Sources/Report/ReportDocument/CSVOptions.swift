/// How the CSV files of a report are written.
package struct CSVOptions: Sendable, Hashable {
    /// How values are written.
    package enum Values: String, Sendable, Hashable, CaseIterable {
        /// For programs: ISO dates, a point before the fraction, money in minor units.
        case iso
        /// For spreadsheets of the tenant's locale: its dates and its decimal sign, money in major units; a semicolon
        /// between fields where the decimal sign is a comma.
        case local
    }

    /// How lines end. Nothing in a file says so, so the sidecar does.
    package enum LineEnd: String, Sendable, Hashable, CaseIterable {
        case lf, crlf

        /// The bytes at the end of each line.
        package var bytes: [UInt8] { self == .lf ? [0x0A] : [0x0D, 0x0A] }
    }

    /// How values are written.
    package var values: Values
    /// How lines end.
    package var lineEnd: LineEnd
    /// Whether a file begins with a byte-order mark, for old spreadsheets.
    package var hasByteOrderMark: Bool
    /// Whether texts that a spreadsheet would run as a formula get an apostrophe in front; off for machines. Numbers never
    /// get one.
    package var isGuarded: Bool
    /// How a file is packed; its name says so.
    package var compression: TextCompression

    package init(
        values: Values = .iso, lineEnd: LineEnd = .lf, hasByteOrderMark: Bool = false, isGuarded: Bool = true,
        compression: TextCompression = .none
    ) {
        self.values = values
        self.lineEnd = lineEnd
        self.hasByteOrderMark = hasByteOrderMark
        self.isGuarded = isGuarded
        self.compression = compression
    }
}

/// How a text file is packed.
package enum TextCompression: String, Sendable, Hashable, CaseIterable {
    case none, gzip, zstd

    /// What the file's name ends in behind its own ending.
    package var suffix: String {
        switch self {
        case .none: ""
        case .gzip: ".gz"
        case .zstd: ".zst"
        }
    }
}
