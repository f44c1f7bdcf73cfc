package import Columnar

/// A copy that is ready to run: the columns by name, their types, and the statement.
///
/// It is made and run in the same transaction, so that nothing changes in between.
package struct CopyPlan: Sendable {
    /// A column that is read.
    package struct PlannedColumn: Sendable {
        /// Its name at the source.
        package let name: String
        /// How its values are read.
        package let type: CopyType

        package init(_ name: String, _ type: CopyType) {
            self.name = name
            self.type = type
        }
    }

    /// The columns in the lake: names that Delta takes, `almanac.type` and, where it differs, `almanac.name` (the
    /// name at the source) in their metadata.
    package let schema: Schema
    /// The pages of the table that are read; nil for all.
    package private(set) var pages: HeapPages?
    /// The columns, in the schema's order.
    package let columns: [PlannedColumn]
    /// How many pages the table's main file had; nil for a query, and where the catalogue was not asked.
    package let heapPageCount: Int?
    /// The places of the columns that know a row.
    let keyColumns: [Int]
    private(set) var naiveTimestamps: NaiveTimestamps
    let refusalPolicy: RefusalPolicy
    /// `SELECT … FROM …`, and the condition that every row must meet.
    private let selection: String
    private var conditions: [String]

    init(
        schema: Schema, selection: String, conditions: [String], columns: [PlannedColumn], keyColumns: [Int],
        naiveTimestamps: NaiveTimestamps, refusalPolicy: RefusalPolicy, heapPageCount: Int? = nil
    ) {
        self.schema = schema
        self.heapPageCount = heapPageCount
        self.selection = selection
        self.conditions = conditions
        self.columns = columns
        self.keyColumns = keyColumns
        self.naiveTimestamps = naiveTimestamps
        self.refusalPolicy = refusalPolicy
    }

    /// A plan for a stream that comes from elsewhere, such as a file or a test.
    package init(
        columns: [PlannedColumn], naiveTimestamps: NaiveTimestamps = .undeclared, refusalPolicy: RefusalPolicy = .fail
    ) {
        self.init(
            schema: Schema(columns.map { Field($0.name, $0.type.logicalType) }), selection: "", conditions: [],
            columns: columns, keyColumns: [], naiveTimestamps: naiveTimestamps, refusalPolicy: refusalPolicy)
    }

    /// The statement.
    package var statement: String {
        let conditions = conditions + (pages?.conditions ?? [])
        let narrowed = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        return "COPY (\(selection)\(narrowed)) TO STDOUT (FORMAT binary)"
    }

    /// The same columns of some pages of the table.
    ///
    /// - Precondition: the plan is of a table that `heapPageCount(of:)` knows.
    package func narrowed(to pages: HeapPages) -> CopyPlan {
        var plan = self
        plan.pages = pages
        return plan
    }

    /// The same columns of the rows that meet further conditions.
    ///
    /// - Precondition: the columns that they are about are the plan's, and were not left out of it.
    package func with(
        conditions further: [CopyRequest.Condition], _ connection: PostgresConnection
    ) throws(PostgresError) -> CopyPlan {
        var plan = self
        for condition in further { plan.conditions.append(try connection.sql(condition)) }
        return plan
    }

    /// The same columns with another rule for timestamps without a zone: their types do not depend on which one it is.
    package func with(naiveTimestamps: NaiveTimestamps) -> CopyPlan {
        var plan = self
        plan.naiveTimestamps = naiveTimestamps
        return plan
    }
}

extension PostgresConnection {
    /// Asks the server what the columns are and plans how each is read.
    ///
    /// - Throws: `noSuchTable`, `noSuchColumn`, `notPermitted`, `unsupportedType`, `undeclaredType`, `invalidQuery`.
    package func plan(_ request: CopyRequest) throws(PostgresError) -> CopyPlan {
        let origin = try relation(request.source)
        let available = try describe("SELECT * FROM \(origin)")
        try check(request, available)
        let selected = available.filter {
            !request.excludedColumns.contains($0.name) && request.columns?.contains($0.name) != false
        }
        guard !selected.isEmpty else { throw PostgresError(.noSuchColumn, "no column is left to read") }

        let facts = try columnFacts(selected, isTable: request.source.isTable)
        var resolver = TypeResolver(self, hasNaiveTimestamps: request.naiveTimestamps.isDeclared)
        var columns: [CopyPlan.PlannedColumn] = []
        var fields: [Field] = []
        var expressions: [String] = []
        let lakeNames = LakeNames.encode(selected.map(\.name))
        for (index, column) in selected.enumerated() {
            let resolution = try resolver.resolve(
                column.type, column: column.name, declared: request.declarations[column.name])
            let reference = "source." + (try quotedIdentifier(column.name))
            expressions.append(resolution.isCastToText ? "\(reference)::\(resolution.cast)" : reference)
            columns.append(.init(column.name, resolution.type))
            var metadata = ["almanac.type": facts.typeNames[index]]
            if lakeNames[index] != column.name { metadata["almanac.name"] = column.name }
            fields.append(
                Field(
                    lakeNames[index], resolution.type.logicalType,
                    isNullable: request.refusalPolicy == .discardValue || !facts.areNotNull[index],
                    metadata: metadata))
        }
        return CopyPlan(
            schema: Schema(fields), selection: "SELECT \(expressions.joined(separator: ", ")) FROM \(origin)",
            conditions: try request.conditions.map(sql), columns: columns,
            keyColumns: request.keyColumns.compactMap { key in columns.firstIndex { $0.name == key } },
            naiveTimestamps: request.naiveTimestamps, refusalPolicy: request.refusalPolicy,
            heapPageCount: facts.heapPageCount)
    }

    /// The source under the name that expressions use. The line break ends a comment at the end of a query.
    func relation(_ source: CopyRequest.Source) throws(PostgresError) -> String {
        switch source {
        case .table(let name): try name.quoted() + " AS source"
        case .query(let sql): "(\n\(Self.withoutSemicolon(sql))\n) AS source"
        }
    }

    private static func withoutSemicolon(_ sql: String) -> String {
        var text = Substring(sql)
        while let last = text.last, last.isWhitespace || last == ";" { text.removeLast() }
        return String(text)
    }

    func sql(_ condition: CopyRequest.Condition) throws(PostgresError) -> String {
        let column = "source." + (try quotedIdentifier(condition.column))
        let value = try quotedLiteral(condition.value)
        return switch condition.comparison {
        case .equal: "\(column) = \(value)"
        // Two conditions that an index of the column answers.
        case .atLeastOrNull: "(\(column) >= \(value) OR \(column) IS NULL)"
        case .atLeast: "\(column) >= \(value)"
        case .below: "\(column) < \(value)"
        // The literal becomes an array of the column's type.
        case .anyOf: "\(column) = ANY (\(value))"
        }
    }

    private func check(_ request: CopyRequest, _ available: [ResultColumn]) throws(PostgresError) {
        var names: Set<String> = []
        for column in available where !names.insert(column.name).inserted {
            throw PostgresError(
                .invalidQuery, "the query gives two columns with the name '\(column.name)'", hint: "name them apart")
        }
        let wanted = request.excludedColumns.union(request.declarations.keys).union(request.keyColumns).union(
            request.conditions.map(\.column))
        for name in wanted.sorted() where !names.contains(name) {
            throw PostgresError(
                .noSuchColumn, "there is no column '\(name)'",
                hint: "there are \(available.map(\.name).joined(separator: ", "))")
        }
    }
}

extension CopyRequest.Source {
    fileprivate var isTable: Bool {
        if case .table = self { true } else { false }
    }
}

extension NaiveTimestamps {
    fileprivate var isDeclared: Bool {
        if case .undeclared = self { false } else { true }
    }
}
