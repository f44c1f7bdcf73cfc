package import Columnar
package import Kernels

/// An aggregate bound to the types of its arguments.
package struct AggregateFunction: Sendable {
    /// What the arguments are converted to; constants that the function took are no arguments any more.
    package let arguments: [SQLType]
    /// The type of the result.
    package let result: SQLType
    /// Whether rows with a NULL argument are left out.
    package let ignoresNulls: Bool
    /// Whether equal arguments change nothing (`min`, `bool_and`), so that DISTINCT is void.
    package let isIdempotent: Bool
    /// Whether values are kept in the order of a last argument that the function adds.
    package let order: [KeyOrder]
    /// The result of no rows at all.
    package let empty: Scalar
    /// Makes a state; with DISTINCT or ORDER BY a state that keeps the values.
    /// - Parameters: the types of the arguments with those to order by at the end, their orders, DISTINCT.
    package let makeState: @Sendable ([LogicalType], [KeyOrder], Bool) throws(KernelError) -> any AggregateState

    package init(
        arguments: [SQLType], result: SQLType, ignoresNulls: Bool = true, isIdempotent: Bool = false,
        order: [KeyOrder] = [], empty: Scalar = .null,
        makeState: @escaping @Sendable ([LogicalType], [KeyOrder], Bool) throws(KernelError) -> any AggregateState
    ) {
        self.arguments = arguments
        self.result = result
        self.ignoresNulls = ignoresNulls
        self.isIdempotent = isIdempotent
        self.order = order
        self.empty = empty
        self.makeState = makeState
    }
}

/// An aggregate of the registry.
package struct AggregateDefinition: Sendable {
    /// The name.
    package let name: String
    /// Binds it: the types of the arguments, and their values where they are constants. Nil where it does not take them.
    package let resolve: @Sendable (_ types: [SQLType], _ constants: [Scalar?]) -> AggregateFunction?

    package init(_ name: String, _ resolve: @escaping @Sendable ([SQLType], [Scalar?]) -> AggregateFunction?) {
        self.name = name
        self.resolve = resolve
    }
}
