package import Columnar

/// A table function: an operator on the rows of a table argument, such as
/// `sessionize(TABLE events, actor => user_id, at => occurred_at, seq => event_id, gap => INTERVAL '30 minutes')`.
///
/// The engine cuts the table's rows into partitions, sorts each and gives them to the function batch by batch: a
/// partition is never cut, and the batches are computed side by side. Names and conditions in the arguments are those of
/// the table's columns.
package struct TableFunction: Sendable {
    /// An argument that the function takes by name.
    package struct Parameter: Sendable {
        /// What stands behind `name =>`.
        package enum Form: Sendable, Hashable {
            /// An expression of the table's columns, converted to the type where one is given.
            case column(SQLType?)
            /// A list of such expressions, as `[event = 'view', event = 'buy']`; one expression is a list of one.
            case columns(SQLType?)
            /// A value that is known before the query runs.
            case constant(SQLType)
            /// A list of such values.
            case constants(SQLType)
        }

        let name: String
        let form: Form
        let isRequired: Bool
        let meaning: String

        package init(_ name: String, _ form: Form, isRequired: Bool = true, _ meaning: String = "") {
            self.name = name
            self.form = form
            self.isRequired = isRequired
            self.meaning = meaning
        }
    }

    let name: String
    let parameters: [Parameter]
    let partition: [String]
    let order: [String]
    let keepsRows: Bool
    let documentation: FunctionDocumentation?
    let bind: @Sendable (TableFunctionArguments) throws -> BoundTableFunction

    /// - Parameters:
    ///   - name: the name in SQL, in lower case.
    ///   - partition: the parameters whose values divide the rows into partitions; NULL is a value of its own. Where none
    ///     of them is given, all rows are one partition.
    ///   - order: the parameters whose values order the rows of a partition, ascending, NULLs last; rows that they do not
    ///     tell apart keep the table's order.
    ///   - keepsRows: whether the answer has the table's rows and columns, to which the function adds its own: `evaluate`
    ///     then gives one row for each row, in order.
    ///   - documentation: what DESCRIBE FUNCTION says.
    ///   - bind: is given the arguments before the query runs; what it throws is an error of the query.
    package init(
        _ name: String, parameters: [Parameter], partition: [String], order: [String], keepsRows: Bool = false,
        documentation: FunctionDocumentation? = nil,
        bind: @escaping @Sendable (TableFunctionArguments) throws -> BoundTableFunction
    ) {
        self.name = name
        self.parameters = parameters
        self.partition = partition
        self.order = order
        self.keepsRows = keepsRows
        self.documentation = documentation
        self.bind = bind
    }
}

/// The arguments of a call of a table function.
package struct TableFunctionArguments: Sendable {
    /// A column of the batches that the function is given.
    package struct BatchColumn: Sendable, Hashable {
        /// Its position in the batch.
        package let position: Int
        /// Its type.
        package let type: SQLType
        /// Its text in the query: a name for a step that has none.
        package let text: String
    }

    /// The session's zone, the zones, the instant of the query.
    package let context: EvaluationContext
    private let columns: [String: [BatchColumn]]
    private let values: [String: [Scalar]]

    init(context: EvaluationContext, columns: [String: [BatchColumn]], values: [String: [Scalar]]) {
        self.context = context
        self.columns = columns
        self.values = values
    }

    /// The column of a parameter; nil where it is not given.
    package func column(_ name: String) -> BatchColumn? { columns[name]?.first }
    /// The columns of a parameter; none where it is not given.
    package func columns(_ name: String) -> [BatchColumn] { columns[name] ?? [] }
    /// The value of a parameter; nil where it is not given.
    package func constant(_ name: String) -> Scalar? { values[name]?.first }
    /// The values of a parameter; none where it is not given.
    package func constants(_ name: String) -> [Scalar] { values[name] ?? [] }
    /// How many columns the batches have.
    package var columnCount: Int { columns.values.reduce(0) { $0 + $1.count } }
}

/// A table function whose arguments are known.
package struct BoundTableFunction: Sendable {
    /// Computes a batch: whole partitions, sorted.
    ///
    /// `partitionStarts` holds the first row of each partition, ascending, beginning with 0. The columns of the answer
    /// have the types of `columns`, in their order.
    package typealias Evaluate =
        @Sendable (_ batch: ColumnBatch, _ partitionStarts: [Int]) throws -> ColumnBatch

    /// Which rows a function looks at: those that it does not look at are left out before they are moved and sorted.
    package enum Rows: Sendable, Hashable {
        /// All of them.
        case all
        /// Those for which one of the arguments at these positions is true.
        case whereAny([Int])
        /// Of rows that are alike in all arguments one; rows without a value to partition by are all kept. The function
        /// may be given rows that are alike all the same, beside each other where the order takes in all arguments.
        case distinct
    }

    /// The columns that the function makes.
    package let columns: [AnswerColumn]
    /// The rows that it looks at.
    package let rows: Rows
    /// Computes a batch.
    package let evaluate: Evaluate
    /// Puts the answers of all batches together (sums of counts, say), also of none; nil where they stand behind each
    /// other. The order of the answers does not depend on threads.
    package let combine: (@Sendable ([ColumnBatch]) throws -> ColumnBatch)?
    /// What has to be known of all batches before the first answer.
    package let firstPass: FirstPass?
    /// Set where the rows are not cut into partitions, but read in an order.
    package let ordered: OrderedRows?

    /// What a function computes of all batches before it answers to any: they are read twice.
    package struct FirstPass: Sendable {
        let evaluate: Evaluate
        let then: @Sendable ([ColumnBatch]) throws -> BoundTableFunction

        /// - Parameters:
        ///   - evaluate: computes what a batch adds to what has to be known.
        ///   - then: is given that of all batches, and makes the function that answers, with the same columns.
        package init(
            evaluate: @escaping Evaluate, then: @escaping @Sendable ([ColumnBatch]) throws -> BoundTableFunction
        ) {
            self.evaluate = evaluate
            self.then = then
        }
    }

    package init(
        columns: [AnswerColumn], rows: Rows = .all, firstPass: FirstPass? = nil,
        combine: (@Sendable ([ColumnBatch]) throws -> ColumnBatch)? = nil, evaluate: @escaping Evaluate
    ) {
        self.columns = columns
        self.rows = rows
        self.firstPass = firstPass
        self.evaluate = evaluate
        self.combine = combine
        ordered = nil
    }

    /// A function that reads all rows once, in an order.
    package init(columns: [AnswerColumn], ordered: OrderedRows) {
        self.columns = columns
        self.ordered = ordered
        rows = .all
        firstPass = nil
        combine = nil
        evaluate = { batch, _ in batch }
    }
}

/// Rows that are read once, in an order, by a reader whose state does not grow with them: what can't be computed by
/// partitions that memory holds.
package struct OrderedRows: Sendable {
    let keys: [SQLType]
    let order: [Int]
    let rows: @Sendable (ColumnBatch) throws -> ColumnBatch
    let begin: @Sendable () -> any OrderedRowReader

    /// - Parameters:
    ///   - keys: the types of columns that `rows` puts behind the arguments.
    ///   - order: the positions of the columns to order by, arguments and those behind them; ascending, NULLs last. Rows
    ///     that they do not tell apart keep the table's order.
    ///   - rows: the rows to be read of a batch of arguments: some of them, or some more than once.
    ///   - begin: makes a reader.
    package init(
        keys: [SQLType], order: [Int], rows: @escaping @Sendable (ColumnBatch) throws -> ColumnBatch,
        begin: @escaping @Sendable () -> any OrderedRowReader
    ) {
        self.keys = keys
        self.order = order
        self.rows = rows
        self.begin = begin
    }
}

/// Reads rows in their order.
package protocol OrderedRowReader: AnyObject {
    /// Reads the next rows.
    func read(_ batch: ColumnBatch) throws
    /// The answer, when all rows are read.
    func answer() throws -> ColumnBatch
}

/// A call of a table function in a plan.
struct TableFunctionCall: Sendable {
    let name: String
    var function: BoundTableFunction
    let keepsRows: Bool
    /// The columns of the batches, by position.
    var expressions: [Expression]
    let names: [String]
    /// Positions of the columns to partition by, and to order by.
    let partition: [Int]
    let order: [Int]
    let range: SourceRange
}
