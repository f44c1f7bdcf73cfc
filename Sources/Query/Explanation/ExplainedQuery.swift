internal import Columnar
internal import Foundation
internal import Kernels

/// A query's plan, with what each operator took where it was run: for people and for programs.
package struct ExplainedQuery: Sendable, Encodable {
    /// The operator that gives the answer.
    package let plan: ExplainedOperator
    /// Of a query that was run: rows of the answer, seconds of the whole, the most bytes that operators held at once.
    package var rows: Int?
    package var seconds: Double?
    package var peakBytes: Int?
    /// Bytes that went to disk for want of memory.
    package var spilledBytes: Int?

    /// The plan as lines, inputs below and indented.
    package var lines: [String] {
        var lines = plan.lines(depth: 0)
        if let rows, let seconds {
            let memory = peakBytes.map { ", \(Self.bytes($0)) held at most" } ?? ""
            let spilled = spilledBytes.map { $0 > 0 ? ", \(Self.bytes($0)) put away on disk" : "" } ?? ""
            lines.append("\(rows) rows in \(ExplainedOperator.time(seconds))\(memory)\(spilled)")
        }
        return lines
    }

    /// The same as JSON, keys sorted.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    static func bytes(_ count: Int) -> String {
        count < 10_000 ? "\(count) B" : count < 10_000_000 ? "\(count >> 10) KiB" : "\(count >> 20) MiB"
    }
}

/// An operator of a plan.
package struct ExplainedOperator: Sendable, Encodable {
    /// What it is: `scan`, `hash join`.
    package let name: String
    /// Its table, keys or conditions.
    package let details: [String]
    /// Of a query that was run: rows that it gave, and seconds with its inputs, summed over threads.
    package var rows: Int?
    package var seconds: Double?
    /// Bytes that it put away on disk for want of memory.
    package var spilledBytes: Int?
    /// Of a scan of a query that was run.
    package var filesRead: Int?
    package var filesSkipped: Int?
    package var rowGroupsRead: Int?
    package var rowGroupsSkipped: Int?
    package var pagesRead: Int?
    package var pagesSkipped: Int?
    package var bytesRead: Int64?
    /// What it reads from.
    package var inputs: [ExplainedOperator]

    func lines(depth: Int) -> [String] {
        let indent = String(repeating: "  ", count: depth)
        var head = indent + name
        if !details.isEmpty { head += "  " + details.joined(separator: "; ") }
        if let rows, let seconds {
            let spilled = spilledBytes.map { $0 > 0 ? ", \(ExplainedQuery.bytes($0)) put away on disk" : "" } ?? ""
            head += "  (\(rows) rows, \(Self.time(seconds))\(spilled))"
        }
        var lines = [head]
        if let rowGroupsRead, let rowGroupsSkipped, let filesRead, let filesSkipped, let bytesRead {
            let pages = (pagesRead ?? 0) + (pagesSkipped ?? 0) > 0
            lines.append(
                indent + "    files \(filesRead) read, \(filesSkipped) skipped; row groups \(rowGroupsRead) read, "
                    + "\(rowGroupsSkipped) skipped"
                    + (pages ? "; pages \(pagesRead ?? 0) read, \(pagesSkipped ?? 0) skipped" : "")
                    + "; \(ExplainedQuery.bytes(Int(bytesRead))) read")
        }
        return lines + inputs.flatMap { $0.lines(depth: depth + 1) }
    }

    static func time(_ seconds: Double) -> String {
        let micros = Int((seconds * 1e6).rounded())
        if micros < 10_000 { return "\(micros) µs" }
        return micros < 10_000_000 ? "\(micros / 1_000) ms" : "\(micros / 1_000_000) s"
    }
}

/// Makes the explanation of a plan.
struct Explainer {
    /// Nil where the query was not run.
    let meters: QueryMeters?
    private let names: [ColumnID: String]

    init(_ plan: LogicalPlan, meters: QueryMeters?) {
        self.meters = meters
        var names: [ColumnID: String] = [:]
        Self.gather(plan, &names)
        self.names = names
    }

    private static func gather(_ plan: LogicalPlan, _ names: inout [ColumnID: String]) {
        for input in plan.inputs { gather(input, &names) }
        for column in plan.columns where names[column.id] == nil { names[column.id] = column.name }
    }

    func explained(_ plan: LogicalPlan) -> ExplainedOperator {
        let (name, details) = described(plan)
        var made = ExplainedOperator(name: name, details: details, inputs: plan.inputs.map(explained))
        guard let meter = meters?.meter(of: plan) else { return made }
        made.rows = meter.rows
        made.seconds = Double(meter.nanoseconds) / 1e9
        made.spilledBytes = meter.spilledBytes
        if case .scan = plan.kind {
            let totals = meter.scan.totals
            made.filesRead = totals.filesRead
            made.filesSkipped = totals.filesSkipped
            made.rowGroupsRead = totals.rowGroupsRead
            made.rowGroupsSkipped = totals.rowGroupsSkipped
            made.pagesRead = totals.pagesRead
            made.pagesSkipped = totals.pagesSkipped
            made.bytesRead = totals.bytesRead
        }
        return made
    }

    private func described(_ plan: LogicalPlan) -> (String, [String]) {
        switch plan.kind {
        case .scan(let source, let names, let conditions):
            return (
                "scan",
                [source.name, "columns " + names.joined(separator: ", ")]
                    + (conditions.isEmpty ? [] : ["rules out by " + list(conditions)])
            )
        case .values(let rows): return ("values", ["\(rows.count) rows"])
        case .filter(_, let condition): return ("filter", [text(condition)])
        case .project(_, let expressions): return ("project", [list(expressions)])
        case .aggregate(_, let keys, let sets, let calls):
            return (
                "hash aggregate",
                (keys.isEmpty ? [] : ["by " + list(keys)]) + (sets.map { ["\($0.count) grouping sets"] } ?? [])
                    + (calls.isEmpty ? [] : [calls.map(text).joined(separator: ", ")])
            )
        case .window(_, let calls): return ("window", ["\(calls.count) functions"])
        case .join(let join): return described(join)
        case .sort(_, let keys, let limit):
            let order = keys.map { text($0.expression) + ($0.order.isDescending ? " desc" : "") }
            return (limit == nil ? "sort" : "top \(limit ?? 0)", [order.joined(separator: ", ")])
        case .limit(_, let limit, let offset):
            return ("limit", (limit.map { ["\($0)"] } ?? []) + (offset > 0 ? ["offset \(offset)"] : []))
        case .concatenation: return ("union all", [])
        case .setDifference(_, _, let isIntersection, let isAll):
            return ((isIntersection ? "intersect" : "except") + (isAll ? " all" : ""), [])
        case .unnest(_, let lists, _): return ("unnest", [list(lists)])
        case .tableFunction(_, let call): return ("table function \(call.name)", [list(call.expressions)])
        case .series(_, let bounds): return ("series", [list(bounds)])
        case .recursion(_, _, let number, let isAll): return ("recursion \(number)", isAll ? ["union all"] : ["union"])
        case .recursionStep(let number): return ("rows of recursion \(number)", [])
        case .shared(let shared): return ("shared plan \(shared.number)", [])
        }
    }

    private func described(_ join: JoinPlan) -> (String, [String]) {
        let kind =
            switch join.kind {
            case .inner: join.keys.isEmpty ? "cross join" : "hash join"
            case .left: "left hash join"
            case .full: "full hash join"
            case .semi: "semi hash join"
            case .anti: "anti hash join"
            case .mark: "mark hash join"
            case .single: "single hash join"
            case .asOf: "asof join"
            }
        let keys = join.keys.map { "\(text($0.left)) = \(text($0.right))" }
        return (
            kind, (keys.isEmpty ? [] : [keys.joined(separator: " and ")]) + (join.residual.map { [text($0)] } ?? [])
        )
    }

    private func list(_ expressions: [Expression]) -> String { expressions.map(text).joined(separator: ", ") }

    private func text(_ call: AggregateCall) -> String {
        "\(call.name)(\(call.isDistinct ? "distinct " : "")\(list(call.arguments)))"
            + (call.filter.map { " filter (\(text($0)))" } ?? "")
    }

    /// An expression as SQL, with the columns' names.
    private func text(_ expression: Expression) -> String {
        let parts = expression.children.map { child in
            child.children.count > 1 && !child.isCall ? "(\(text(child)))" : text(child)
        }
        switch expression.kind {
        case .column(let id): return names[id] ?? "column \(id.number)"
        case .constant(let value): return constant(value)
        case .call(let call, _): return "\(call.name)(\(parts.joined(separator: ", ")))"
        case .and: return parts.joined(separator: " and ")
        case .or: return parts.joined(separator: " or ")
        case .not: return "not \(parts[0])"
        case .isNull: return "\(parts[0]) is null"
        case .isTrue(_, let value): return "\(parts[0]) is \(value)"
        case .compare(let comparison, _, _): return "\(parts[0]) \(comparison.rawValue) \(parts[1])"
        case .isDistinct: return "\(parts[0]) is distinct from \(parts[1])"
        case .arithmetic(let operation, _, _): return "\(parts[0]) \(operation.rawValue) \(parts[1])"
        case .caseWhen: return "case …"
        case .cast(_, let isTry): return "\(isTry ? "try_cast" : "cast")(\(parts[0]) as \(expression.type))"
        case .isAmong(_, let values): return "\(parts[0]) in (\(values.map(constant).joined(separator: ", ")))"
        }
    }

    private func constant(_ value: Scalar) -> String {
        switch value {
        case .null: "null"
        case .text(let text): "'\(text.replacing("'", with: "''"))'"
        case .bool, .int, .unsigned, .decimal, .double, .float: TextValues.text(value)
        default: "'\(TextValues.text(value))'"
        }
    }
}

extension Expression {
    fileprivate var isCall: Bool {
        switch kind {
        case .call, .cast: true
        default: false
        }
    }
}
