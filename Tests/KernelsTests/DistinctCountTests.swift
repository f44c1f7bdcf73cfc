import AlmanacTesting
import Columnar
import Kernels
import Testing

/// `count(DISTINCT x)` by pairs of group and value, against sets.
@Suite struct DistinctCountTests {
    private struct Row {
        let group: UInt32
        let value: Int?
    }

    /// Random rows, of which some have no value.
    private func rows(_ count: Int, groups: Int, values: Int, _ random: inout SeededGenerator) -> [Row] {
        (0..<count).map { _ in
            Row(
                group: UInt32.random(in: 0..<UInt32(groups), using: &random),
                value: Int.random(in: 0..<10, using: &random) == 0 ? nil : Int.random(in: 0..<values, using: &random))
        }
    }

    private func column(_ rows: [Row], _ kind: Kind) -> Column {
        let validity = Bitmap(rows.map { $0.value != nil })
        switch kind {
        case .integers:
            return Column(.int64, .int64(Buffer(rows.map { Int64($0.value ?? 0) - 3 }))).with(validity: validity)
        case .dates: return Column(.date, .int32(Buffer(rows.map { Int32($0.value ?? 0) }))).with(validity: validity)
        case .doubles:
            // Both zeros are one value, and so are all that are no number.
            let numbers = rows.map { row -> Double in
                switch row.value {
                case 0: row.group % 2 == 0 ? 0 : -0.0
                case 1: .nan
                default: Double(row.value ?? 7) / 3
                }
            }
            return Column(.double, .double(Buffer(numbers))).with(validity: validity)
        case .texts, .codes:
            var builder = BytesBuilder()
            let texts = (0..<200).map { String(repeating: "é\($0 % 7)", count: $0 / 7 % 9) + "\($0)" }
            if kind == .codes {
                for text in texts { _ = builder.append(text) }
                let dictionary = BytesDictionary(builder.finish().values)
                return Column(
                    .text, .dictionary(codes: Buffer(rows.map { UInt32($0.value ?? 0) }), dictionary)
                ).with(validity: validity)
            }
            for row in rows { _ = builder.append(row.value.map { texts[$0] } ?? "") }
            return Column(.text, .bytes(builder.finish().values)).with(validity: validity)
        }
    }

    enum Kind: CaseIterable, Sendable { case integers, dates, doubles, texts, codes }

    private func update(_ state: DistinctCountState, _ rows: [Row], _ kind: Kind) throws {
        let groups = rows.map(\.group)
        let span = groups.span
        try state.update(span, [.column(column(rows, kind))], mask: Bitmap(rows.map { $0.value != nil }))
    }

    private func counts(_ state: DistinctCountState) -> [Int64] {
        guard case .int64(let counts) = state.finish().values else { return [] }
        return counts.array
    }

    @Test(arguments: Kind.allCases)
    func itCountsAsASetDoes(kind: Kind) throws {
        var random = SeededGenerator(seed: 17)
        for (rowCount, groupCount, valueCount) in [(0, 1, 1), (50, 1, 3), (3_000, 7, 200), (20_000, 400, 190)] {
            let type = column([], kind).type
            #expect(DistinctCountState.counts(type))
            let whole = DistinctCountState(type)
            whole.grow(to: groupCount)
            var sets = Array(repeating: Set<Int>(), count: groupCount)
            // Parts have numbers of their own for groups, and are merged.
            let merged = DistinctCountState(type)
            merged.grow(to: groupCount)
            for _ in 0..<3 {
                let rows = rows(rowCount, groups: groupCount, values: valueCount, &random)
                for row in rows { if let value = row.value { sets[Int(row.group)].insert(value) } }
                try update(whole, rows, kind)
                let part = DistinctCountState(type)
                part.grow(to: groupCount)
                let order = (0..<UInt32(groupCount)).shuffled(using: &random)
                let half = rows.count / 2
                try update(part, rows[..<half].map { Row(group: order[Int($0.group)], value: $0.value) }, kind)
                try update(part, rows[half...].map { Row(group: order[Int($0.group)], value: $0.value) }, kind)
                part.prepareMerge()
                // In two pieces, as the groups of a part are merged.
                for parity in 0..<2 {
                    let own = (0..<UInt32(groupCount)).filter { Int($0) % 2 == parity }
                    let sources = own.map { order[Int($0)] }
                    let (sourceSpan, span) = (sources.span, own.span)
                    merged.merge(part, sourceSpan, into: span)
                }
            }
            let wanted = sets.map { Int64($0.count) }
            #expect(counts(whole) == wanted)
            #expect(counts(merged) == wanted)
            #expect(whole.byteCount > 0 || rowCount == 0)
        }
    }

    @Test func whatIsWiderOrNestedIsCountedOtherwise() {
        #expect(!DistinctCountState.counts(.decimal(precision: 38, scale: 2)))
        #expect(!DistinctCountState.counts(.list(element: Field("element", .int64))))
        #expect(DistinctCountState.counts(.uuid) && DistinctCountState.counts(.timestamp))
    }
}
