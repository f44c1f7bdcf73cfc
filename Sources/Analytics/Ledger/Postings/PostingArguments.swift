internal import CivilTime
internal import Columnar
internal import Query

/// The arguments that operators on postings share: whose account, when, how much, in which currency.
struct PostingArguments: Sendable {
    let account: (position: Int, type: SQLType)
    let currency: (position: Int, type: SQLType)
    let at: Int
    let amount: AmountArgument
    private let counted: Int?

    static let accountParameter = TableFunction.Parameter("account", .column(nil), "whose balance it is")
    static let atParameter = TableFunction.Parameter("at", .column(.timestamptz), "when the posting takes effect")
    static let amountParameter = TableFunction.Parameter(
        "amount", .column(nil), "signed minor units, a whole number; + increases the account")
    static let currencyParameter = TableFunction.Parameter(
        "currency", .column(nil), "ISO 4217 code; amounts of two currencies are never summed")
    static let countedParameter = TableFunction.Parameter(
        "counted", .column(.bool), isRequired: false,
        "which rows count, such as status = 'completed'; all of them where it is not given")

    init(_ arguments: TableFunctionArguments) throws {
        account = try arguments.column(named: "account")
        currency = try arguments.column(named: "currency")
        at = try arguments.position("at")
        amount = try AmountArgument(arguments, "amount")
        counted = arguments.column("counted")?.position
    }

    /// The postings of a batch.
    /// - Throws: `OperatorError` where one that counts has no amount or instant.
    func postings(_ batch: ColumnBatch) throws -> Postings {
        let bits = try counted.map { try batch.columns[$0].trueRows() }
        let instants = batch.columns[at]
        if let validity = instants.validity {
            for row in 0..<batch.rowCount where !validity[row] && bits?[row] ?? true {
                throw OperatorError.missing("at")
            }
        }
        return Postings(
            counted: bits, instants: try instants.int64Values(),
            amounts: try amount.values(batch) { bits?[$0] ?? true })
    }
}

/// The postings of a batch.
struct Postings {
    /// Which rows count; all where nil.
    let counted: Bitmap?
    /// Microseconds since 1970 UTC.
    let instants: Buffer<Int64>
    /// Minor units.
    let amounts: Buffer<Int64>

    @inline(__always)
    func isCounted(_ row: Int) -> Bool { counted?[row] ?? true }
}
