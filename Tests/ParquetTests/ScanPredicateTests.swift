import Columnar
import Effects
import Foundation
import Parquet
import SystemPackage
import Testing

/// Predicates of every form over the columns of `RandomTable`, and what they mean, written down a second time: row by
/// row, over boxed values, with Swift's own comparisons.
struct RandomPredicate {
    private var generator: SplitMix

    init(seed: UInt64) { generator = SplitMix(seed) }

    private static let comparisons = ScanPredicate.Comparison.allCases

    /// A predicate over the columns, with literals that are values of the rows or near to them.
    mutating func next(_ rows: [[Scalar]], depth: Int = 2) -> ScanPredicate {
        if depth > 0, generator.below(3) > 0 {
            let parts = (0..<1 + generator.below(3)).map { _ in next(rows, depth: depth - 1) }
            switch generator.below(3) {
            case 0: return .and(parts)
            case 1: return .or(parts)
            default: return .not(parts[0])
            }
        }
        let position = generator.below(RandomTable.schema.fields.count)
        let column = ScanColumn(RandomTable.schema.fields[position].name)
        switch generator.below(8) {
        case 0: return .isNull(column)
        case 1: return .isNotNull(column)
        case 2: return .isAmong(column, (0..<generator.below(4)).map { _ in literal(rows, position) })
        case 3: return .between(column, literal(rows, position), literal(rows, position))
        default:
            return .compare(
                column, Self.comparisons[generator.below(Self.comparisons.count)], literal(rows, position))
        }
    }

    private mutating func literal(_ rows: [[Scalar]], _ position: Int) -> Scalar {
        guard !rows.isEmpty, generator.below(12) > 0 else { return .null }
        let value = rows[generator.below(rows.count)][position]
        // Sometimes the same number as another type, or one between two.
        guard generator.below(4) == 0, case .int(let number) = value else { return value }
        switch generator.below(3) {
        case 0: return .decimal(ExactDecimal(unscaled: Int128(number) * 10 + 5, scale: 1))
        case 1: return .double(Double(number) + 0.5)
        default: return .int(number &+ 1)
        }
    }

    /// What a predicate says of a row; nil where it says neither.
    static func truth(_ predicate: ScanPredicate, _ row: [Scalar], _ schema: Schema) -> Bool? {
        func value(_ column: ScanColumn) -> Scalar { row[schema.index(of: column.path[0]) ?? 0] }
        switch predicate {
        case .compare(let column, let comparison, let literal):
            guard let order = order(value(column), literal) else { return nil }
            switch comparison {
            case .equal: return order == 0
            case .notEqual: return order != 0
            case .less: return order < 0
            case .lessOrEqual: return order <= 0
            case .greater: return order > 0
            case .greaterOrEqual: return order >= 0
            }
        case .isAmong(let column, let literals):
            return truth(.or(literals.map { .compare(column, .equal, $0) }), row, schema)
        case .isNull(let column): return value(column) == .null
        case .isNotNull(let column): return value(column) != .null
        case .and(let parts):
            let truths = parts.map { truth($0, row, schema) }
            return truths.contains(false) ? false : truths.contains(nil) ? nil : true
        case .or(let parts):
            let truths = parts.map { truth($0, row, schema) }
            return truths.contains(true) ? true : truths.contains(nil) ? nil : false
        case .not(let part): return truth(part, row, schema).map { !$0 }
        }
    }

    /// Below 0, 0 or above 0 as the first comes before, with or behind the second; nil where one is missing.
    private static func order(_ left: Scalar, _ right: Scalar) -> Int? {
        func compared<Value: Comparable>(_ a: Value, _ b: Value) -> Int { a < b ? -1 : a > b ? 1 : 0 }
        func number(_ scalar: Scalar) -> Double? {
            switch scalar {
            case .int(let value): Double(value)
            case .float(let value): Double(value)
            case .double(let value): value
            case .decimal(let value): Double(value.description)
            default: nil
            }
        }
        switch (left, right) {
        case (.null, _), (_, .null): return nil
        case (.int(let a), .int(let b)): return compared(a, b)
        case (.unsigned(let a), .unsigned(let b)): return compared(a, b)
        case (.decimal(let a), .decimal(let b)) where a.scale == b.scale: return compared(a.unscaled, b.unscaled)
        case (.date(let a), .date(let b)): return compared(a, b)
        case (.timestamp(let a), .timestamp(let b)): return compared(a, b)
        case (.bool(let a), .bool(let b)): return compared(a ? 1 : 0, b ? 1 : 0)
        case (.text(let a), .text(let b)): return bytes(Array(a.utf8), Array(b.utf8))
        case (.binary(let a), .binary(let b)): return bytes(a, b)
        default:
            guard let a = number(left), let b = number(right) else { return nil }
            if a.isNaN || b.isNaN { return (a.isNaN ? 1 : 0) - (b.isNaN ? 1 : 0) }
            return compared(a, b)
        }
    }

    private static func bytes(_ a: [UInt8], _ b: [UInt8]) -> Int {
        a == b ? 0 : a.lexicographicallyPrecedes(b) ? -1 : 1
    }
}

/// A small seeded generator: the same numbers for the same seed.
struct SplitMix {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

func read(
    _ path: FilePath, where predicate: ScanPredicate, columns: [String]? = nil
) throws -> (rows: [[Scalar]], statistics: ScanStatistics) {
    let reader = try ParquetFileReader(try DiskFileStore().open(path))
    var rows: [[Scalar]] = []
    try reader.forEachBatch(columns: columns, where: predicate) { rows += $0.rows }
    return (rows, reader.scanStatistics)
}

/// The rows of a file sorted by their first, third and fifth column, so that bounds of row groups say something.
private func sortedRows(_ count: Int, seed: UInt64) -> [[Scalar]] {
    var table = RandomTable(seed: seed)
    return table.rows(count).sorted { a, b in
        func key(_ scalar: Scalar) -> Int64 { if case .int(let value) = scalar { value } else { .min } }
        return (key(a[4]), key(a[0])) < (key(b[4]), key(b[0]))
    }
}

@Suite struct ScanPredicateTests {
    /// The twin of every pruned read: all rows, held against the predicate's meaning one by one.
    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func prunedReadsGiveTheRowsOfUnprunedOnes(seed: UInt64) throws {
        try withTemporaryFolder { folder in
            let path = folder.appending("a.parquet")
            let rows = sortedRows(3_000, seed: seed)
            try write(rows, to: path, rowGroup: 137)
            var predicates = RandomPredicate(seed: seed)
            var pruned = 0
            for _ in 0..<150 {
                let predicate = predicates.next(rows)
                let expected = rows.filter { RandomPredicate.truth(predicate, $0, RandomTable.schema) == true }
                let (found, statistics) = try read(path, where: predicate)
                #expect(found == expected, "\(predicate)")
                pruned += statistics.rowGroupsSkipped
            }
            #expect(pruned > 100)
        }
    }

    @Test func statisticsRuleOutRowGroups() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending("a.parquet")
            var table = RandomTable(seed: 3)
            let rows = table.rows(2_000)
            try write(rows, to: path, rowGroup: 100)
            let (found, statistics) = try read(
                path, where: .between("id", .int(450), .int(461)), columns: ["name", "id"])
            #expect(found == rows[450...461].map { [$0[15], $0[0]] })
            #expect(statistics.rowGroupsRead == 1 && statistics.rowGroupsSkipped == 19)
            #expect(try read(path, where: .compare("id", .less, .int(0))).statistics.rowGroupsRead == 0)
            #expect(try read(path, where: .isNull("id")).statistics.rowGroupsRead == 0)
        }
    }

    /// Columns of the predicate that were not asked for are read and not given; no column at all may be asked for.
    @Test func onlyTheColumnsAskedForAreGiven() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending("a.parquet")
            var table = RandomTable(seed: 4)
            try write(table.rows(500), to: path)
            #expect(try read(path, where: .compare("id", .less, .int(7)), columns: []).rows.count == 7)
            #expect(throws: ParquetError.self) { try read(path, where: .isNull("ids")) }
            #expect(throws: ParquetError.self) { try read(path, where: .compare("id", .less, .text("7"))) }
            #expect(throws: ParquetError.self) { try read(path, where: .compare("name", .less, .int(7))) }
        }
    }

    @Test func floatingPointNumbersAreOrderedAsDocumented() throws {
        let values: [Double] = [.nan, -.infinity, -1.5, -0.0, 0.0, 1e-300, 7, .infinity, .signalingNaN, -.nan]
        let schema = Schema([Field("x", .double), Field("y", .float)])
        let rows: [[Scalar]] = values.map { [.double($0), .float(Float($0))] } + [[.null, .null]]
        let batch = try ColumnBatch(schema: schema, rows: rows)
        for literal in values {
            for comparison in ScanPredicate.Comparison.allCases {
                for (position, name) in ["x", "y"].enumerated() {
                    let scalar = position == 0 ? Scalar.double(literal) : .float(Float(literal))
                    let predicate = ScanPredicate.compare(ScanColumn(name), comparison, scalar)
                    let selected = try ScanFilter(predicate, schema: schema).selection(of: batch)
                    let expected = rows.map { RandomPredicate.truth(predicate, $0, schema) == true }
                    #expect((0..<rows.count).map { selected[$0] } == expected, "\(predicate)")
                }
            }
        }
    }

    /// All three answers of three parts under AND, OR and NOT, against the tables of SQL.
    @Test func logicHasThreeValues() throws {
        let schema = Schema([Field("a", .bool), Field("b", .bool)])
        let answers: [Scalar] = [.bool(true), .bool(false), .null]
        let rows = answers.flatMap { a in answers.map { [a, $0] } }
        let batch = try ColumnBatch(schema: schema, rows: rows)
        let a = ScanPredicate.compare("a", .equal, .bool(true))
        let b = ScanPredicate.compare("b", .equal, .bool(true))
        let forms: [ScanPredicate] = [
            .and([a, b]), .or([a, b]), .not(.and([a, b])), .not(.or([a, b])), .and([.not(a), b]), .or([a, .not(b)]),
            .and([]), .or([]), .not(.not(a)), .isAmong("a", [.bool(true), .null]),
            .not(.isAmong("a", [.bool(true), .null])),
        ]
        for form in forms {
            let selected = try ScanFilter(form, schema: schema).selection(of: batch)
            let expected = rows.map { RandomPredicate.truth(form, $0, schema) == true }
            #expect((0..<rows.count).map { selected[$0] } == expected, "\(form)")
        }
    }
}
