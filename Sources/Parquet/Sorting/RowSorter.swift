package import Columnar
package import Effects
package import SystemPackage

/// Sorts any number of rows in bounded memory: by pieces that are sorted and put away as Parquet files, which are merged.
///
/// (1) Memory holds `byteCountMax` of rows and their keys while they come, and a row group of each piece while they are
///     merged; never more than `pieceCountMax` pieces are open at once.
/// (2) Rows with equal keys stay in the order in which they came.
/// (3) Nothing is put away where all rows fit; pieces are removed as soon as they are merged, and at the end of its life.
package final class RowSorter {
    private let schema: Schema
    private let order: [ColumnOrder]
    private let store: any FileStore
    private let folder: FilePath
    private let byteCountMax: Int
    private let pieceCountMax: Int
    private var held: [ColumnBatch] = []
    private var heldByteCount = 0
    private var pieces: [SortedPiece] = []
    private var pieceNumber = 0

    /// Rows of a piece's row group: what memory holds of each piece.
    static let groupRowCount = 4_096

    /// - Parameters:
    ///   - order: the columns to sort by, none of them nested.
    ///   - folder: where pieces are put away; it is made when it is needed, and removed by `finish`.
    /// - Throws: `ParquetError.mismatch` where a column is not there or is nested.
    package init(
        schema: Schema, order: [ColumnOrder], store: any FileStore, folder: FilePath, byteCountMax: Int = 96 << 20,
        pieceCountMax: Int = 32
    ) throws {
        self.schema = schema
        self.order = order
        self.store = store
        self.folder = folder
        self.byteCountMax = byteCountMax
        self.pieceCountMax = max(2, pieceCountMax)
        for column in order {
            guard let position = schema.index(of: column.column) else {
                throw ParquetError(.mismatch, "there is no column '\(column.column)' to sort by", column: column.column)
            }
            switch schema.fields[position].type.physicalType {
            case .list, .map, .structure:
                throw ParquetError(
                    .mismatch, "rows can't be sorted by a column that is \(schema.fields[position].type)",
                    column: column.column)
            default: break
            }
        }
    }

    /// Takes rows.
    package func add(_ batch: ColumnBatch) throws {
        held.append(batch)
        // The keys take about as much as the columns that they are made of.
        heldByteCount += 2 * batch.byteCount
        if heldByteCount >= byteCountMax { try putAway() }
    }

    /// Calls back with all rows in their order. The sorter is empty afterwards, and its folder is gone.
    package func finish(_ body: (ColumnBatch) throws -> Void) throws {
        defer { discard() }
        guard !pieces.isEmpty else { return try forEachSorted(body) }
        if !held.isEmpty { try putAway() }
        try SortedPieceMerge(pieces, schema, order).forEach(body)
    }

    /// Throws away what was put away: after an error, and at the end.
    package func discard() {
        guard pieceNumber > 0 else { return }
        (pieces, pieceNumber) = ([], 0)
        try? store.removeFolder(folder)
    }

    private func forEachSorted(_ body: (ColumnBatch) throws -> Void) throws {
        let batches = held
        (held, heldByteCount) = ([], 0)
        guard !batches.isEmpty else { return }
        let joined = try ColumnBatch.concatenated(batches, schema: schema)
        let positions = try SortKeys(joined, order).sorted()
        for start in stride(from: 0, to: positions.count, by: ColumnBatch.rowCountTarget) {
            let end = min(positions.count, start + ColumnBatch.rowCountTarget)
            try body(joined.taking(Array(positions[start..<end])))
        }
    }

    private func putAway() throws {
        try addPiece { write in try self.forEachSorted(write) }
        guard pieces.count >= pieceCountMax else { return }
        // Many pieces become one, so that few are ever open at once.
        let merged = pieces
        pieces = []
        try addPiece { write in try SortedPieceMerge(merged, self.schema, self.order).forEach(write) }
        for piece in merged { try store.remove(piece.path) }
    }

    private func addPiece(_ rows: ((ColumnBatch) throws -> Void) throws -> Void) throws {
        if pieceNumber == 0 { try store.makeFolder(folder) }
        let path = folder.appending("\(pieceNumber).parquet")
        pieceNumber += 1
        let file = try store.create(path)
        var options = ParquetWriterOptions()
        options.rowGroupRowCount = Self.groupRowCount
        options.compressionLevel = 1
        let writer = try ParquetFileWriter(schema: schema, options: options, file: file)
        try rows { try writer.write($0) }
        _ = try writer.finish()
        try file.close()
        pieces.append(SortedPiece(path: path, reader: try ParquetFileReader(try store.open(path))))
    }
}

/// Sorted rows that were put away.
private final class SortedPiece {
    let path: FilePath
    private let reader: ParquetFileReader
    private var nextGroup = 0

    init(path: FilePath, reader: ParquetFileReader) {
        self.path = path
        self.reader = reader
    }

    /// The next row group, nil behind the last.
    func next(_ schema: Schema, _ order: [ColumnOrder]) throws -> (rows: ColumnBatch, keys: SortKeys)? {
        guard nextGroup < reader.metadata.rowGroups.count else { return nil }
        let group = try reader.rowGroup(nextGroup)
        nextGroup += 1
        let rows = try ColumnBatch(schema: schema, columns: group.columns, rowCount: group.rowCount)
        return (rows, try SortKeys(rows, order))
    }
}

/// Merges pieces, turn by turn: all rows go out that lie at or before the earliest of the last rows of the pieces' open row
/// groups, since none that is still to come lies before it.
private struct SortedPieceMerge {
    private let pieces: [SortedPiece]
    private let schema: Schema
    private let order: [ColumnOrder]

    init(_ pieces: [SortedPiece], _ schema: Schema, _ order: [ColumnOrder]) {
        (self.pieces, self.schema, self.order) = (pieces, schema, order)
    }

    func forEach(_ body: (ColumnBatch) throws -> Void) throws {
        var open: [(rows: ColumnBatch, keys: SortKeys, taken: Int)?] = []
        for piece in pieces { open.append(try piece.next(schema, order).map { ($0.rows, $0.keys, 0) }) }
        while let bound = Self.bound(open) {
            var parts: [ColumnBatch] = []
            for (index, current) in open.enumerated() {
                guard let current else { continue }
                // Rows with the bound's own key wait in the pieces behind it: others may follow in its piece, and they
                // came first.
                let count = max(
                    current.taken,
                    current.keys.count(below: bound.keys, bound.row, withEquals: index <= bound.piece))
                if count > current.taken { parts.append(current.rows.slice(current.taken..<count)) }
                if count == current.rows.rowCount {
                    open[index] = try pieces[index].next(schema, order).map { ($0.rows, $0.keys, 0) }
                } else {
                    open[index] = (current.rows, current.keys, count)
                }
            }
            let joined = try ColumnBatch.concatenated(parts, schema: schema)
            let positions = try SortKeys(joined, order).sorted()
            for start in stride(from: 0, to: positions.count, by: ColumnBatch.rowCountTarget) {
                let end = min(positions.count, start + ColumnBatch.rowCountTarget)
                try body(joined.taking(Array(positions[start..<end])))
            }
        }
    }

    /// The earliest of the last rows of the open row groups; of equal ones, that of the first piece.
    private static func bound(
        _ open: [(rows: ColumnBatch, keys: SortKeys, taken: Int)?]
    ) -> (piece: Int, keys: SortKeys, row: Int)? {
        var best: (piece: Int, keys: SortKeys, row: Int)?
        for (piece, current) in open.enumerated() {
            guard let current else { continue }
            let last = current.keys.count - 1
            if let held = best, current.keys.compare(last, held.keys, held.row) >= 0 { continue }
            best = (piece, current.keys, last)
        }
        return best
    }
}
