package import CivilTime
package import Columnar
package import Kernels

/// What a function may know beside its arguments.
package struct EvaluationContext: Sendable {
    /// The session's zone.
    package let zone: Zone
    /// The zones by name.
    package let zones: ZoneDatabase
    /// Weeks, fiscal years and holidays.
    package let calendar: TenantCalendar
    /// The instant of the query, microseconds since 1970 UTC: one for the whole of it.
    package let now: Int64

    package init(zone: Zone, zones: ZoneDatabase, calendar: TenantCalendar, now: Int64) {
        self.zone = zone
        self.zones = zones
        self.calendar = calendar
        self.now = now
    }
}

/// A scalar function bound to the types of its arguments.
package struct ScalarCall: Sendable {
    /// Computes rows.
    package typealias Kernel =
        @Sendable (_ arguments: [Operand], _ rowCount: Int, _ context: EvaluationContext) throws(KernelError) -> Column

    /// The function's name.
    package let name: String
    /// Whether some values are errors.
    package let canFail: Bool
    /// Whether two calls with the same arguments may differ.
    package let isVolatile: Bool
    /// The computation.
    package let kernel: Kernel

    package init(_ name: String, canFail: Bool = false, isVolatile: Bool = false, _ kernel: @escaping Kernel) {
        self.name = name
        self.canFail = canFail
        self.isVolatile = isVolatile
        self.kernel = kernel
    }
}

/// A scalar function of the registry: one name, one list of argument types, one result.
package struct ScalarFunction: Sendable {
    /// The types of the arguments; integers become decimals or doubles, and unknown literals anything, to fit.
    package let parameters: [SQLType]
    /// Whether the last parameter may stand any number of times.
    package let isVariadic: Bool
    /// The type of the result.
    package let result: SQLType
    /// The computation.
    package let call: ScalarCall

    package init(
        _ name: String, _ parameters: [SQLType], _ result: SQLType, isVariadic: Bool = false, canFail: Bool = false,
        _ kernel: @escaping ScalarCall.Kernel
    ) {
        self.parameters = parameters
        self.isVariadic = isVariadic
        self.result = result
        call = ScalarCall(name, canFail: canFail, kernel)
    }
}

/// The functions of a library: several of one name differ in their parameters.
package struct FunctionRegistry: Sendable {
    private(set) var scalars: [String: [ScalarFunction]] = [:]
    private(set) var aggregates: [String: AggregateDefinition] = [:]
    private(set) var tables: [String: TableFunction] = [:]

    /// The functions that every query has.
    package static let standard: FunctionRegistry = {
        var registry = FunctionRegistry()
        registry.add(MathFunctions.all)
        registry.add(TextFunctions.all)
        registry.add(TimeFunctions.all)
        registry.add(TimeMeasures.all)
        registry.add(CalendarFunctions.all)
        registry.add(LocalDateFunction.all)
        registry.add(ListFunctions.all)
        registry.add(PatternFunctions.all)
        registry.add(JSONFunctions.all)
        for definition in AggregateLibrary.all { registry.aggregates[definition.name] = definition }
        return registry
    }()

    package init() {}

    /// Adds scalar functions.
    package mutating func add(_ functions: [ScalarFunction]) {
        for function in functions { scalars[function.call.name, default: []].append(function) }
    }

    /// Adds an aggregate.
    package mutating func add(_ aggregate: AggregateDefinition) { aggregates[aggregate.name] = aggregate }

    /// Adds a table function; one of the same name gives way.
    package mutating func add(_ function: TableFunction) { tables[function.name] = function }

    var names: [String] { Array(scalars.keys) + Array(aggregates.keys) }
}
