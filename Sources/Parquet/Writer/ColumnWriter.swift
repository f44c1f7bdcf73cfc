internal import Columnar

/// Makes the column chunks of one column: takes nested rows apart, and gives each leaf its own.
final class ColumnWriter {
    private let shape: ColumnShape
    /// Its leaves, in their order.
    let leaves: [LeafWriter]

    /// Rows of nested columns that are taken apart at once.
    private static let nestedRowCount = 1_024

    /// - Parameters:
    ///   - shape: the column.
    ///   - type: of its values.
    ///   - tree: of the schema that the column is of.
    init(_ shape: ColumnShape, _ type: LogicalType, _ tree: SchemaTree, _ options: ParquetWriterOptions) {
        self.shape = shape
        leaves = zip(shape.leaves, FileSchema.leafTypes(of: type)).map { LeafWriter(tree.leaves[$0], $1, options) }
    }

    /// Adds rows.
    func append(_ column: Column, _ compressor: PageCompressor) throws(ParquetError) {
        do throws(ParquetError) {
            if case .leaf = shape.content { return try leaves[0].append(column, compressor) }
            var start = 0
            while start < column.rowCount {
                let end = min(column.rowCount, start + Self.nestedRowCount)
                let shredder = ColumnShredder { [leaves, shape] leaf, entries, values throws(ParquetError) in
                    try leaves[leaf - shape.leaves.lowerBound].append(
                        entries, values, rowCount: end - start, compressor)
                }
                try shredder.shred(column.slice(start..<end), shape)
                start = end
            }
        } catch {
            throw error.at(column: shape.name)
        }
    }

    /// Makes the row group's last pages.
    func closePages(_ compressor: PageCompressor) throws(ParquetError) {
        for leaf in leaves { try leaf.closePages(compressor) }
    }
}
