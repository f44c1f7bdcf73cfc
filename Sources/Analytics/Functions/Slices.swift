internal import Columnar
internal import Kernels
internal import Query

/// The slices of an answer: the distinct values of the columns that it is given `per`; one slice where there are none.
struct Slices: Sendable {
    /// The number of slices.
    let count: Int
    /// The slice of each row.
    let numbers: [UInt32]
    private let columns: [Column]
    private let firstRows: [UInt32]

    /// Numbers the slices of rows in the order of their values, missing ones last.
    init(_ columns: [Column], rowCount: Int) throws {
        self.columns = columns
        guard !columns.isEmpty else {
            count = 1
            numbers = Array(repeating: 0, count: rowCount)
            firstRows = []
            return
        }
        let orders = columns.map { _ in KeyOrder(isDescending: false, nullsFirst: false) }
        let keys = try KeyLayout(chunks: [columns], orders: orders).packed(columns, rowCount: rowCount)
        let (groups, firsts) = keys.grouped()
        let order = keys.taking(firsts).sortedRows()
        var ranks = [UInt32](repeating: 0, count: order.count)
        for (rank, group) in order.enumerated() { ranks[Int(group)] = UInt32(rank) }
        count = firsts.count
        numbers = groups.map { ranks[Int($0)] }
        firstRows = order.map { firsts[Int($0)] }
    }

    /// The slices of partitions, by their first rows.
    init(of batch: ColumnBatch, at positions: [Int], starts: [Int]) throws {
        let rows = (batch.rowCount == 0 ? [] : starts).map { UInt32($0) }
        let span = rows.span
        try self.init(try positions.map { try batch.columns[$0].taking(span) }, rowCount: rows.count)
    }

    /// The values of slices, one column for each that divides them.
    func values(_ slices: [UInt32]) throws -> [Column] {
        let rows = slices.map { columns.isEmpty ? 0 : firstRows[Int($0)] }
        let span = rows.span
        return try columns.map { try $0.taking(span) }
    }

    /// The values of slices as an answer shows them: missing texts by name.
    func shown(_ slices: [UInt32]) throws -> [Column] { try values(slices).map { try $0.withNamedMissing() } }
}

extension TableFunctionArguments {
    /// The positions of the columns that the answer is given per.
    var slicePositions: [Int] { columns("per").map(\.position) }

    /// The columns of the answer that hold its slices, named as in the query.
    var sliceColumns: [AnswerColumn] { columns("per").map { AnswerColumn(name: $0.text, type: $0.type) } }
}

extension TableFunction.Parameter {
    /// The columns that the answer is given per.
    static let per = TableFunction.Parameter(
        "per", .columns(nil), isRequired: false,
        "columns whose values the answer is given per; a missing text is (none)")
}

extension [ColumnBatch] {
    /// One column of all batches.
    func joined(_ position: Int) throws -> Column {
        try Column.joined(map { $0.columns[position] }, type: self[0].columns[position].type)
    }

    /// The rows of all batches.
    var rowCount: Int { reduce(0) { $0 + $1.rowCount } }

    /// The slices of all rows, by their first columns, which are `keys`.
    func slices(_ keys: [AnswerColumn]) throws -> Slices {
        let columns = try keys.enumerated().map { position, key in
            isEmpty ? try Column.make(key.type.logical, []) : try joined(position)
        }
        return try Slices(columns, rowCount: rowCount)
    }
}
