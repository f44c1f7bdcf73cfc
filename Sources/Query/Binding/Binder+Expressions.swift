internal import CivilTime
internal import Columnar
internal import Kernels

extension Binder {
    /// An expression with its type.
    func expression(_ syntax: ExpressionSyntax, _ gathering: Gathering) throws -> Expression {
        let range = syntax.range
        switch syntax.kind {
        case .null: return Expression(.constant(.null), .unknown, range)
        case .boolean(let value): return .bool(value, range)
        case .number(let text): return try number(text, range)
        case .text(let text): return Expression(.constant(.text(text)), .unknown, range)
        case .bytes(let text): return try binary(text, range)
        case .parameter(let name): return try parameter(name, range)
        case .column(let names): return try column(names, range, gathering)
        case .star: throw QueryError(.syntax, "'*' stands for columns in SELECT and in count(*) only", at: range)
        case .typedLiteral(let type, let text):
            return try coerced(Expression(.constant(.text(text)), .unknown, range), to: try SQLType(type))
        case .interval(let value, let unit):
            let one = try coerced(Expression(.constant(.text("1 " + unit)), .unknown, range), to: .interval)
            return try arithmetic(.multiply, try expression(value, gathering), one, range)
        case .unary(let symbol, let operand): return try unary(symbol, try expression(operand, gathering), range)
        case .binary("and", let left, let right):
            return Expression(.and([try condition(left, gathering), try condition(right, gathering)]), .bool, range)
        case .binary("or", let left, let right):
            return Expression(.or([try condition(left, gathering), try condition(right, gathering)]), .bool, range)
        case .binary(let symbol, let left, let right):
            if case .row(let mine) = left.kind, case .row(let others) = right.kind {
                return try rows(
                    symbol, try mine.map { try expression($0, gathering) },
                    try others.map { try expression($0, gathering) }, range)
            }
            return try binary(symbol, try expression(left, gathering), try expression(right, gathering), range)
        case .isTest(let operand, let value, let isNegated):
            let tested: Expression
            if let value {
                tested = Expression(.isTrue(try condition(operand, gathering), value), .bool, range)
            } else {
                tested = Expression(.isNull(try expression(operand, gathering)), .bool, range)
            }
            return isNegated ? Expression(.not(tested), .bool, range) : tested
        case .isDistinct(let left, let right, let isNegated):
            let (a, b) = try unified(try expression(left, gathering), try expression(right, gathering), range)
            let distinct = Expression(.isDistinct(a, b), .bool, range)
            return isNegated ? Expression(.not(distinct), .bool, range) : distinct
        case .between(let value, let low, let high, let isNegated, let isSymmetric):
            return try between(
                try expression(value, gathering), try expression(low, gathering), try expression(high, gathering),
                isNegated,
                isSymmetric, range)
        case .inList(let value, let items, let isNegated):
            if case .row(let mine) = value.kind {
                let own = try mine.map { try expression($0, gathering) }
                let parts = try items.map { item -> Expression in
                    guard case .row(let others) = item.kind else {
                        throw QueryError(.type, "a row is among rows only", at: item.range)
                    }
                    return try rows("=", own, try others.map { try expression($0, gathering) }, range)
                }
                let among = parts.count == 1 ? parts[0] : Expression(.or(parts), .bool, range)
                return isNegated ? Expression(.not(among), .bool, range) : among
            }
            let among = try self.among(
                try expression(value, gathering), try items.map { try expression($0, gathering) }, range)
            return isNegated ? Expression(.not(among), .bool, range) : among
        case .inQuery(let value, let query, let isNegated):
            let pending = try inQuery(value, query, gathering, range)
            return isNegated ? Expression(.not(pending), .bool, range) : pending
        case .quantified(let value, let symbol, let isAll, let operand):
            return try quantified(value, symbol, isAll, operand, gathering, range)
        case .exists(let query):
            let plan = try self.query(query, parent: gathering.scope)
            return pending(.exists, plan, .bool, gathering, range)
        case .scalarQuery(let query):
            let plan = try self.query(query, parent: gathering.scope)
            guard plan.columns.count == 1 else {
                throw QueryError(
                    .type, "a subquery that stands for a value has one column, not \(plan.columns.count)", at: range)
            }
            let type = plan.columns[0].type == .unknown ? .text : plan.columns[0].type
            return pending(.scalar, plan, type, gathering, range)
        case .arrayQuery:
            throw QueryError(.unsupported, "ARRAY(subquery) is not executed yet", at: range, try: "array_agg")
        case .like(let value, let pattern, let escape, let word, let isNegated):
            guard word != "similar" else {
                throw QueryError(.unsupported, "SIMILAR TO is not executed yet", at: range, try: "LIKE")
            }
            let arguments = try [value, pattern] + (escape.map { [$0] } ?? [])
            let bound = try arguments.map { try coerced(try expression($0, gathering), to: .text) }
            let like = Expression(.call(LikePattern.call(ignoresCase: word == "ilike"), bound), .bool, range)
            return isNegated ? Expression(.not(like), .bool, range) : like
        case .caseWhen(let operand, let branches, let otherwise):
            return try caseWhen(operand, branches, otherwise, gathering, range)
        case .cast(let value, let type, let isTry):
            return try cast(try expression(value, gathering), try SQLType(type), isTry: isTry, range)
        case .call(let call): return try self.call(call, range, gathering)
        case .extract(let field, let value): return try extract(field, try expression(value, gathering), range)
        case .atTimeZone(let value, let zone):
            return try function("timezone", [try expression(zone, gathering), try expression(value, gathering)], range)
        case .list(let items): return try list(try items.map { try expression($0, gathering) }, range)
        case .collated(let value, let name):
            let known = ["c", "posix", "ucs_basic", "default"]
            guard known.contains(name.text.lowercased()) else {
                throw QueryError(
                    .unsupported, "texts are ordered by code point; collation '\(name.text)' is not executed",
                    at: name.range, try: "COLLATE \"C\"")
            }
            return try expression(value, gathering)
        case .row(let parts):
            return try structure(
                try parts.enumerated().map { ("f\($0.offset + 1)", try expression($0.element, gathering)) }, range)
        case .structure(let parts):
            return try structure(try parts.map { ($0.name, try expression($0.value, gathering)) }, range)
        case .subscripted(let list, let index):
            return try element(try expression(list, gathering), try expression(index, gathering), range)
        case .sliced(let list, let low, let high):
            return try slice(
                try expression(list, gathering), try low.map { try expression($0, gathering) },
                try high.map { try expression($0, gathering) }, range)
        case .field(let value, let name): return try field(try expression(value, gathering), name)
        }
    }

    /// An expression that must be a truth value.
    func condition(_ syntax: ExpressionSyntax, _ gathering: Gathering) throws -> Expression {
        let bound = try expression(syntax, gathering)
        guard bound.type == .bool || bound.type == .unknown else {
            throw QueryError(.type, "a condition is a truth value, not \(bound.type)", at: syntax.range)
        }
        return try coerced(bound, to: .bool)
    }

    // MARK: Literals and names

    private func number(_ text: String, _ range: SourceRange) throws -> Expression {
        if let value = Int64(text) {
            return Expression(.constant(.int(value)), Int32(exactly: value) == nil ? .int64 : .int32, range)
        }
        let parts = text.lowercased().split(separator: "e", omittingEmptySubsequences: false)
        let digits =
            parts[0].hasPrefix(".")
            ? "0" + parts[0] : parts[0].hasPrefix("-.") ? "-0" + parts[0].dropFirst() : String(parts[0])
        if let exact = ExactDecimal(digits.hasSuffix(".") ? String(digits.dropLast()) : digits) {
            let exponent = parts.count > 1 ? Int(parts[1]) ?? 999 : 0
            let scale = max(0, exact.scale - exponent)
            if abs(exponent) <= 38, scale <= 38,
                let unscaled = Decimals.rescaled(exact.unscaled, from: exact.scale, to: scale + exponent) ?? nil,
                scale + exponent >= exact.scale || exponent <= 0
            {
                let value = ExactDecimal(unscaled: unscaled, scale: scale)
                let precision = max(String(unscaled.magnitude).count, scale, 1)
                return Expression(.constant(.decimal(value)), .decimal(precision: precision, scale: scale), range)
            }
        }
        guard let value = Double(text), value.isFinite else {
            throw QueryError(.overflow, "a number that no type holds", at: range)
        }
        return Expression(.constant(.double(value)), .double, range)
    }

    private func binary(_ text: String, _ range: SourceRange) throws -> Expression {
        var bytes: [UInt8] = []
        var rest = text[...]
        while !rest.isEmpty {
            guard let byte = UInt8(rest.prefix(2), radix: 16), rest.count >= 2 else {
                throw QueryError(.syntax, "binary is written as pairs of hexadecimal digits", at: range)
            }
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        return Expression(.constant(.binary(bytes)), .binary, range)
    }

    private func parameter(_ name: String, _ range: SourceRange) throws -> Expression {
        guard let value = parameters[name] else {
            throw QueryError(
                .unboundParameter, "parameter ':\(name)' has no value", at: range,
                try: nearestName(to: name, among: parameters.keys).map { "':\($0)'" } ?? "--param \(name)=VALUE")
        }
        switch value {
        case .int(let number):
            return Expression(.constant(value), Int32(exactly: number) == nil ? .int64 : .int32, range)
        case .bool: return Expression(.constant(value), .bool, range)
        case .double: return Expression(.constant(value), .double, range)
        case .date: return Expression(.constant(value), .date, range)
        case .timestamp: return Expression(.constant(value), .timestamptz, range)
        case .decimal(let number):
            let precision = max(String(number.unscaled.magnitude).count, number.scale, 1)
            return Expression(.constant(value), .decimal(precision: precision, scale: number.scale), range)
        case .list: return Expression(.constant(value), .list(.text), range)
        default: return Expression(.constant(value), .unknown, range)
        }
    }

    private func column(_ names: [NameSyntax], _ range: SourceRange, _ gathering: Gathering) throws -> Expression {
        var scope: Scope? = gathering.scope
        while let current = scope {
            // `t.column`, else `column`; names behind it are fields of structures.
            for length in [2, 1] where length <= names.count {
                guard let found = try resolve(Array(names.prefix(length)), range, current) else { continue }
                if length < names.count {
                    guard case .structure = found.type else { continue }
                }
                return try names.dropFirst(length).reduce(Expression(found, range)) { try field($0, $1) }
            }
            scope = current.parent
        }
        let name = names[names.count - 1]
        if names.count >= 2 {
            let aliases = gathering.scope.tables.map(\.alias)
            guard aliases.contains(names[0].text) else {
                throw QueryError(
                    .unknownName, "there is no table '\(names[0].text)' in FROM", at: names[0].range,
                    try: nearestName(to: names[0].text, among: aliases).map { "'\($0)'" })
            }
        }
        let known = gathering.scope.tables.flatMap { $0.columns.map(\.name) }
        throw QueryError(
            .unknownName, "there is no column '\(name.text)'", at: name.range,
            try: nearestName(to: name.text, among: known).map { "'\($0)'" })
    }

    private func resolve(_ names: [NameSyntax], _ range: SourceRange, _ scope: Scope) throws -> PlanColumn? {
        let name = names[names.count - 1].text
        var found: [PlanColumn] = []
        for table in scope.tables where names.count == 1 || table.alias == names[0].text {
            let isHiddenFree = names.count == 2
            found += table.columns.filter { $0.name == name && (isHiddenFree || !table.hidden.contains($0.id)) }
        }
        if found.isEmpty {
            // Names that differ by case only are found where that is clear: files have names in any case.
            for table in scope.tables where names.count == 1 || table.alias == names[0].text {
                found += table.columns.filter { $0.name.lowercased() == name && !table.hidden.contains($0.id) }
            }
        }
        guard found.count <= 1 else {
            throw QueryError(
                .ambiguousName, "column '\(name)' is in several tables", at: range,
                try: scope.tables.first { $0.columns.contains { $0.name == name } }.map { "'\($0.alias).\(name)'" })
        }
        return found.first
    }

    // MARK: Conversions

    /// The expression as a type, by an implicit conversion; literals are read at once.
    func coerced(_ value: Expression, to type: SQLType) throws -> Expression {
        if value.type == type || type == .unknown { return value }
        if case .constant(let constant) = value.kind {
            if constant == .null { return Expression(.constant(.null), type, value.range) }
            if case .text(let text) = constant, value.type == .unknown {
                guard let read = literal(text, type) else {
                    throw QueryError(.badCast, "the text is no \(type)", at: value.range)
                }
                return Expression(.constant(read), type, value.range)
            }
        }
        return try cast(value, type, isTry: false, value.range)
    }

    private func literal(_ text: String, _ type: SQLType) -> Scalar? {
        let zone: Zone = type == .timestamptz ? context.zone : .utc
        if type == .timestamp, let instant = TextValues.value(text, .timestamp, zone: .utc) { return instant }
        if case .list = type { return nil }
        return TextValues.value(text, type.logical, zone: zone)
    }

    func cast(_ value: Expression, _ type: SQLType, isTry: Bool, _ range: SourceRange) throws -> Expression {
        if value.type == type { return value }
        if value.type == .unknown, let constant = value.constant {
            if constant == .null { return Expression(.constant(.null), type, range) }
            if case .text(let text) = constant {
                if let read = literal(text, type) { return Expression(.constant(read), type, range) }
                if isTry { return Expression(.constant(.null), type, range) }
                throw QueryError(.badCast, "the text is no \(type)", at: range)
            }
        }
        guard Self.canCast(value.type, type) else {
            throw QueryError(.type, "\(value.type) cannot become \(type)", at: range)
        }
        let result = Expression(.cast(value, isTry: isTry), type, range)
        if value.constant != nil {
            do { return Expression(.constant(try Evaluator(context: context).constant(result)), type, range) } catch let
                error as QueryError
            { throw error.at(range) }
        }
        return result
    }

    private static func canCast(_ from: SQLType, _ to: SQLType) -> Bool {
        if from == .unknown || to == .text || from.isText { return true }
        if from.isNumeric && (to.isNumeric || to == .bool) || (from == .bool && to.isInteger) {
            return to != .bool || from.isInteger
        }
        if from.isTime && to.isTime { return true }
        if case .list(let a) = from, case .list(let b) = to { return canCast(a, b) }
        return false
    }

    /// Both sides in their common type.
    func unified(_ left: Expression, _ right: Expression, _ range: SourceRange) throws -> (Expression, Expression) {
        guard let common = SQLType.common(left.type, right.type) else {
            throw QueryError(
                .type, "\(left.type) and \(right.type) cannot be compared", at: range, try: "CAST(… AS \(left.type))")
        }
        let type = common == .unknown ? .text : common
        return (try coerced(left, to: type), try coerced(right, to: type))
    }

    func comparison(_ comparison: Comparison, _ left: Expression, _ right: Expression, _ range: SourceRange) throws
        -> Expression
    {
        let (a, b) = try unified(left, right, range)
        return Expression(.compare(comparison, a, b), .bool, range)
    }

    private func between(
        _ value: Expression, _ low: Expression, _ high: Expression, _ isNegated: Bool, _ isSymmetric: Bool,
        _ range: SourceRange
    ) throws -> Expression {
        func inside(_ low: Expression, _ high: Expression) throws -> Expression {
            Expression(
                .and([
                    try comparison(.greaterOrEqual, value, low, range),
                    try comparison(.lessOrEqual, value, high, range),
                ]), .bool, range)
        }
        var result = try inside(low, high)
        if isSymmetric { result = Expression(.or([result, try inside(high, low)]), .bool, range) }
        return isNegated ? Expression(.not(result), .bool, range) : result
    }

    private func among(_ value: Expression, _ items: [Expression], _ range: SourceRange) throws -> Expression {
        var type = value.type
        for item in items { type = try common(type, item.type, item.range) }
        if type == .unknown { type = .text }
        let left = try coerced(value, to: type)
        let right = try items.map { try coerced($0, to: type) }
        let constants = right.compactMap(\.constant)
        if constants.count == right.count, !constants.contains(.null), constants.count > 2 {
            return Expression(.isAmong(left, constants), .bool, range)
        }
        let parts = right.map { Expression(.compare(.equal, left, $0), .bool, range) }
        return parts.count == 1 ? parts[0] : Expression(.or(parts), .bool, range)
    }

    private func caseWhen(
        _ operand: ExpressionSyntax?, _ branches: [(when: ExpressionSyntax, then: ExpressionSyntax)],
        _ otherwise: ExpressionSyntax?, _ gathering: Gathering, _ range: SourceRange
    ) throws -> Expression {
        let value = try operand.map { try expression($0, gathering) }
        var bound: [(when: Expression, then: Expression)] = []
        for branch in branches {
            let when: Expression
            if let value {
                when = try comparison(.equal, value, try expression(branch.when, gathering), branch.when.range)
            } else {
                when = try condition(branch.when, gathering)
            }
            bound.append((when, try expression(branch.then, gathering)))
        }
        return try caseExpression(bound, try otherwise.map { try expression($0, gathering) }, range)
    }

    func caseExpression(
        _ branches: [(when: Expression, then: Expression)], _ otherwise: Expression?, _ range: SourceRange
    ) throws -> Expression {
        let last = otherwise ?? Expression(.constant(.null), .unknown, range)
        var type = last.type
        for branch in branches { type = try common(type, branch.then.type, branch.then.range) }
        if type == .unknown { type = .text }
        let converted = try branches.map { ($0.when, try coerced($0.then, to: type)) }
        return Expression(.caseWhen(converted, try coerced(last, to: type)), type, range)
    }

    private func list(_ items: [Expression], _ range: SourceRange) throws -> Expression {
        var type = SQLType.unknown
        for item in items { type = try common(type, item.type, item.range) }
        if type == .unknown { type = .text }
        let bound = try items.map { try coerced($0, to: type) }
        let element = type.logical
        let result = SQLType.list(type)
        let call = ScalarCall("list") { arguments, rowCount, _ throws(KernelError) in
            if arguments.isEmpty {
                return try Column.make(result.logical, Array(repeating: .list([]), count: rowCount))
            }
            return try RowFunctions.boxed(.list(element: Field("element", element)), arguments, rowCount, strict: false)
            { .list($0) }
        }
        return Expression(.call(call, bound), result, range)
    }

    private func extract(_ field: String, _ value: Expression, _ range: SourceRange) throws -> Expression {
        let known = [
            "years": "year", "months": "month", "days": "day", "hours": "hour", "minutes": "minute",
            "seconds": "second", "millisecond": "milliseconds", "microsecond": "microseconds", "dayofweek": "dow",
            "dayofyear": "doy",
        ]
        let name = "extract_" + (known[field] ?? field)
        guard registry.scalars[name] != nil else {
            throw QueryError(.unknownName, "extract knows no field '\(field)'", at: range)
        }
        guard value.type.isTime || value.type == .unknown || value.type == .interval else {
            throw QueryError(.type, "extract takes a date or time, not \(value.type)", at: range)
        }
        return try function(name, [try coerced(value, to: value.type == .unknown ? .timestamp : value.type)], range)
    }
}
