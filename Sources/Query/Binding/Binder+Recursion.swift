internal import Columnar

/// `WITH RECURSIVE t AS (first UNION [ALL] step)`, where the step reads `t`.
extension Binder {
    /// The plan of a table that reads itself; nil where it does not.
    func recursion(_ table: CommonTableSyntax, _ scope: Scope) throws -> LogicalPlan? {
        guard case .setOperation(.union, let isAll, let first, let step, let range) = table.query.body,
            table.query.commonTables.isEmpty
        else { return nil }
        let anchor = try textual(try body(first, scope), range)
        let number = recursionNumber()
        let inner = Scope(parent: scope)
        inner.commonTables[table.name.text] = CommonTable(
            .recursionStep(number: number), anchor.columns, names: table.columns.map(\.text))
        let repeated = try body(step, inner)
        guard repeated.readsRecursion(number) else { return nil }
        guard table.query.order.isEmpty, table.query.limit == nil, table.query.offset == nil else {
            throw QueryError(
                .unsupported, "ORDER BY and LIMIT of a recursive table are not executed", at: table.query.range,
                try: "them where '\(table.name.text)' is read")
        }
        guard repeated.columns.count == anchor.columns.count else {
            throw QueryError(
                .type, "UNION of \(anchor.columns.count) and \(repeated.columns.count) columns", at: range)
        }
        for (own, next) in zip(anchor.columns, repeated.columns)
        where try common(own.type, next.type, range) != own.type {
            throw QueryError(
                .type, "column '\(own.name)' is \(own.type) at first, and \(next.type) in the next step", at: range,
                try: "CAST(… AS \(next.type)) in the first part")
        }
        let types = anchor.columns.map(\.type)
        return LogicalPlan(
            .recursion(anchor, try converted(repeated, types, range), number: number, isAll: isAll),
            anchor.columns.map { column($0.name, $0.type) })
    }

    /// Literals whose type nothing has decided are texts.
    private func textual(_ plan: LogicalPlan, _ range: SourceRange) throws -> LogicalPlan {
        try converted(plan, plan.columns.map { $0.type == .unknown ? .text : $0.type }, range)
    }
}

extension LogicalPlan {
    /// Whether the plan reads the step before of a recursion.
    fileprivate func readsRecursion(_ number: Int) -> Bool {
        if case .recursionStep(number) = kind { return true }
        return inputs.contains { $0.readsRecursion(number) }
    }
}
