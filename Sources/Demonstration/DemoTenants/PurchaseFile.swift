/// The CDNOW purchase log: every purchase of the 23,570 people who first bought at an online record shop in the first
/// quarter of 1997, up to June 1998.
///
/// The file that is published for Fader and Hardie's papers and in the Python package `lifetimes`. A line is
/// ` 00001 19970101  1   11.77`: customer, day, number of discs, dollars with two decimals, parted by spaces; the
/// first line has the names. 255 lines repeat another one and 80 have no value. They are purchases, and are kept.
struct PurchaseFile {
    private let file: DataFile

    init(_ file: DataFile) { self.file = file }

    /// Calls `body` with each purchase, in the order of the file.
    func forEachPurchase(_ body: (Purchase) throws -> Void) throws {
        var position: Int64 = 0
        try file.forEachLine { line, number in
            guard number > 1 else { return }
            position += 1
            try body(try purchase(in: line, position: position, line: number))
        }
    }

    private func purchase(in line: ArraySlice<UInt8>, position: Int64, line number: Int) throws -> Purchase {
        let fields = line.split(separator: UInt8(ascii: " "))
        guard fields.count == 4 else { throw file.invalid(line: number, "it does not have 4 fields") }
        guard let customer = fields[0].wholeNumber else { throw file.invalid(line: number, "customer_id is no number") }
        guard fields[1].count == 8, fields[1].wholeNumber != nil else {
            throw file.invalid(line: number, "date is not 8 digits")
        }
        guard let items = fields[2].wholeNumber else { throw file.invalid(line: number, "number_of_cds is no number") }
        guard let cents = Self.cents(fields[3]) else {
            throw file.invalid(line: number, "dollar_value is not an amount with two decimals")
        }
        let day = fields[1]
        let start = day.startIndex
        let iso =
            Self.text(day[start..<start + 4]) + "-" + Self.text(day[start + 4..<start + 6]) + "-"
            + Self.text(day[start + 6..<start + 8])
        return Purchase(id: position, customer: customer, localTime: "\(iso) 12:00:00", items: items, minorUnits: cents)
    }

    /// `11.77` is 1177: the digits without the point, so that no binary fraction comes between.
    static func cents(_ amount: ArraySlice<UInt8>) -> Int64? {
        let parts = amount.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].count == 2, let whole = parts[0].wholeNumber, let part = parts[1].wholeNumber
        else { return nil }
        let (scaled, overflow) = whole.multipliedReportingOverflow(by: 100)
        return overflow ? nil : scaled + part
    }

    private static func text(_ digits: ArraySlice<UInt8>) -> String { String(decoding: digits, as: UTF8.self) }
}

/// One order of a shop.
struct Purchase: Equatable {
    /// Its place in the log, from 1; what tells equal purchases apart.
    var id: Int64
    let customer: Int64
    /// Date and time of day on the shop's clock, `1997-01-01 12:00:00`.
    let localTime: String
    let items: Int64
    /// What was paid, in hundredths of the currency.
    let minorUnits: Int64
}
