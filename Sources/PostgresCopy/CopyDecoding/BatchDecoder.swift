internal import Columnar

/// Makes batches of blocks and keeps the count of what was left out.
struct BatchDecoder {
    let plan: CopyPlan
    private(set) var rejections = CopyRejections()
    /// Rows of the blocks before, left out or not.
    private var rowCountBefore = 0

    init(_ plan: CopyPlan) { self.plan = plan }

    /// The rows of a block, but for those that the contract leaves out.
    /// - Throws: `malformedStream`; `valueRefused` under `RefusalPolicy.fail`.
    mutating func decode(_ block: borrowing CopyBlock) throws(PostgresError) -> ColumnBatch {
        let bytes = unsafe block.bytes.span.bytes
        var columns: [Column] = []
        var refusedRows: Set<Int> = []
        columns.reserveCapacity(plan.columns.count)
        for (index, column) in plan.columns.enumerated() {
            var decoder = CopyDecoder(naiveTimestamps: plan.naiveTimestamps)
            let positions = block.columnPositions(index)
            let decoded = try decoder.decode(column.type, positions, bytes)
            if decoder.faults.isEmpty {
                columns.append(decoded)
                continue
            }
            let faults = try note(decoder.faults, in: column, positions, block)
            refusedRows.formUnion(faults)
            var left = positions.array
            for row in faults { left[row] = CopyBlock.null }
            columns.append(try decodeAgain(column, left, bytes))
        }
        defer { rowCountBefore += block.rowCount }
        guard plan.refusalPolicy == .discardRow, !refusedRows.isEmpty else {
            return try batch(columns, rowCount: block.rowCount)
        }
        rejections.rowCount += refusedRows.count
        return try decode(block, without: refusedRows)
    }

    /// Decodes all columns again with only the rows that may stay: bad rows are rare, and this stays simple.
    private func decode(
        _ block: borrowing CopyBlock, without refusedRows: Set<Int>
    ) throws(PostgresError) -> ColumnBatch {
        let bytes = unsafe block.bytes.span.bytes
        var columns: [Column] = []
        for (index, column) in plan.columns.enumerated() {
            let positions = block.columnPositions(index).array
            let left = positions.indices.filter { !refusedRows.contains($0) }.map { positions[$0] }
            columns.append(try decodeAgain(column, left, bytes))
        }
        return try batch(columns, rowCount: block.rowCount - refusedRows.count)
    }

    private func decodeAgain(
        _ column: CopyPlan.PlannedColumn, _ positions: [UInt32], _ bytes: RawSpan
    ) throws(PostgresError) -> Column {
        var decoder = CopyDecoder(naiveTimestamps: plan.naiveTimestamps)
        return try decoder.decode(column.type, positions.span, bytes)
    }

    /// Counts values that do not fit, or fails at the first.
    private mutating func note(
        _ faults: [(row: Int, fault: ValueFault)], in column: CopyPlan.PlannedColumn, _ positions: Span<UInt32>,
        _ block: borrowing CopyBlock
    ) throws(PostgresError) -> Set<Int> {
        let bytes = unsafe block.bytes.span.bytes
        var rows: Set<Int> = []
        for (row, fault) in faults where rows.insert(row).inserted {
            guard plan.refusalPolicy != .fail else {
                throw PostgresError(
                    .valueRefused, "column '\(column.name)', row \(rowCountBefore + row + 1) as read\(place): \(fault)",
                    hint: "correct it at the source, cast the column in sql:, or let the dataset's contract discard it")
            }
            if plan.refusalPolicy == .discardValue { rejections.valueCount += 1 }
            guard rejections.examples.count < CopyRejections.exampleCountMax else { continue }
            rejections.examples.append(
                .init(
                    rowNumber: rowCountBefore + row + 1, key: try key(of: row, block), column: column.name,
                    fault: fault, bytes: value(at: Int(positions[row]), bytes)))
        }
        return rows
    }

    /// Where rows are counted from, if not from the table's first.
    private var place: String { plan.pages.map { $0.lower > 0 ? " from page \($0.lower) on" : "" } ?? "" }

    /// The key of one row; a part of it that has no place itself is NULL.
    private func key(of row: Int, _ block: borrowing CopyBlock) throws(PostgresError) -> [Scalar] {
        let bytes = unsafe block.bytes.span.bytes
        var key: [Scalar] = []
        for index in plan.keyColumns {
            let position = [block.columnPositions(index)[row]]
            key.append(try decodeAgain(plan.columns[index], position, bytes).scalar(0))
        }
        return key
    }

    private func value(at position: Int, _ bytes: RawSpan) -> [UInt8] {
        let length = min(max(0, Int(Int32(bitPattern: bytes.word(at: position)))), CopyRejections.exampleBytesMax)
        return (0..<length).map { bytes.byte(at: position + 4 + $0) }
    }

    private func batch(_ columns: [Column], rowCount: Int) throws(PostgresError) -> ColumnBatch {
        do {
            return try ColumnBatch(schema: plan.schema, columns: columns, rowCount: rowCount)
        } catch {
            throw PostgresError(.malformedStream, "\(error)")
        }
    }
}

extension Span where Element == UInt32 {
    fileprivate var array: [UInt32] { indices.map { self[$0] } }
}
