package import Columnar
package import Parquet

/// A table that a query may read: cut into parts that are read independently, in an order that the data decides.
package protocol TableSource: Sendable {
    /// The name for explanations and errors.
    var name: String { get }
    /// The columns.
    var schema: Schema { get }
    /// The number of rows where it is known without reading them.
    var rowCount: Int64? { get }
    /// How many parts there are.
    var partCount: Int { get }
    /// Reads one part.
    /// - Parameters:
    ///   - columns: the columns to read, in this order.
    ///   - predicate: rows for which it is not true are not wanted; the part may give them all the same.
    ///   - meter: is told what was read.
    ///   - body: is given batches in the part's order.
    func readPart(
        _ index: Int, columns: [String], where predicate: ScanPredicate?, meter: ScanMeter,
        _ body: (ColumnBatch) throws -> Void
    ) throws
}

/// The tables that a query sees: those of one tenant, or those named on the command line.
package protocol TableCatalog: Sendable {
    /// The names, for suggestions.
    var tableNames: [String] { get }
    /// A table by its name, nil where there is none.
    /// - Parameters:
    ///   - name: the parts of the name, without quotes.
    ///   - moment: which version is meant.
    func table(_ name: [String], _ moment: TableMoment) throws -> (any TableSource)?
}

/// Which version of a table is meant.
package enum TableMoment: Sendable, Hashable {
    case latest
    case version(Int64)
    /// Microseconds since 1970 UTC.
    case instant(Int64)
}
