internal import CivilTime
internal import Columnar
internal import Query

/// The arguments that operators on savings circles share: an event log of dues, payments and payouts.
struct CircleArguments: Sendable {
    let circle: (position: Int, type: SQLType)
    let member: (position: Int, type: SQLType)
    let at: Int
    let amount: AmountArgument
    let asOf: Int32
    let zone: Zone
    private let currency: Int?
    private let round: Int?

    static let circleParameter = TableFunction.Parameter("circle", .column(nil), "the savings circle")
    static let memberParameter = TableFunction.Parameter("member", .column(nil), "who owes, pays or is paid")
    static let roundParameter = TableFunction.Parameter("round", .column(.int32), "the round of a due or payout")
    static let dueParameter = TableFunction.Parameter(
        "due", .column(.bool),
        "which rows are dues, such as kind "
            + "= 'due'")
    static let paymentParameter = TableFunction.Parameter(
        "payment", .column(.bool),
        "which rows are payments "
            + "into the pot")
    static let payoutParameter = TableFunction.Parameter(
        "payout", .column(.bool),
        "which rows are payouts of "
            + "the pot, gross")
    static let amountParameter = TableFunction.Parameter("amount", .column(nil), "minor units, a whole number above 0")
    static let atParameter = TableFunction.Parameter("at", .column(.timestamptz), "when it is due, or was paid")
    static let currencyParameter = TableFunction.Parameter(
        "currency", .column(.text), isRequired: false, "ISO 4217 code: more than one in a circle is an error")
    static let asOfParameter = TableFunction.Parameter(
        "as_of", .constant(.date), isRequired: false, "payments up to this local date count; today")

    init(_ arguments: TableFunctionArguments) throws {
        circle = try arguments.column(named: "circle")
        member = try arguments.column(named: "member")
        at = try arguments.position("at")
        amount = try AmountArgument(arguments, "amount")
        let date = arguments.asOfDate().daysSinceEpoch
        try LocalDates.check(date, "as_of")
        asOf = date
        zone = arguments.context.zone
        currency = arguments.column("currency")?.position
        round = arguments.column("round")?.position
    }

    /// What rows of a batch are, by the names of the conditions; none where one is not given.
    func conditions(_ arguments: TableFunctionArguments, _ names: [String]) -> [Int?] {
        names.map { arguments.column($0)?.position }
    }

    /// The local dates of the rows that count.
    func days(_ batch: ColumnBatch, isUsed: (Int) -> Bool) throws -> [Int32] {
        try LocalDates.days(batch.columns[at], "at", zone, isUsed: isUsed)
    }

    /// Refuses an amount below 0: a reversal is a posting of its own, and no due or payment.
    func checkAmount(_ amount: Int64) throws(OperatorError) {
        guard amount >= 0 else { throw OperatorError("an amount of a circle is below 0") }
    }

    /// The round of a row; nil where it names none.
    func rounds(_ batch: ColumnBatch) throws -> (Int) -> Int32? {
        guard let round else { return { _ in nil } }
        let column = batch.columns[round]
        let values = try column.int32Values()
        return { column.isValid($0) ? values[$0] : nil }
    }

    /// Refuses a partition with amounts of two currencies.
    func checkCurrency(_ batch: ColumnBatch, _ rows: Range<Int>, isUsed: (Int) -> Bool) throws {
        guard let currency else { return }
        let column = batch.columns[currency]
        var own: String??
        for row in rows where isUsed(row) {
            let text = column.text(row)
            guard own == nil || own == .some(text) else {
                throw OperatorError(
                    "a circle has amounts of more than one currency, and sums over currencies "
                        + "have no meaning")
            }
            own = .some(text)
        }
    }
}
