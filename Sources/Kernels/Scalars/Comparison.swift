package import Columnar

/// The comparisons of SQL; NULL on either side gives NULL.
package enum Comparison: String, Sendable, Hashable {
    case equal = "="
    case notEqual = "<>"
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="

    /// The comparison with its sides exchanged.
    package var mirrored: Comparison {
        switch self {
        case .equal, .notEqual: self
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        }
    }

    @inline(__always)
    fileprivate func holds<Value: Comparable>(_ left: Value, _ right: Value) -> Bool {
        switch self {
        case .equal: left == right
        case .notEqual: left != right
        case .less: left < right
        case .lessOrEqual: left <= right
        case .greater: left > right
        case .greaterOrEqual: left >= right
        }
    }

    /// Compares row by row. Both sides must be of one type. NaN equals itself and is above all numbers; texts compare
    /// by code point; a constant against dictionary codes is compared with each entry once.
    package func evaluate(_ left: Operand, _ right: Operand, rowCount: Int) throws(KernelError) -> Column {
        let validity = Kernels.validity(of: [left, right], rowCount: rowCount)
        return Column(.bool, .bool(try bits(left, right, rowCount))).with(validity: validity)
    }

    private func bits(_ left: Operand, _ right: Operand, _ rowCount: Int) throws(KernelError) -> Bitmap {
        if let a = left.int32, let b = right.int32 { return compare(a, b, rowCount) }
        if let a = left.int64, let b = right.int64 { return compare(a, b, rowCount) }
        if let a = left.int128, let b = right.int128 { return compare(a, b, rowCount) }
        if let a = left.double, let b = right.double { return compareDoubles(a, b, rowCount) }
        if case .bool(let a) = left.column.values, case .bool(let b) = right.column.values {
            return Bitmap(rowCount) { holds(a[left.position($0)] ? 1 : 0, b[right.position($0)] ? 1 : 0) }
        }
        if left.type.physicalType == .bytes, right.type.physicalType == .bytes {
            return try compareBytes(left, right, rowCount)
        }
        let (a, b) = (try left.column.comparable(), try right.column.comparable())
        guard a.type.physicalType == .int128 || a.type.physicalType == .bytes, a.type == b.type else {
            throw .invalidArgument("values of type \(left.type) cannot be compared with \(right.type)")
        }
        return try bits(
            left.isConstant ? .constant(a) : .column(a), right.isConstant ? .constant(b) : .column(b), rowCount)
    }

    @inline(__always)
    private func compare<Value: Comparable & BitwiseCopyable & Sendable>(
        _ left: Source<Value>, _ right: Source<Value>, _ rowCount: Int
    ) -> Bitmap {
        switch self {
        case .equal: mappedBits(left, right, rowCount) { $0 == $1 }
        case .notEqual: mappedBits(left, right, rowCount) { $0 != $1 }
        case .less: mappedBits(left, right, rowCount) { $0 < $1 }
        case .lessOrEqual: mappedBits(left, right, rowCount) { $0 <= $1 }
        case .greater: mappedBits(left, right, rowCount) { $0 > $1 }
        case .greaterOrEqual: mappedBits(left, right, rowCount) { $0 >= $1 }
        }
    }

    private func compareDoubles(_ left: Source<Double>, _ right: Source<Double>, _ rowCount: Int) -> Bitmap {
        mappedBits(left, right, rowCount) { holds(orderedBits($0), orderedBits($1)) }
    }

    private func compareBytes(_ left: Operand, _ right: Operand, _ rowCount: Int) throws(KernelError) -> Bitmap {
        if case .dictionary(let codes, let dictionary) = left.column.values, !left.isConstant, right.isConstant {
            let entries = Column(left.type, .bytes(dictionary.values))
            let known = try bits(.column(entries), right, entries.rowCount)
            if known.count == 0 { return Bitmap(repeating: false, count: rowCount) }
            let flags = (0..<known.count).map { known[$0] }
            let (span, isChosen) = (codes.span, flags.span)
            return Bitmap(rowCount) { isChosen[Int(span[$0])] }
        }
        if case .dictionary = right.column.values, !right.isConstant, left.isConstant {
            return try mirrored.compareBytes(right, left, rowCount)
        }
        let (a, b) = (try left.column.plainBytes(), try right.column.plainBytes())
        let (x, y) = (a.bytes.span, b.bytes.span)
        let (p, q) = (a.offsets.span, b.offsets.span)
        return Bitmap(rowCount) { row in
            let (i, j) = (left.position(row), right.position(row))
            let first = x.extracting(Int(p[i])..<Int(p[i + 1]))
            let second = y.extracting(Int(q[j])..<Int(q[j + 1]))
            switch self {
            case .equal: return equalBytes(first, second)
            case .notEqual: return !equalBytes(first, second)
            default: return holds(Kernels.compareBytes(first, second), 0)
            }
        }
    }

    /// `IS [NOT] DISTINCT FROM`: NULL is equal to NULL alone; never NULL.
    package static func isDistinct(_ left: Operand, _ right: Operand, rowCount: Int) throws(KernelError) -> Column {
        let differs = try Comparison.notEqual.bits(left, right, rowCount)
        return Column(
            .bool,
            .bool(
                Bitmap(rowCount) { row in
                    let a = left.column.isValid(left.position(row))
                    let b = right.column.isValid(right.position(row))
                    return a != b || (a && differs[row])
                }))
    }
}
