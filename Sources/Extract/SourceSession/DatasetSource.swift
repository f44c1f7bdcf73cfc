package import Columnar
package import Tenancy

/// Where the rows of one tenant and one moment come from: a session of its own, or its share of what was read for many.
package protocol DatasetSource: AnyObject {
    /// Whose rows these are.
    var scope: TenantScope { get }
    /// The moment that all datasets are of.
    var snapshot: SourceSnapshot { get }
    /// What could still come late behind the snapshot.
    var horizon: SourceHorizon { get }
    /// For each dataset whose cursor is a number the greatest one, of a moment before the horizon.
    var greatestNumbers: [String: Int64] { get }

    /// The columns that a dataset would have, without reading rows.
    func schema(of dataset: Dataset) throws(ExtractError) -> Schema

    /// Reads rows of a dataset.
    ///
    /// - Parameters:
    ///   - prepare: takes the schema before the first batch, also where there are no rows.
    ///   - consume: takes each batch in the order of arrival.
    /// - Throws: `ExtractError` with tenant and dataset; what `prepare` and `consume` throw, as it is.
    func extract(
        _ dataset: Dataset, _ part: SourceSession.Part, prepare: (Schema) throws -> Void,
        consume: (borrowing ColumnBatch) throws -> Void
    ) throws -> ExtractionCount

    /// Makes what was read count.
    func finish() throws(ExtractError)
}

extension SourceSession: DatasetSource {}
