internal import CivilTime
internal import Columnar

/// The declared columns of a model's table, boxed, with its rows by bucket. Aggregates are small: at most some
/// hundred thousand rows.
struct ModelRows {
    let model: ModelDefinition
    let version: Int64
    let rowCount: Int
    private let values: [String: [Scalar]]
    private let rowsByBucket: [LocalDate: [Int]]
    /// The buckets that have rows, ascending.
    let buckets: [LocalDate]

    /// Boxes a table.
    ///
    /// - Throws: `ReportError.wrongTable` where a column is missing, of another kind, without a bucket, or in another
    ///   currency than the tenant's.
    init(_ model: ModelDefinition, _ table: ModelTable, currency: String) throws(ReportError) {
        self.model = model
        version = table.version
        rowCount = table.rowCount
        var values: [String: [Scalar]] = [:]
        for column in model.columns { values[column.name] = [] }
        for batch in table.batches {
            try model.check(batch.schema)
            for column in model.columns {
                guard let index = batch.schema.index(of: column.name) else { continue }
                let source = batch.columns[index]
                values[column.name]?.append(
                    contentsOf: (0..<batch.rowCount).map { Self.value(source.scalar($0), column.kind) })
            }
        }
        try Self.checkCurrency(values, model, currency)
        var rowsByBucket: [LocalDate: [Int]] = [:]
        for (row, value) in (values[model.bucketColumn] ?? []).enumerated() {
            guard case .date(let days) = value else {
                throw .wrongTable(model: model.name, problem: "a row has no '\(model.bucketColumn)'")
            }
            rowsByBucket[LocalDate(daysSinceEpoch: days), default: []].append(row)
        }
        self.values = values
        self.rowsByBucket = rowsByBucket
        buckets = rowsByBucket.keys.sorted()
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
        guard found.allSatisfy({ $0 == .text(currency) || $0 == .text("") || $0 == .null }) else {
            throw .wrongTable(model: model.name, problem: "it has amounts in another currency than \(currency)")
        }
    }

    /// The value of a declared column.
    func value(_ column: String, _ row: Int) -> Scalar { values[column]?[row] ?? .null }

    /// The rows of the buckets that begin in a range of dates, bucket by bucket.
    func rows(in dates: Range<LocalDate>) -> [Int] {
        buckets.filter { dates.contains($0) }.flatMap { rowsByBucket[$0] ?? [] }
    }

    /// The rows of one bucket.
    func rows(of bucket: LocalDate) -> [Int] { rowsByBucket[bucket] ?? [] }
}
