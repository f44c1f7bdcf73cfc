internal import Columnar

/// Small numbers for customers' 64-bit ids.
struct OrderCustomers {
    private var codes: [Int64: Int32] = [:]
    private(set) var ids: [Int64] = []

    mutating func code(of id: Int64) -> Int32 {
        if let code = codes[id] { return code }
        let code = Int32(ids.count)
        codes[id] = code
        ids.append(id)
        return code
    }
}

/// The one currency of a table's amounts: amounts of two currencies are never summed (rule X17).
struct SingleCurrency {
    let model: String
    private var codes = TextCodes()

    init(model: String) { self.model = model }

    /// The currency, empty before the first row.
    var code: String { codes.count == 0 ? "" : codes[0] }

    mutating func check(_ column: Column) throws(AnalyticsError) {
        guard let rows = codes.codes(of: column) else {
            throw .wrongType(
                column: "currency", expected: "text", found: column.type.description, model: model)
        }
        guard !rows.contains(TextCodes.missing) else { throw .missing(column: "currency", model: model) }
        guard codes.count <= 1 else { throw .mixedCurrencies(column: "currency", model: model) }
    }
}
