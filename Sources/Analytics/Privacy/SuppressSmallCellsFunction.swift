internal import Columnar
internal import Kernels
internal import Query

/// `suppress_small_cells`: a table of people with all its totals, in which nobody stands out (rule X23).
struct SuppressSmallCellsFunction {
    private let groups: [TableFunctionArguments.BatchColumn]
    private let per: [Int]
    private let perColumns: [AnswerColumn]
    private let actor: Int?
    private let count: AmountArgument?
    private let values: [Measure]
    private let threshold: Int64

    /// A column that is summed.
    private struct Measure: Sendable {
        let column: TableFunctionArguments.BatchColumn
        let type: SQLType
    }

    static let function = TableFunction(
        "suppress_small_cells",
        parameters: [
            .per,
            .init("group", .columns(nil), "the columns whose values make cells: 1 to 6; a missing text is (none)"),
            .init(
                "actor", .column(nil), isRequired: false,
                "the person that a row is about; one that comes twice is an error, a row without is left out"),
            .init("count", .column(nil), isRequired: false, "how many people a row stands for; 1"),
            .init("values", .columns(nil), isRequired: false, "columns that are summed by cell"),
            .init("k", .constant(.int64), isRequired: false, "the fewest people of a cell that is shown; 5"),
        ],
        partition: ["per"], order: [], documentation: documentation
    ) { arguments in
        let function = try SuppressSmallCellsFunction(arguments)
        return BoundTableFunction(columns: function.columns) { try function.answer($0, $1) }
    }

    private init(_ arguments: TableFunctionArguments) throws {
        groups = arguments.columns("group")
        guard (1...CellSuppression.dimensionCountMax).contains(groups.count) else {
            throw QueryError(.invalidArgument, "'group' has 1 to \(CellSuppression.dimensionCountMax) columns")
        }
        per = arguments.slicePositions
        perColumns = arguments.sliceColumns
        actor = arguments.column("actor")?.position
        count = try AmountArgument(optional: "count", arguments)
        guard actor == nil || count == nil else {
            throw QueryError(.invalidArgument, "'actor' is one person a row, and 'count' several: give one of them")
        }
        values = try arguments.columns("values").map { column in
            switch column.type {
            case .int16, .int32, .int64: Measure(column: column, type: .int64)
            case .decimal(_, let scale): Measure(column: column, type: .decimal(precision: 38, scale: scale))
            case .double, .float: Measure(column: column, type: .double)
            default: throw QueryError(.type, "'values' are numbers that can be summed, and not \(column.type)")
            }
        }
        threshold = try arguments.integer("k", in: 2...1_000_000, default: 5)
    }

    private var columns: [AnswerColumn] {
        perColumns + groups.map { AnswerColumn(name: $0.text, type: $0.type) }
            + Self.cells.answer() + values.map { AnswerColumn(name: $0.column.text, type: $0.type) }
    }

    private func answer(_ batch: ColumnBatch, _ starts: [Int]) throws -> ColumnBatch {
        let dimensions = try groups.map { try Slices([batch.columns[$0.position]], rowCount: batch.rowCount) }
        let cells = try Slices(
            (per + groups.map(\.position)).map { batch.columns[$0] }, rowCount: batch.rowCount)
        let people = try self.people(batch)
        var shown = ShownCells(dimensionCount: groups.count, measures: values.map(\.type))
        let sources = try values.map { try MeasureValues(batch.columns[$0.column.position], $0.column.type) }
        for partition in Partitions(starts, rowCount: batch.rowCount) {
            try add(partition, cells, dimensions, people, sources, to: &shown)
        }
        return try output(batch, shown)
    }

    /// The people of each row; nil where it is left out.
    private func people(_ batch: ColumnBatch) throws -> [Int64?] {
        if let count {
            let counts = try count.values(batch) { _ in true }
            return counts.array
        }
        guard let actor else { return Array(repeating: 1, count: batch.rowCount) }
        let column = batch.columns[actor]
        let rows = (0..<batch.rowCount).compactMap { column.isValid($0) ? UInt32($0) : nil }
        let span = rows.span
        let keys = try (per + [actor]).map { try batch.columns[$0].taking(span) }
        let distinct = try KeyLayout(chunks: [keys]).packed(keys, rowCount: rows.count).grouped().firstRows.count
        guard distinct == rows.count else {
            throw OperatorError("an 'actor' has two rows of one slice, so that cells of people would not add up")
        }
        return (0..<batch.rowCount).map { column.isValid($0) ? 1 : nil }
    }

    /// Adds the cells and totals of a slice.
    private func add(
        _ rows: Range<Int>, _ cells: Slices, _ dimensions: [Slices], _ people: [Int64?], _ sources: [MeasureValues],
        to shown: inout ShownCells
    ) throws {
        let used = rows.filter { people[$0] != nil }
        // Cells are numbered in the order of their values, those of a slice one behind the other.
        let numbers = Set(used.map { cells.numbers[$0] }).sorted()
        var cellOf: [UInt32: Int] = [:]
        for (cell, number) in numbers.enumerated() { cellOf[number] = cell }
        var firsts = [Int](repeating: -1, count: numbers.count)
        var counts = [Int64](repeating: 0, count: numbers.count)
        for row in used {
            let cell = cellOf[cells.numbers[row]] ?? 0
            if firsts[cell] < 0 { firsts[cell] = row }
            guard let own = people[row], own >= 0 else {
                throw OperatorError("'count' has a negative number of people")
            }
            counts[cell] = try counts[cell].plus(own, "a number of people")
        }
        let codes = firsts.map { row in dimensions.map { $0.numbers[row] } }
        let table = try CellSuppression(
            codes: codes, counts: counts, valueCounts: dimensions.map(\.count), threshold: threshold)
        var sums = sources.map { MeasureSums($0, count: table.keys.count) }
        for row in used {
            let cell = cellOf[cells.numbers[row]] ?? 0
            for level in 0..<(1 << dimensions.count) {
                let place = table.place(of: cell, level: level)
                for measure in sums.indices { try sums[measure].add(row, to: place) }
            }
        }
        shown.append(table, firsts, sums)
    }

    private func output(_ batch: ColumnBatch, _ shown: ShownCells) throws -> ColumnBatch {
        let rows = shown.rows.span
        let keys = try per.map { try batch.columns[$0].taking(rows).withNamedMissing() }
        let dimensions = try groups.enumerated().map { dimension, group in
            let column = try batch.columns[group.position].taking(rows).withNamedMissing()
            let kept = Bitmap(shown.grouping.map { $0 >> (groups.count - 1 - dimension) & 1 == 0 })
            return Column(
                column.type, validity: column.validity.map { $0.intersection(kept) } ?? kept, column.values)
        }
        let own: [Column] = [.of(shown.grouping), .of(shown.counts), .of(shown.isSuppressed)]
        let sums = try shown.measures.map { try $0.column() }
        return try columns.batch(keys + dimensions + own + sums, rowCount: rows.count)
    }

    private static let cells: [OutputColumn] = [
        .init(
            "summed", .int32, "0 for a cell; else a total: a bit for each summed column of `group`, the last lowest"),
        .init("people", .int64, unit: "count", "how many; NULL where hidden"),
        .init("is_suppressed", .bool, "whether the numbers of the row are hidden"),
    ]

    private static let documentation = FunctionDocumentation(
        summary:
            "Cells of people with all their totals, of which those of fewer than k are hidden, and so many more that "
            + "no hidden number can be computed from those that are shown.",
        formula:
            "hidden where 0 < people < k, at every level of the cube; then for each hidden cell a move, +1 and -1 on "
            + "cells, that changes hidden cells alone: another table without negative cells has the same shown "
            + "numbers; corners of a hypercube where they have people, else a pair and the totals that tell it apart",
        source: "complementary suppression: Cox 1980, Suppression methodology and statistical disclosure control; the "
            + "hypercube method of Repsilber 1994; Hundepool and others 2012, Statistical Disclosure Control, "
            + "chapter 4; threshold rule of HIPAA and GDPR practice, k = 5",
        columns: [
            .init("the columns of `per`", "as the arguments", "the slice"),
            .init("the columns of `group`", "as the arguments", "the cell; NULL where it is summed over"),
        ] + cells.documentation + [
            .init("the columns of `values`", "sums", "NULL where hidden; missing, NaN and infinite values are left out")
        ],
        edgeCases: [
            "a slice of fewer than k people shows nothing but cells of nobody",
            "cells of nobody are shown as 0 where the table has them: they tell of nobody",
            "every slice of `per` is a table of its own and has no totals over slices: a person of two slices (weeks, say) "
                + "would make them computable, so publish none",
            "the guarantee for `values` takes nothing for granted about their signs",
            "other tables of the same people, by other columns, are not known here: publish one cube",
        ],
        example:
            "SELECT department, mood, people FROM suppress_small_cells(TABLE moods, per => week, actor => user_id, "
            + "group => [department, mood], k => 5)")
}
