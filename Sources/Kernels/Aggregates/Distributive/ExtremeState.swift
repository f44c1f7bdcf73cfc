package import Columnar

/// `min` and `max` of anything that has an order; `bool_and` and `bool_or` are the extremes of truth values.
package final class ExtremeState: AggregateState {
    private let type: LogicalType
    private let isMaximum: Bool
    private var isSet: [Bool] = []
    private var narrow: [Int64] = []
    private var wide: [Int128] = []
    private var doubles: [Double] = []
    private var bytes: [[UInt8]] = []

    package init(type: LogicalType, isMaximum: Bool) {
        self.type = type
        self.isMaximum = isMaximum
    }

    package func grow(to groupCount: Int) {
        Kernels.grow(&isSet, groupCount, false)
        switch type.physicalType {
        case .int128: Kernels.grow(&wide, groupCount, isMaximum ? .min : .max)
        case .double, .float: Kernels.grow(&doubles, groupCount, 0)
        case .bytes: Kernels.grow(&bytes, groupCount, [])
        default: Kernels.grow(&narrow, groupCount, isMaximum ? .min : .max)
        }
    }

    package func update(_ groups: Span<UInt32>, _ arguments: [Operand], mask: Bitmap?) throws(KernelError) {
        let argument = arguments[0]
        if type.physicalType == .bytes { return try updateBytes(groups, argument, mask) }
        let column = argument.expanded(to: groups.count)
        switch column.values {
        case .int32(let buffer): Self.updateIntegers(buffer, groups, mask, &narrow, &isSet, isMaximum)
        case .int64(let buffer): Self.updateIntegers(buffer, groups, mask, &narrow, &isSet, isMaximum)
        case .int128(let buffer): Self.updateIntegers(buffer, groups, mask, &wide, &isSet, isMaximum)
        case .bool(let bits):
            forEachRow(groups.count, mask) { row in
                let group = Int(groups[row])
                let value: Int64 = bits[row] ? 1 : 0
                narrow[group] = isMaximum ? max(narrow[group], value) : min(narrow[group], value)
                isSet[group] = true
            }
        case .double(let buffer):
            let values = buffer.span
            forEachRow(groups.count, mask) { take(Int(groups[$0]), values[$0]) }
        default: throw .invalidArgument("values of type \(argument.type) have no order")
        }
    }

    @inline(__always)
    private static func updateIntegers<Value: FixedWidthInteger, Wide: FixedWidthInteger>(
        _ buffer: Buffer<Value>, _ groups: Span<UInt32>, _ mask: Bitmap?, _ extremes: inout [Wide],
        _ known: inout [Bool], _ isMaximum: Bool
    ) {
        let values = buffer.span
        if isMaximum {
            forEachRow(groups.count, mask) { row in
                let group = Int(groups[row])
                extremes[group] = max(extremes[group], Wide(truncatingIfNeeded: values[row]))
                known[group] = true
            }
        } else {
            forEachRow(groups.count, mask) { row in
                let group = Int(groups[row])
                extremes[group] = min(extremes[group], Wide(truncatingIfNeeded: values[row]))
                known[group] = true
            }
        }
    }

    private func take(_ group: Int, _ value: Double) {
        let isBetter =
            !isSet[group]
            || (isMaximum
                ? orderedBits(value) > orderedBits(doubles[group]) : orderedBits(value) < orderedBits(doubles[group]))
        if isBetter { doubles[group] = value }
        isSet[group] = true
    }

    private func updateBytes(_ groups: Span<UInt32>, _ argument: Operand, _ mask: Bitmap?) throws(KernelError) {
        let plain = try argument.column.plainBytes()
        let content = plain.bytes.span
        let offsets = plain.offsets.span
        forEachRow(groups.count, mask) { row in
            let position = argument.position(row)
            let value = content.extracting(Int(offsets[position])..<Int(offsets[position + 1]))
            take(Int(groups[row]), value)
        }
    }

    private func take(_ group: Int, _ value: Span<UInt8>) {
        if isSet[group] {
            let order = bytes[group].withSpan { compareBytes(value, $0) }
            if isMaximum ? order <= 0 : order >= 0 { return }
        }
        bytes[group] = unsafe value.withUnsafeBufferPointer { unsafe Array($0) }
        isSet[group] = true
    }

    package func merge(_ other: any AggregateState, _ sources: Span<UInt32>, into groups: Span<UInt32>) {
        guard let other = other as? ExtremeState else { return }
        if !narrow.isEmpty {
            // What is not set yet is the neutral value.
            mergeStates(&isSet, other.isSet, sources, groups) { $0 = $0 || $1 }
            if isMaximum {
                mergeStates(&narrow, other.narrow, sources, groups) { $0 = max($0, $1) }
            } else {
                mergeStates(&narrow, other.narrow, sources, groups) { $0 = min($0, $1) }
            }
            return
        }
        for index in 0..<sources.count where other.isSet[Int(sources[index])] {
            let (group, target) = (Int(sources[index]), Int(groups[index]))
            switch type.physicalType {
            case .int128:
                wide[target] = isMaximum ? max(wide[target], other.wide[group]) : min(wide[target], other.wide[group])
            case .double, .float: take(target, other.doubles[group])
            case .bytes: other.bytes[group].withSpan { take(target, $0) }
            default:
                narrow[target] =
                    isMaximum ? max(narrow[target], other.narrow[group]) : min(narrow[target], other.narrow[group])
            }
            isSet[target] = true
        }
    }

    package var byteCount: Int {
        isSet.count + narrow.count * 8 + wide.count * 16 + doubles.count * 8 + bytes.count * 48
    }

    package func finish() throws(KernelError) -> Column {
        let bits = Bitmap(isSet)
        let validity = bits.setCount == bits.count ? nil : bits
        let values: ColumnValues
        switch type.physicalType {
        case .bool: values = .bool(Bitmap(narrow.map { $0 == 1 }))
        case .int32: values = .int32(Buffer(narrow.map { Int32(truncatingIfNeeded: $0) }))
        case .int64: values = .int64(Buffer(zip(narrow, isSet).map { $1 ? $0 : 0 }))
        case .int128: values = .int128(Buffer(zip(wide, isSet).map { $1 ? $0 : 0 }))
        case .bytes:
            var builder = BytesBuilder()
            for value in bytes where !value.withSpan({ builder.append($0) }) { throw .tooLarge }
            values = .bytes(builder.finish().values)
        default: values = .double(Buffer(doubles))
        }
        return Column(type, validity: validity, values)
    }
}

extension [UInt8] {
    @inline(__always)
    fileprivate func withSpan<Result>(_ body: (Span<UInt8>) -> Result) -> Result { body(span) }
}
