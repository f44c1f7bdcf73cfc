package import Columnar

/// `sum`, and `avg` as sum and count: exact over integers and decimals, in the order of rows over doubles.
package final class SumState: AggregateState {
    /// What becomes of the sum.
    package enum Result: Sendable, Hashable {
        case sum
        case average
    }

    private let result: Result
    private let type: LogicalType
    private let inputScale: Int
    private let isDouble: Bool
    private var exact: [Int128] = []
    private var doubles: [Double] = []
    private var counts: [Int64] = []
    private var overflowed = false

    /// - Parameters:
    ///   - type: the type of the result: a decimal or double.
    ///   - input: the type of the argument.
    package init(_ result: Result, type: LogicalType, input: LogicalType) {
        self.result = result
        self.type = type
        inputScale = input.scale
        isDouble = input == .double || input == .float
    }

    package func grow(to groupCount: Int) {
        Kernels.grow(&counts, groupCount, 0)
        if isDouble { Kernels.grow(&doubles, groupCount, 0) } else { Kernels.grow(&exact, groupCount, 0) }
    }

    package func update(_ groups: Span<UInt32>, _ arguments: [Operand], mask: Bitmap?) throws(KernelError) {
        let argument = arguments[0]
        countRows(&counts, groups, mask)
        if let source = argument.int32 { return Self.addIntegers(&exact, source, groups, mask) }
        if let source = argument.int64 { return Self.addIntegers(&exact, source, groups, mask) }
        if let source = argument.int128 { return Self.addWide(&exact, &overflowed, source, groups, mask) }
        if let source = argument.double { return Self.addDoubles(&doubles, source, groups, mask) }
        throw .invalidArgument("values of type \(argument.type) cannot be summed")
    }

    private static func addIntegers<Value: FixedWidthInteger & SignedInteger>(
        _ sums: inout [Int128], _ source: Source<Value>, _ groups: Span<UInt32>, _ mask: Bitmap?
    ) {
        switch source {
        case .constant(let value): forEachRow(groups.count, mask) { sums[Int(groups[$0])] &+= Int128(value) }
        case .buffer(let buffer):
            let values = buffer.span
            forEachRow(groups.count, mask) { sums[Int(groups[$0])] &+= Int128(values[$0]) }
        }
    }

    private static func addWide(
        _ sums: inout [Int128], _ overflowed: inout Bool, _ source: Source<Int128>, _ groups: Span<UInt32>,
        _ mask: Bitmap?
    ) {
        func add(_ group: Int, _ value: Int128) {
            let (sum, overflow) = sums[group].addingReportingOverflow(value)
            sums[group] = sum
            overflowed = overflowed || overflow
        }
        switch source {
        case .constant(let value): forEachRow(groups.count, mask) { add(Int(groups[$0]), value) }
        case .buffer(let buffer):
            let values = buffer.span
            forEachRow(groups.count, mask) { add(Int(groups[$0]), values[$0]) }
        }
    }

    private static func addDoubles(
        _ sums: inout [Double], _ source: Source<Double>, _ groups: Span<UInt32>, _ mask: Bitmap?
    ) {
        switch source {
        case .constant(let value): forEachRow(groups.count, mask) { sums[Int(groups[$0])] += value }
        case .buffer(let buffer):
            let values = buffer.span
            forEachRow(groups.count, mask) { sums[Int(groups[$0])] += values[$0] }
        }
    }

    package func merge(_ other: any AggregateState, _ sources: Span<UInt32>, into groups: Span<UInt32>) {
        guard let other = other as? SumState else { return }
        overflowed = overflowed || other.overflowed
        for index in 0..<sources.count {
            counts[Int(groups[index])] &+= other.counts[Int(sources[index])]
        }
        if isDouble {
            for index in 0..<sources.count { doubles[Int(groups[index])] += other.doubles[Int(sources[index])] }
            return
        }
        var hasOverflow = false
        for index in 0..<sources.count {
            let target = Int(groups[index])
            let (sum, overflow) = exact[target].addingReportingOverflow(other.exact[Int(sources[index])])
            exact[target] = sum
            hasOverflow = hasOverflow || overflow
        }
        overflowed = overflowed || hasOverflow
    }

    package var byteCount: Int { exact.count * 16 + doubles.count * 8 + counts.count * 8 }

    package func finish() throws(KernelError) -> Column {
        if overflowed { throw .overflow("\(type)") }
        let bits = Bitmap(counts.count) { counts[$0] > 0 }
        let validity = bits.setCount == bits.count ? nil : bits
        if isDouble {
            let values = result == .sum ? doubles : zip(doubles, counts).map { $1 == 0 ? 0 : $0 / Double($1) }
            return Column(type, validity: validity, .double(Buffer(values)))
        }
        if type == .double {
            let values = zip(exact, counts).map { $1 == 0 ? 0 : Decimals.double($0, scale: inputScale) / Double($1) }
            return Column(type, validity: validity, .double(Buffer(values)))
        }
        let limit = Decimals.power(type.precision).magnitude
        var values: [Int128] = []
        values.reserveCapacity(counts.count)
        for group in counts.indices {
            var value: Int128? = exact[group]
            if counts[group] > 0, result == .average {
                value = Decimals.quotient(exact[group], Int128(counts[group]), shift: type.scale - inputScale)
            }
            guard let value, value.magnitude < limit else { throw .overflow("\(type)") }
            values.append(value)
        }
        if type.physicalType == .int64 {
            return Column(type, validity: validity, .int64(Buffer(values.map { Int64(truncatingIfNeeded: $0) })))
        }
        return Column(type, validity: validity, .int128(Buffer(values)))
    }
}
