internal import CivilTime
internal import Columnar
internal import Kernels

/// Rows between operators: columns side by side, without names.
struct Rows: Sendable {
    let columns: [Column]
    let count: Int

    init(_ columns: [Column], count: Int) {
        self.columns = columns
        self.count = count
    }

    /// Some of the rows, in an order.
    func taking(_ rows: [UInt32]) throws(KernelError) -> Rows {
        let span = rows.span
        var taken: [Column] = []
        for column in columns { taken.append(try column.taking(span)) }
        return Rows(taken, count: rows.count)
    }

    func slice(_ range: Range<Int>) -> Rows { Rows(columns.map { $0.slice(range) }, count: range.count) }

    /// Rows behind each other.
    static func joined(_ parts: [Rows], types: [LogicalType]) throws(KernelError) -> Rows {
        if parts.count == 1 { return parts[0] }
        var columns: [Column] = []
        for (index, type) in types.enumerated() {
            columns.append(try Column.joined(parts.map { $0.columns[index] }, type: type))
        }
        return Rows(columns, count: parts.reduce(0) { $0 + $1.count })
    }
}

/// Evaluates expressions over rows. Errors get the place of the expression that they come from.
struct Evaluator: Sendable {
    let context: EvaluationContext
    /// The position of each column.
    let positions: [ColumnID: Int]

    init(context: EvaluationContext, columns: [PlanColumn] = []) {
        self.context = context
        positions = Dictionary(
            columns.enumerated().map { ($0.element.id, $0.offset) }, uniquingKeysWith: { first, _ in first })
    }

    /// The value of an expression without columns.
    func constant(_ expression: Expression) throws -> Scalar {
        let operand = try evaluate(expression, Rows([], count: 1))
        return operand.column.scalar(0)
    }

    /// The values of an expression as a column.
    func column(_ expression: Expression, _ rows: Rows) throws -> Column {
        try evaluate(expression, rows).expanded(to: rows.count)
    }

    /// The rows for which a condition is true.
    func selection(_ condition: Expression, _ rows: Rows) throws -> Bitmap {
        Logic.selection(try column(condition, rows))
    }

    func evaluate(_ expression: Expression, _ rows: Rows) throws -> Operand {
        do {
            return try evaluated(expression, rows)
        } catch let error as KernelError {
            throw QueryError(error, expression.type).at(expression.range)
        }
    }

    private func evaluated(_ expression: Expression, _ rows: Rows) throws -> Operand {
        let count = rows.count
        switch expression.kind {
        case .column(let id):
            guard let position = positions[id] else {
                throw QueryError(.unsupported, "a column is read where it is not known", at: expression.range)
            }
            return .column(rows.columns[position])
        case .constant(let value): return .constant(try Column.make(expression.type.logical, [value]))
        case .call(let call, let arguments):
            let operands = try arguments.map { try evaluate($0, rows) }
            if !operands.isEmpty, operands.allSatisfy(\.isConstant), !call.isVolatile {
                return .constant(try call.kernel(operands, 1, context))
            }
            return .column(try call.kernel(operands, count, context))
        case .and(let parts): return try connected(parts, rows, isAnd: true)
        case .or(let parts): return try connected(parts, rows, isAnd: false)
        case .not(let operand): return .column(Logic.not(try evaluate(operand, rows), rowCount: count))
        case .isNull(let operand): return .column(Logic.isNull(try evaluate(operand, rows), rowCount: count))
        case .isTrue(let operand, let value):
            return .column(Logic.isTest(try evaluate(operand, rows), value, rowCount: count))
        case .compare(let comparison, let left, let right):
            return .column(
                try comparison.evaluate(try evaluate(left, rows), try evaluate(right, rows), rowCount: count))
        case .isDistinct(let left, let right):
            return .column(
                try Comparison.isDistinct(try evaluate(left, rows), try evaluate(right, rows), rowCount: count))
        case .arithmetic(let operation, let left, let right):
            let operands = (try evaluate(left, rows), try evaluate(right, rows))
            return .column(
                try operation.evaluate(operands.0, operands.1, type: expression.type.logical, rowCount: count))
        case .caseWhen(let branches, let otherwise):
            return .column(try caseWhen(branches, otherwise, expression.type, rows))
        case .cast(let value, let isTry):
            let operand = try evaluate(value, rows)
            let cast = try cast(operand.column, from: value.type, to: expression.type, isTry: isTry)
            return operand.isConstant ? .constant(cast) : .column(cast)
        case .isAmong(let value, let constants): return .column(try isAmong(try evaluate(value, rows), constants, rows))
        }
    }

    /// AND and OR: parts that may fail see only the rows that the parts before them leave open.
    private func connected(_ parts: [Expression], _ rows: Rows, isAnd: Bool) throws -> Operand {
        var result = try evaluate(parts[0], rows)
        for part in parts.dropFirst() {
            guard part.canFail else {
                let other = try evaluate(part, rows)
                result = .column(
                    isAnd
                        ? Logic.and(result, other, rowCount: rows.count) : Logic.or(result, other, rowCount: rows.count)
                )
                continue
            }
            let decided = Logic.selection(Logic.isTest(result, !isAnd, rowCount: rows.count))
            let open = decided.inverted.rowPositions
            if open.isEmpty { return result }
            let other = try column(part, try rows.taking(open))
            var positions = [UInt32](repeating: missingRow, count: rows.count)
            for (index, row) in open.enumerated() { positions[Int(row)] = UInt32(index) }
            let span = positions.span
            let spread = try other.taking(span, mayMiss: true)
            // Rows that were decided keep their answer: what stands in their place does not matter.
            result = .column(
                isAnd
                    ? Logic.and(result, .column(spread), rowCount: rows.count)
                    : Logic.or(result, .column(spread), rowCount: rows.count))
        }
        return result
    }

    /// CASE: each branch is computed for the rows that take it, and for no others.
    private func caseWhen(
        _ branches: [(when: Expression, then: Expression)], _ otherwise: Expression, _ type: SQLType, _ rows: Rows
    ) throws -> Column {
        var open: [UInt32]? = nil
        var pieces: [Column] = []
        var origin = [UInt32](repeating: missingRow, count: rows.count)
        var total = 0
        func place(_ piece: Column, _ at: [UInt32]) {
            for (index, row) in at.enumerated() { origin[Int(row)] = UInt32(total + index) }
            total += piece.rowCount
            pieces.append(piece)
        }
        for branch in branches {
            let current = try open.map { try rows.taking($0) } ?? rows
            if current.count == 0 { break }
            let chosen = try selection(branch.when, current)
            let rowsOf: (Bitmap) -> [UInt32] = { bits in
                let positions = bits.rowPositions
                return open.map { own in positions.map { own[Int($0)] } } ?? positions
            }
            let taken = rowsOf(chosen)
            if !taken.isEmpty { place(try column(branch.then, try rows.taking(taken)), taken) }
            open = rowsOf(chosen.inverted)
        }
        let rest = open ?? Array(0..<UInt32(rows.count))
        if !rest.isEmpty, otherwise.constant != .null {
            place(try column(otherwise, rest.count == rows.count ? rows : try rows.taking(rest)), rest)
        }
        guard !pieces.isEmpty else { return Column.nulls(type.logical, rows.count) }
        let joined = try Column.joined(pieces, type: type.logical)
        let span = origin.span
        return try joined.taking(span, mayMiss: rest.isEmpty ? false : otherwise.constant == .null)
    }

    private func cast(_ column: Column, from: SQLType, to: SQLType, isTry: Bool) throws(KernelError) -> Column {
        switch (from, to) {
        case (.timestamptz, .timestamp): return TimeFunctions.local(column, context.zone)
        case (.timestamp, .timestamptz): return TimeFunctions.instants(column, context.zone)
        case (.timestamp, .text): return try localTexts(column)
        case (.timestamptz, .text): return try instantTexts(column)
        default: break
        }
        // Local times become dates and texts without a zone.
        let isLocal = from == .timestamp || (to == .timestamp && from != .timestamptz)
        return try Casting(zone: isLocal ? .utc : context.zone, isTry: isTry).cast(column, to: to.logical)
    }

    /// Instants as the session's zone shows them, with the distance from UTC, as PostgreSQL writes them.
    private func instantTexts(_ column: Column) throws(KernelError) -> Column {
        let shown = TimeFunctions.local(column, context.zone)
        let texts = try localTexts(shown)
        return try RowFunctions.texts(column.rowCount) { row in
            guard case .text(let text) = texts.scalar(row), case .timestamp(let local) = shown.scalar(row),
                case .timestamp(let instant) = column.scalar(row)
            else { return nil }
            let minutes = (local - instant) / 60_000_000
            let (hours, rest) = (abs(minutes) / 60, abs(minutes) % 60)
            let sign = minutes < 0 ? "-" : "+"
            return text + sign + (hours < 10 ? "0" : "") + "\(hours)"
                + (rest == 0 ? "" : (rest < 10 ? ":0" : ":") + "\(rest)")
        }
    }

    private func localTexts(_ column: Column) throws(KernelError) -> Column {
        try RowFunctions.texts(column.rowCount) { row in
            guard case .timestamp(let value) = column.scalar(row) else { return nil }
            let text = LocalDateTime(utc: Instant(microsecondsSinceEpoch: value)).description.replacing("T", with: " ")
            // Of a fraction no zeros at its end.
            return value % 1_000_000 == 0 ? text : String(text.reversed().drop { $0 == "0" }.reversed())
        }
    }

    private func isAmong(_ operand: Operand, _ constants: [Scalar], _ rows: Rows) throws -> Column {
        let column = operand.expanded(to: rows.count)
        if case .dictionary(let codes, let dictionary) = column.values, dictionary.values.count < rows.count {
            // Each entry is looked up once.
            let entries = Column(column.type, .bytes(dictionary.values))
            let known = try isAmong(.column(entries), constants, Rows([entries], count: entries.rowCount))
            guard case .bool(let bits) = known.values else { return known }
            let flags = (0..<bits.count).map { bits[$0] }
            let (span, isChosen) = (codes.span, flags.span)
            let found = Bitmap(rows.count) { isChosen.count > 0 && isChosen[Int(span[$0])] }
            return Column(.bool, .bool(found)).with(validity: column.validity)
        }
        let list = try Column.make(column.type, constants)
        let layout = try KeyLayout(chunks: [[list]])
        var numbers = KeyNumbers(bits: layout.bits)
        _ = numbers.insert(try layout.packed([list], rowCount: constants.count))
        let probe = try layout.probed([column], rowCount: rows.count)
        let known = numbers.find(probe.keys)
        let (span, unknown) = (known.span, probe.unknown.span)
        let found = Bitmap(rows.count) { !unknown[$0] && span[$0] != missingRow }
        return Column(.bool, .bool(found)).with(validity: column.validity)
    }
}

extension QueryError {
    /// The error of a kernel, in words for people.
    init(_ error: KernelError, _ type: SQLType) {
        switch error {
        case .overflow(let name):
            self.init(.overflow, "a result that \(name) cannot hold", try: "CAST to a larger type")
        case .divisionByZero: self.init(.divisionByZero, "division by zero", try: "x / nullif(y, 0)")
        case .badCast(let text): self.init(.badCast, text, try: "TRY_CAST gives NULL for such values")
        case .invalidArgument(let text): self.init(.invalidArgument, text)
        case .tooLarge: self.init(.budget, "texts or lists of more than 2 GiB in one batch")
        }
    }
}
