internal import Columnar
internal import Kernels

/// Operators: what `+`, `||`, `->` mean for the types of their operands.
extension Binder {
    func unary(_ symbol: String, _ operand: Expression, _ range: SourceRange) throws -> Expression {
        switch symbol {
        case "not":
            guard operand.type == .bool || operand.type == .unknown else {
                throw QueryError(.type, "NOT takes a truth value, not \(operand.type)", at: range)
            }
            return Expression(.not(try coerced(operand, to: .bool)), .bool, range)
        case "+": return operand
        case "-":
            if operand.type == .interval {
                return try arithmetic(.multiply, operand, Expression(.constant(.int(-1)), .int32, range), range)
            }
            guard operand.type.isNumeric else {
                throw QueryError(.type, "'-' takes a number, not \(operand.type)", at: range)
            }
            return try arithmetic(
                .subtract, Expression(.constant(.int(0)), operand.type.isInteger ? operand.type : .int32, range),
                operand, range)
        default: throw QueryError(.unsupported, "operator '\(symbol)' is not executed yet", at: range)
        }
    }

    func binary(_ symbol: String, _ left: Expression, _ right: Expression, _ range: SourceRange) throws
        -> Expression
    {
        if let comparison = Comparison(rawValue: symbol) { return try self.comparison(comparison, left, right, range) }
        if let operation = Arithmetic(rawValue: symbol) { return try arithmetic(operation, left, right, range) }
        if symbol == "||" {
            if let lists = try concatenatedLists(left, right, range) { return lists }
            return try function("||", [try coerced(left, to: .text), try coerced(right, to: .text)], range)
        }
        if symbol == "^" { return try function("power", [left, right], range) }
        if let call = ["~~": false, "~~*": true][symbol] {
            return Expression(
                .call(
                    LikePattern.call(ignoresCase: call), [try coerced(left, to: .text), try coerced(right, to: .text)]),
                .bool, range)
        }
        if ["->", "->>"].contains(symbol) {
            // A text literal may be written for JSON.
            let json = left.type == .unknown ? try coerced(left, to: .json) : left
            return try function(symbol, [json, right], range)
        }
        if ["~", "~*", "!~", "!~*"].contains(symbol) { return try function(symbol, [left, right], range) }
        throw QueryError(.unsupported, "operator '\(symbol)' is not executed yet", at: range)
    }

    /// `||` where a side is a list: two lists behind each other, or an element before or behind; nil of two texts. A NULL
    /// list is no list, a NULL element is one.
    private func concatenatedLists(_ left: Expression, _ right: Expression, _ range: SourceRange) throws
        -> Expression?
    {
        func element(_ side: Expression) -> SQLType? {
            if case .list(let element) = side.type { element } else { nil }
        }
        let (mine, others) = (element(left), element(right))
        guard let first = mine ?? others else { return nil }
        func isList(_ side: Expression, _ own: SQLType?) -> Bool { own != nil || side.type == .unknown }
        let (leftIsList, rightIsList) = (isList(left, mine), isList(right, others))
        let type = try common(
            mine ?? (leftIsList ? first : left.type), others ?? (rightIsList ? first : right.type), range)
        let bound = [
            try coerced(left, to: leftIsList ? .list(type) : type),
            try coerced(right, to: rightIsList ? .list(type) : type),
        ]
        let result = SQLType.list(type)
        let call = ScalarCall("list_concat") { arguments, rowCount, _ throws(KernelError) in
            try RowFunctions.boxed(result.logical, arguments, rowCount, strict: false) { values in
                if leftIsList, rightIsList, values[0] == .null, values[1] == .null { return .null }
                func parts(_ value: Scalar, _ isList: Bool) -> [Scalar] {
                    guard isList else { return [value] }
                    if case .list(let parts) = value { return parts }
                    return []
                }
                return .list(parts(values[0], leftIsList) + parts(values[1], rightIsList))
            }
        }
        return folded(Expression(.call(call, bound), result, range))
    }

    func arithmetic(_ operation: Arithmetic, _ left: Expression, _ right: Expression, _ range: SourceRange) throws
        -> Expression
    {
        var (left, right) = (left, right)
        // A text literal beside a time or interval is an interval; beside a number a number.
        if left.type == .unknown {
            left = try coerced(left, to: right.type == .unknown ? .double : right.type.isTime ? .interval : right.type)
        }
        if right.type == .unknown {
            right = try coerced(
                right,
                to: left.type.isTime ? (operation == .subtract && left.type == .date ? .date : .interval) : left.type)
        }
        if let (call, types, result) = IntervalArithmetic.resolve(operation, left.type, right.type) {
            let arguments = try zip([left, right], types).map { try coerced($0, to: $1) }
            return folded(Expression(.call(call, arguments), result, range))
        }
        guard left.type.isNumeric, right.type.isNumeric else {
            throw QueryError(.type, "'\(operation.rawValue)' does not take \(left.type) and \(right.type)", at: range)
        }
        if left.type == .double || right.type == .double || left.type == .float || right.type == .float {
            return folded(
                Expression(
                    .arithmetic(operation, try coerced(left, to: .double), try coerced(right, to: .double)), .double,
                    range))
        }
        if left.type.isInteger, right.type.isInteger, let type = SQLType.common(left.type, right.type) {
            return folded(
                Expression(
                    .arithmetic(operation, try coerced(left, to: type), try coerced(right, to: type)), type, range))
        }
        guard let a = left.type.asDecimal, let b = right.type.asDecimal else {
            throw QueryError(.type, "no arithmetic", at: range)
        }
        let scale: Int
        let precision: Int
        switch operation {
        case .add, .subtract, .remainder:
            scale = max(a.scale, b.scale)
            precision = min(38, max(a.precision - a.scale, b.precision - b.scale) + scale + 1)
            let type = SQLType.decimal(precision: precision, scale: scale)
            return folded(
                Expression(
                    .arithmetic(operation, try coerced(left, to: type), try coerced(right, to: type)), type, range))
        case .multiply:
            scale = a.scale + b.scale
            precision = min(38, a.precision + b.precision)
            guard scale <= 38 else {
                throw QueryError(
                    .type, "a product of \(scale) digits behind the point; decimals hold 38", at: range,
                    try: "CAST(… AS double)")
            }
        case .divide:
            scale = max(16, a.scale, b.scale)
            precision = 38
        }
        let types = try [(left, a), (right, b)].map { value, own in
            try coerced(value, to: .decimal(precision: own.precision, scale: own.scale))
        }
        return folded(
            Expression(.arithmetic(operation, types[0], types[1]), .decimal(precision: precision, scale: scale), range))
    }

    /// The expression, computed where it is of constants alone; what fails then fails when it is executed.
    func folded(_ value: Expression) -> Expression {
        guard value.children.allSatisfy({ $0.constant != nil }),
            let constant = try? Evaluator(context: context).constant(value)
        else { return value }
        return Expression(.constant(constant), value.type, value.range)
    }
}
