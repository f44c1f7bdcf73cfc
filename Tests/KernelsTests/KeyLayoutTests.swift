import AlmanacTesting
import Columnar
import Kernels
import Testing

@Suite struct KeyLayoutTests {
    /// Columns of each kind with NULLs, extremes and ties.
    private func columns(_ random: inout SeededGenerator, _ count: Int) throws -> [Column] {
        func pick(_ values: [Scalar]) -> [Scalar] {
            (0..<count).map { _ in values.randomElement(using: &random) ?? .null }
        }
        let texts: [Scalar] = ["", "a", "ab", "b", "é", "zz"].map { .text($0) } + [.null]
        let big = ExactDecimal(unscaled: Decimals.power(37), scale: 0)
        return [
            try Column.make(.int64, pick([.int(.min), .int(.max), .int(0), .int(-1), .null])),
            try Column.make(.int32, pick([.int(5), .int(7), .null])),
            try Column.make(
                .double, pick([.double(.nan), .double(-.infinity), .double(0), .double(-0.0), .double(1.5), .null])),
            try Column.make(.text, pick(texts)),
            try Column.make(
                .decimal(precision: 38, scale: 0),
                pick([.decimal(big), .decimal(ExactDecimal(unscaled: -3, scale: 0)), .null])),
            try Column.make(.bool, pick([.bool(true), .bool(false), .null])),
        ]
    }

    /// The order of two values by the rules of SQL, written here a second time.
    private func compare(_ a: Scalar, _ b: Scalar, _ order: KeyOrder) -> Int {
        if a == .null || b == .null {
            if a == b { return 0 }
            return (a == .null) == order.nullsFirst ? -1 : 1
        }
        let result: Int
        switch (a, b) {
        case (.int(let x), .int(let y)): result = x < y ? -1 : x > y ? 1 : 0
        case (.double(let x), .double(let y)):
            result = x.isNaN || y.isNaN ? (x.isNaN ? 1 : 0) - (y.isNaN ? 1 : 0) : x < y ? -1 : x > y ? 1 : 0
        case (.text(let x), .text(let y)):
            result = Array(x.utf8).lexicographicallyPrecedes(Array(y.utf8)) ? -1 : x == y ? 0 : 1
        case (.decimal(let x), .decimal(let y)): result = x.unscaled < y.unscaled ? -1 : x.unscaled > y.unscaled ? 1 : 0
        case (.bool(let x), .bool(let y)): result = (x ? 1 : 0) - (y ? 1 : 0)
        default: result = 0
        }
        return order.isDescending ? -result : result
    }

    @Test(arguments: 0..<60)
    func keysSortAndGroupAsValuesDo(_ seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let count = [1, 7, 64, 700][seed % 4]
        let all = try columns(&random, count)
        let chosen = all.shuffled(using: &random).prefix(1 + seed % 6)
        let orders = chosen.map { _ in
            KeyOrder(isDescending: Bool.random(using: &random), nullsFirst: Bool.random(using: &random))
        }
        let keys = Array(chosen)
        func order(_ a: Int, _ b: Int) -> Int {
            for (column, order) in zip(keys, orders) {
                let result = compare(column.scalar(a), column.scalar(b), order)
                if result != 0 { return result }
            }
            return 0
        }
        let sorted = try KeyLayout(chunks: [keys], orders: orders).packed(keys, rowCount: count).sortedRows().map {
            Int($0)
        }
        #expect(sorted == (0..<count).sorted { (order($0, $1), $0) < (0, $1) })
        let (groups, firsts) = try KeyLayout(chunks: [keys]).packed(keys, rowCount: count).grouped()
        for row in 0..<count { #expect(order(row, Int(firsts[Int(groups[row])])) == 0) }
        #expect(Set(groups).count == firsts.count)
        for (index, first) in firsts.enumerated().dropFirst() {
            #expect(order(Int(first), Int(firsts[index - 1])) != 0)
        }
    }

    @Test(arguments: 0..<20)
    func probesFindWhatIsThere(_ seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let built = Array(try columns(&random, 20).prefix(1 + seed % 6))
        let probing = Array(try columns(&random, 50).prefix(1 + seed % 6))
        let layout = try KeyLayout(chunks: [built])
        let packed = try layout.packed(built, rowCount: 20)
        let probe = try layout.probed(probing, rowCount: 50)
        let order = KeyOrder(isDescending: false, nullsFirst: false)
        for row in 0..<50 {
            for other in 0..<20 {
                let isSame = zip(probing, built).allSatisfy { compare($0.scalar(row), $1.scalar(other), order) == 0 }
                let isFound: Bool
                switch (probe.keys, packed) {
                case (.narrow(let a, _), .narrow(let b, _)): isFound = !probe.unknown[row] && a[row] == b[other]
                case (.wide(let a, _), .wide(let b, _)): isFound = !probe.unknown[row] && a[row] == b[other]
                default: isFound = false
                }
                #expect(isSame == isFound)
            }
        }
    }
}
