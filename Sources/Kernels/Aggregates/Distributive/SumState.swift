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
    private var exact: [Exact] = []
    private var doubles: [Floating] = []

    /// A sum of integers, and how many there were: side by side, since each row changes both.
    private struct Exact {
        var sum: Int128 = 0
        var count: Int64 = 0
    }

    /// The same of doubles.
    private struct Floating {
        var sum = 0.0
        var count: Int64 = 0
    }
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
        if isDouble {
            Kernels.grow(&doubles, groupCount, Floating())
        } else {
            Kernels.grow(&exact, groupCount, Exact())
        }
    }

    package func update(_ groups: Span<UInt32>, _ arguments: [Operand], mask: Bitmap?) throws(KernelError) {
        let argument = arguments[0]
        if let source = argument.int32 { return Self.addIntegers(&exact, source, groups, mask) }
        if let source = argument.int64 { return Self.addIntegers(&exact, source, groups, mask) }
        if let source = argument.int128 { return Self.addWide(&exact, &overflowed, source, groups, mask) }
        if let source = argument.double { return Self.addDoubles(&doubles, source, groups, mask) }
        throw .invalidArgument("values of type \(argument.type) cannot be summed")
    }

    @inline(__always)
    private static func addIntegers<Value: FixedWidthInteger & SignedInteger>(
        _ sums: inout [Exact], _ source: Source<Value>, _ groups: Span<UInt32>, _ mask: Bitmap?
    ) {
        switch source {
        case .constant(let value):
            scatter(&sums, groups, mask) { own, _ in
                own.sum &+= Int128(value)
                own.count &+= 1
            }
        case .buffer(let buffer):
            let values = buffer.span
            precondition(values.count >= groups.count)
            scatter(&sums, groups, mask) { own, row in
                own.sum &+= Int128(unsafe values[unchecked: row])
                own.count &+= 1
            }
        }
    }

    private static func addWide(
        _ sums: inout [Exact], _ overflowed: inout Bool, _ source: Source<Int128>, _ groups: Span<UInt32>,
        _ mask: Bitmap?
    ) {
        var hasOverflow = false
        @inline(__always)
        func add(_ own: inout Exact, _ value: Int128) {
            let (sum, overflow) = own.sum.addingReportingOverflow(value)
            own.sum = sum
            own.count &+= 1
            hasOverflow = hasOverflow || overflow
        }
        switch source {
        case .constant(let value): scatter(&sums, groups, mask) { own, _ in add(&own, value) }
        case .buffer(let buffer):
            let values = buffer.span
            precondition(values.count >= groups.count)
            scatter(&sums, groups, mask) { own, row in add(&own, unsafe values[unchecked: row]) }
        }
        overflowed = overflowed || hasOverflow
    }

    private static func addDoubles(
        _ sums: inout [Floating], _ source: Source<Double>, _ groups: Span<UInt32>, _ mask: Bitmap?
    ) {
        switch source {
        case .constant(let value):
            scatter(&sums, groups, mask) { own, _ in
                own.sum += value
                own.count &+= 1
            }
        case .buffer(let buffer):
            let values = buffer.span
            precondition(values.count >= groups.count)
            scatter(&sums, groups, mask) { own, row in
                own.sum += unsafe values[unchecked: row]
                own.count &+= 1
            }
        }
    }

    package func merge(_ other: any AggregateState, _ sources: Span<UInt32>, into groups: Span<UInt32>) {
        guard let other = other as? SumState else { return }
        overflowed = overflowed || other.overflowed
        if isDouble {
            mergeStates(&doubles, other.doubles, sources, groups) { own, other in
                own.sum += other.sum
                own.count &+= other.count
            }
            return
        }
        var hasOverflow = false
        mergeStates(&exact, other.exact, sources, groups) { own, other in
            let (sum, overflow) = own.sum.addingReportingOverflow(other.sum)
            own.sum = sum
            own.count &+= other.count
            hasOverflow = hasOverflow || overflow
        }
        overflowed = overflowed || hasOverflow
    }

    package var byteCount: Int { exact.count * 32 + doubles.count * 16 }

    package func finish() throws(KernelError) -> Column {
        if overflowed { throw .overflow("\(type)") }
        if isDouble {
            let values = doubles.map { $0.count == 0 ? 0 : result == .sum ? $0.sum : $0.sum / Double($0.count) }
            return column(.double(Buffer(values)), Bitmap(doubles.count) { doubles[$0].count > 0 })
        }
        let isPresent = Bitmap(exact.count) { exact[$0].count > 0 }
        if type == .double {
            let values = exact.map {
                $0.count == 0 ? 0 : Decimals.double($0.sum, scale: inputScale) / Double($0.count)
            }
            return column(.double(Buffer(values)), isPresent)
        }
        let limit = Decimals.power(type.precision).magnitude
        var values: [Int128] = []
        values.reserveCapacity(exact.count)
        for own in exact {
            var value: Int128? = own.sum
            if own.count > 0, result == .average {
                value = Decimals.quotient(own.sum, Int128(own.count), shift: type.scale - inputScale)
            }
            guard let value, value.magnitude < limit else { throw .overflow("\(type)") }
            values.append(value)
        }
        if type.physicalType == .int64 {
            return column(.int64(Buffer(values.map { Int64(truncatingIfNeeded: $0) })), isPresent)
        }
        return column(.int128(Buffer(values)), isPresent)
    }

    private func column(_ values: ColumnValues, _ isPresent: Bitmap) -> Column {
        Column(type, validity: isPresent.setCount == isPresent.count ? nil : isPresent, values)
    }
}
