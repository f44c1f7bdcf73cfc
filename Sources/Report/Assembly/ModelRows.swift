internal import CivilTime
internal import Columnar
internal import Models

/// The declared columns of a model's table, boxed, with its rows by bucket. Aggregates are small: at most some
/// hundred thousand rows.
struct ModelRows {
    let model: ModelDefinition
    let version: Int64?
    let rowCount: Int
    private let values: [String: [Scalar]]
    /// The rows that are taken, in their order.
    private var taken: [Int]
    private var rowsByBucket: [LocalDate: [Int]]
    /// The buckets that have rows, ascending.
    private(set) var buckets: [LocalDate]
    /// The bucket with which the data begins, also where no row of it is taken.
    let firstBucket: LocalDate?
    /// Rows with amounts in other currencies, by the currency: they are in tables of their own and in no other figure.
    var otherCurrencies: [String: ModelRows] = [:]

    /// The declared columns of a table, boxed.
    ///
    /// - Throws: `ReportError.wrongTable` where a column is missing or of another kind.
    static func boxed(_ model: ModelDefinition, _ table: ModelTable) throws(ReportError) -> [String: [Scalar]] {
        var values: [String: [Scalar]] = [:]
        for column in model.columns { values[column.name] = [] }
        for batch in table.batches {
            if let problem = model.problem(with: batch.schema) {
                throw .wrongTable(model: model.name, problem: problem)
            }
            for column in model.columns {
                guard let index = batch.schema.index(of: column.name) else { continue }
                let source = batch.columns[index]
                values[column.name]?.append(
                    contentsOf: (0..<batch.rowCount).map { Self.value(source.scalar($0), column.kind) })
            }
        }
        return values
    }

    /// Puts rows into their buckets.
    ///
    /// - Throws: `ReportError.wrongTable` where a row has no bucket; `otherCurrencies`.
    init(
        _ model: ModelDefinition, values: [String: [Scalar]], rowCount: Int, version: Int64?, currency: String
    ) throws(ReportError) {
        self.model = model
        self.version = version
        self.rowCount = rowCount
        try Self.checkCurrency(values, model, currency)
        var rowsByBucket: [LocalDate: [Int]] = [:]
        if let bucket = model.bucketColumn {
            for (row, value) in (values[bucket] ?? []).enumerated() {
                guard case .date(let days) = value else {
                    throw .wrongTable(model: model.name, problem: "a row has no '\(bucket)'")
                }
                rowsByBucket[LocalDate(daysSinceEpoch: days), default: []].append(row)
            }
        }
        self.values = values
        self.rowsByBucket = rowsByBucket
        taken = Array(0..<rowCount)
        buckets = rowsByBucket.keys.sorted()
        firstBucket = buckets.first
    }

    /// The rows that meet conditions, in all currencies. When the data begins stays what it is.
    func narrowed(to conditions: [MetricCondition]) -> ModelRows {
        guard !conditions.isEmpty else { return self }
        let isTaken = { (row: Int) in conditions.allSatisfy { $0.takes(value($0.column, row)) } }
        var narrowed = self
        narrowed.taken = taken.filter(isTaken)
        narrowed.rowsByBucket = rowsByBucket.mapValues { $0.filter(isTaken) }.filter { !$0.value.isEmpty }
        narrowed.buckets = narrowed.rowsByBucket.keys.sorted()
        narrowed.otherCurrencies = otherCurrencies.mapValues { $0.narrowed(to: conditions) }
        return narrowed
    }

    /// Names of things are texts, whatever the source stores them as.
    private static func value(_ scalar: Scalar, _ kind: ModelColumn.Kind) -> Scalar {
        guard kind == .id else { return scalar }
        switch scalar {
        case .int(let number): return .text(String(number))
        case .unsigned(let number): return .text(String(number))
        case .decimal(let number): return .text(number.description)
        default: return scalar
        }
    }

    /// Money is never read in a currency that it is not in (analytics rule X17).
    private static func checkCurrency(
        _ values: [String: [Scalar]], _ model: ModelDefinition, _ currency: String
    ) throws(ReportError) {
        guard let name = model.currencyColumn, let found = values[name] else { return }
        // Days without rows at the source have no currency of their own.
        let currencies = Set(found.compactMap(\.subjectKey))
        guard currencies.isSubset(of: [currency]) else {
            throw .otherCurrencies(ForeignAmounts(model, found: currencies, tenantCurrency: currency))
        }
    }

    /// The value of a declared column.
    func value(_ column: String, _ row: Int) -> Scalar { values[column]?[row] ?? .null }

    /// The rows of the buckets that begin in a range of dates, bucket by bucket; all rows of a model without buckets,
    /// in their order.
    func rows(in dates: Range<LocalDate>) -> [Int] {
        guard model.bucket != nil else { return taken }
        return buckets.filter { dates.contains($0) }.flatMap { rowsByBucket[$0] ?? [] }
    }

    /// The bucket that a row belongs to; null, the same for all, in a model without buckets.
    func bucket(of row: Int) -> Scalar { model.bucketColumn.map { value($0, row) } ?? .null }

    /// The rows of one bucket.
    func rows(of bucket: LocalDate) -> [Int] { rowsByBucket[bucket] ?? [] }
}
