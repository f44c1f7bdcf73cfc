import AlmanacTesting
import Columnar
import Effects
import Parquet
import SystemPackage
import Testing

/// Rows come out in their order whatever the memory, and equal ones in the order in which they came.
@Suite struct RowSorterTests {
    private static let schema = Schema([
        Field("row", .int64, isNullable: false), Field("number", .int32), Field("text", .text), Field("real", .double),
        Field("small", .uint8), Field("exact", .decimal(precision: 38, scale: 2)), Field("flag", .bool),
        Field("tags", .list(element: Field("element", .int32))),
    ])

    private static func rows(_ count: Int, _ random: inout SeededGenerator) -> [[Scalar]] {
        let texts = ["", "a", "a\u{0}", "a\u{0}b", "ab", "b", "ß", "\u{1F600}"]
        let reals: [Double] = [0, -0.0, 1.5, -1.5, .infinity, -.infinity, .nan, 1e300]
        return (0..<count).map { row in
            func maybe(_ value: Scalar) -> Scalar { random.next() % 6 == 0 ? .null : value }
            return [
                .int(Int64(row)), maybe(.int(Int64(random.next() % 9) - 4)),
                maybe(.text(texts[Int(random.next() % 8)])), maybe(.double(reals[Int(random.next() % 8)])),
                maybe(.int(Int64(random.next() % 256))),
                maybe(.decimal(ExactDecimal(unscaled: Int128(Int64(bitPattern: random.next())), scale: 2))),
                maybe(.bool(random.next() % 2 == 0)), maybe(.list([.int(Int64(row)), .null])),
            ]
        }
    }

    /// The order of two values, both there.
    private static func precedes(_ left: Scalar, _ right: Scalar) -> Bool {
        switch (left, right) {
        case (.int(let a), .int(let b)): a < b
        case (.text(let a), .text(let b)): Array(a.utf8).lexicographicallyPrecedes(Array(b.utf8))
        case (.double(let a), .double(let b)): b.isNaN ? !a.isNaN : a < b
        case (.decimal(let a), .decimal(let b)): a.unscaled < b.unscaled
        case (.bool(let a), .bool(let b)): !a && b
        default: false
        }
    }

    private static func precedes(_ left: [Scalar], _ right: [Scalar], _ order: [ColumnOrder]) -> Bool {
        for column in order {
            guard let position = schema.index(of: column.column) else { continue }
            let (a, b) = (left[position], right[position])
            if a == .null && b == .null { continue }
            if a == .null { return column.nullsFirst }
            if b == .null { return !column.nullsFirst }
            if precedes(a, b) { return !column.isDescending }
            if precedes(b, a) { return column.isDescending }
        }
        return false
    }

    @Test(arguments: [1_000_000_000, 60_000, 9_000])
    func rowsComeInTheirOrder(byteCountMax: Int) throws {
        var random = SeededGenerator(seed: 5)
        let orders: [[ColumnOrder]] = [
            [ColumnOrder("number")], [ColumnOrder("text", isDescending: true, nullsFirst: true), ColumnOrder("row")],
            [ColumnOrder("real"), ColumnOrder("small", isDescending: true)], [ColumnOrder("exact", nullsFirst: true)],
            [ColumnOrder("flag", isDescending: true), ColumnOrder("number", isDescending: true)],
            [ColumnOrder("real", isDescending: true)],
        ]
        for order in orders {
            try withTemporaryFolder { folder in
                let rows = Self.rows(3_000, &random)
                let pieces = folder.appending("pieces")
                let sorter = try RowSorter(
                    schema: Self.schema, order: order, store: DiskFileStore(), folder: pieces,
                    byteCountMax: byteCountMax, pieceCountMax: 3)
                for start in stride(from: 0, to: rows.count, by: 100) {
                    try sorter.add(try ColumnBatch(schema: Self.schema, rows: Array(rows[start..<start + 100])))
                }
                #expect(try (DiskFileStore().status(of: pieces) != nil) == (byteCountMax < 1_000_000))
                var found: [[Scalar]] = []
                try sorter.finish { found += $0.rows }
                let expected = rows.enumerated().sorted { left, right in
                    if Self.precedes(left.element, right.element, order) { return true }
                    if Self.precedes(right.element, left.element, order) { return false }
                    return left.offset < right.offset
                }.map(\.element)
                // NaN differs from itself: texts are compared.
                #expect("\(found)" == "\(expected)", "\(order)")
                #expect(try DiskFileStore().status(of: pieces) == nil)
            }
        }
    }

    @Test func whatHasNoOrderIsRefused() throws {
        try withTemporaryFolder { folder in
            for name in ["tags", "absent"] {
                #expect(throws: ParquetError.self) {
                    try RowSorter(
                        schema: Self.schema, order: [ColumnOrder(name)], store: DiskFileStore(), folder: folder)
                }
            }
        }
    }
}
