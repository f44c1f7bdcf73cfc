package import Columnar

/// Three-valued logic over columns of truth values.
package enum Logic {
    /// The rows that are true, and those that are known, of an operand.
    private static func parts(_ operand: Operand, _ rowCount: Int) -> (isTrue: Bitmap, isFalse: Bitmap) {
        let column = operand.expanded(to: rowCount)
        guard case .bool(let bits) = column.values else {
            return (Bitmap(repeating: false, count: rowCount), Bitmap(repeating: false, count: rowCount))
        }
        let known = column.validity ?? Bitmap(repeating: true, count: rowCount)
        return (bits.intersection(known), known.subtracting(bits))
    }

    private static func column(_ isTrue: Bitmap, _ isFalse: Bitmap) -> Column {
        Column(.bool, .bool(isTrue)).with(validity: isTrue.union(isFalse))
    }

    /// `AND`.
    package static func and(_ left: Operand, _ right: Operand, rowCount: Int) -> Column {
        let (a, b) = (parts(left, rowCount), parts(right, rowCount))
        return column(a.isTrue.intersection(b.isTrue), a.isFalse.union(b.isFalse))
    }

    /// `OR`.
    package static func or(_ left: Operand, _ right: Operand, rowCount: Int) -> Column {
        let (a, b) = (parts(left, rowCount), parts(right, rowCount))
        return column(a.isTrue.union(b.isTrue), a.isFalse.intersection(b.isFalse))
    }

    /// `NOT`.
    package static func not(_ operand: Operand, rowCount: Int) -> Column {
        let a = parts(operand, rowCount)
        return column(a.isFalse, a.isTrue)
    }

    /// `IS TRUE`, `IS FALSE`: never NULL.
    package static func isTest(_ operand: Operand, _ value: Bool, rowCount: Int) -> Column {
        let a = parts(operand, rowCount)
        return Column(.bool, .bool(value ? a.isTrue : a.isFalse))
    }

    /// `IS NULL`.
    package static func isNull(_ operand: Operand, rowCount: Int) -> Column {
        let column = operand.expanded(to: rowCount)
        let bits = column.validity?.inverted ?? Bitmap(repeating: false, count: rowCount)
        return Column(.bool, .bool(bits))
    }

    /// The rows that are true: those that a condition lets through.
    package static func selection(_ condition: Column) -> Bitmap {
        guard case .bool(let bits) = condition.values else {
            return Bitmap(repeating: false, count: condition.rowCount)
        }
        return condition.validity.map { bits.intersection($0) } ?? bits
    }
}
