internal import Columnar
internal import Kernels

/// The aggregates that every query has.
enum AggregateLibrary {
    static let all: [AggregateDefinition] =
        [count, sum, average, approximateCount, approximateQuantile, grouping] + extremes + truths + moments + quantiles
        + lists

    /// A state that keeps values; without DISTINCT and ORDER BY the plain one.
    private static func keeping(
        _ finisher: @escaping ListState.Finisher
    ) -> @Sendable ([LogicalType], [KeyOrder], Bool) throws(KernelError) -> any AggregateState {
        { types, orders, isDistinct throws(KernelError) in
            ListState(types: types, orders: orders, isDistinct: isDistinct, finisher)
        }
    }

    /// Distinct values are kept and then given to the plain state, group by group.
    private static func distinct(
        _ make: @escaping @Sendable () -> any AggregateState
    ) -> @Sendable ([LogicalType], [KeyOrder], Bool) throws(KernelError) -> any AggregateState {
        { types, orders, isDistinct throws(KernelError) in
            guard isDistinct else { return make() }
            return ListState(types: types, orders: [], isDistinct: true) { columns, starts throws(KernelError) in
                let state = make()
                state.grow(to: starts.count - 1)
                var groups = [UInt32](repeating: 0, count: starts[starts.count - 1])
                for group in 0..<starts.count - 1 {
                    for row in starts[group]..<starts[group + 1] { groups[row] = UInt32(group) }
                }
                let span = groups.span
                try state.update(span, columns.map { .column($0) }, mask: nil)
                return try state.finish()
            }
        }
    }

    private static let count = AggregateDefinition("count") { types, _ in
        guard types.count <= 1 else { return nil }
        return AggregateFunction(
            arguments: types.map { $0 == .unknown ? .text : $0 }, result: .int64, empty: .int(0),
            makeState: { types, orders, isDistinct throws(KernelError) in
                guard isDistinct, types.count == 1, DistinctCountState.counts(types[0]) else {
                    return try distinct({ CountState() })(types, orders, isDistinct)
                }
                return DistinctCountState(types[0])
            })
    }

    private static let approximateCount = AggregateDefinition("approx_count_distinct") { types, _ in
        guard types.count == 1, types[0].hasSimpleOrder || types[0] == .unknown else { return nil }
        return AggregateFunction(
            arguments: [types[0] == .unknown ? .text : types[0]], result: .int64, isIdempotent: true, empty: .int(0)
        ) { _, _, _ throws(KernelError) in ApproximateCountState() }
    }

    private static let approximateQuantile = AggregateDefinition("approx_quantile") { types, constants in
        guard types.count == 2, types[0].isNumeric, let fraction = fraction(constants[1]) else { return nil }
        return AggregateFunction(arguments: [.double], result: .double) { _, _, _ throws(KernelError) in
            QuantileSketchState(fraction: fraction)
        }
    }

    /// Which of its arguments a grouping set leaves out: a bit for each, the last one lowest.
    private static let grouping = AggregateDefinition("grouping") { types, _ in
        guard (1...31).contains(types.count) else { return nil }
        return AggregateFunction(arguments: types, result: .int32, ignoresNulls: false, isIdempotent: true) {
            _, _, _ throws(KernelError) in GroupingState()
        }
    }

    private static let sum = AggregateDefinition("sum") { types, _ in
        guard types.count == 1 else { return nil }
        let result: SQLType
        switch types[0] {
        case .int16, .int32, .int64: result = .decimal(precision: 38, scale: 0)
        case .decimal(_, let scale): result = .decimal(precision: 38, scale: scale)
        case .double, .float: result = .double
        default: return nil
        }
        let input: SQLType = types[0] == .float ? .double : types[0]
        return AggregateFunction(
            arguments: [input], result: result,
            makeState: distinct { SumState(.sum, type: result.logical, input: input.logical) })
    }

    private static let average = AggregateDefinition("avg") { types, _ in
        guard types.count == 1 else { return nil }
        let result: SQLType
        switch types[0] {
        case .int16, .int32, .int64: result = .decimal(precision: 38, scale: 16)
        case .decimal(_, let scale): result = .decimal(precision: 38, scale: max(16, scale))
        case .double, .float: result = .double
        default: return nil
        }
        let input: SQLType = types[0] == .float ? .double : types[0]
        return AggregateFunction(
            arguments: [input], result: result,
            makeState: distinct { SumState(.average, type: result.logical, input: input.logical) })
    }

    private static let extremes: [AggregateDefinition] = [("min", false), ("max", true)].map { name, isMaximum in
        AggregateDefinition(name) { types, _ in
            guard types.count == 1, types[0].hasSimpleOrder else { return nil }
            let type: SQLType = types[0] == .float ? .double : types[0] == .unknown ? .text : types[0]
            return AggregateFunction(arguments: [type], result: type, isIdempotent: true) {
                _, _, _ throws(KernelError) in
                ExtremeState(type: type.logical, isMaximum: isMaximum)
            }
        }
    }

    private static let truths: [AggregateDefinition] = [("bool_and", false), ("every", false), ("bool_or", true)].map {
        name, isMaximum in
        AggregateDefinition(name) { types, _ in
            guard types == [.bool] else { return nil }
            return AggregateFunction(arguments: [.bool], result: .bool, isIdempotent: true) {
                _, _, _ throws(KernelError) in
                ExtremeState(type: .bool, isMaximum: isMaximum)
            }
        }
    }

    private static let moments: [AggregateDefinition] = {
        let single: [(String, MomentState.Result)] = [
            ("stddev", .deviationSample), ("stddev_samp", .deviationSample), ("stddev_pop", .deviationPopulation),
            ("variance", .varianceSample), ("var_samp", .varianceSample), ("var_pop", .variancePopulation),
        ]
        let pairs: [(String, MomentState.Result)] = [
            ("corr", .correlation), ("covar_samp", .covarianceSample), ("covar_pop", .covariancePopulation),
            ("regr_slope", .slope), ("regr_intercept", .intercept), ("regr_r2", .determination),
            ("regr_count", .count), ("regr_avgx", .averageX), ("regr_avgy", .averageY), ("regr_sxx", .squaresX),
            ("regr_syy", .squaresY), ("regr_sxy", .products),
        ]
        func definition(_ name: String, _ result: MomentState.Result, _ count: Int) -> AggregateDefinition {
            AggregateDefinition(name) { types, _ in
                guard types.count == count, types.allSatisfy({ $0.isNumeric || $0 == .unknown }) else { return nil }
                return AggregateFunction(
                    arguments: Array(repeating: .double, count: count), result: result == .count ? .int64 : .double,
                    empty: result == .count ? .int(0) : .null, makeState: distinct { MomentState(result) })
            }
        }
        return single.map { definition($0.0, $0.1, 1) } + pairs.map { definition($0.0, $0.1, 2) }
    }()

    private static func fraction(_ constant: Scalar?) -> Double? {
        let value: Double?
        switch constant {
        case .decimal(let number)?: value = Decimals.double(number.unscaled, scale: number.scale)
        case .double(let number)?: value = number
        case .int(let number)?: value = Double(number)
        default: value = nil
        }
        return value.flatMap { (0...1).contains($0) ? $0 : nil }
    }

    private static let ascending = KeyOrder(isDescending: false, nullsFirst: false)

    private static let quantiles: [AggregateDefinition] = [
        AggregateDefinition("median") { types, _ in
            types.count == 1 && types[0].isNumeric ? interpolated(0.5) : nil
        },
        AggregateDefinition("quantile_cont") { types, constants in
            guard types.count == 2, types[0].isNumeric, let fraction = fraction(constants[1]) else { return nil }
            return interpolated(fraction)
        },
        AggregateDefinition("quantile_disc") { types, constants in
            guard types.count == 2, types[0].hasSimpleOrder, let fraction = fraction(constants[1]) else { return nil }
            return AggregateFunction(
                arguments: [types[0]], result: types[0], order: [ascending],
                makeState: keeping(Finishers.discrete(fraction)))
        },
        AggregateDefinition("mode") { types, _ in
            guard types.count == 1, types[0].hasSimpleOrder else { return nil }
            return AggregateFunction(
                arguments: types, result: types[0], order: [ascending], makeState: keeping(Finishers.mode))
        },
    ]

    private static func interpolated(_ fraction: Double) -> AggregateFunction {
        AggregateFunction(
            arguments: [.double], result: .double, makeState: keeping(Finishers.interpolated(fraction)))
    }

    private static let lists: [AggregateDefinition] = [
        AggregateDefinition("array_agg") { types, _ in
            guard types.count == 1 else { return nil }
            let type = SQLType.list(types[0] == .unknown ? .text : types[0])
            return AggregateFunction(
                arguments: types, result: type, ignoresNulls: false, makeState: keeping(Finishers.list(type.logical)))
        },
        AggregateDefinition("string_agg") { types, _ in
            guard types.count == 2 else { return nil }
            return AggregateFunction(
                arguments: [.text, .text], result: .text, makeState: keeping(Finishers.joinedText))
        },
        AggregateDefinition("any_value") { types, _ in
            guard types.count == 1 else { return nil }
            return AggregateFunction(arguments: types, result: types[0], makeState: keeping(Finishers.first))
        },
        extreme("min_by", isDescending: false), extreme("max_by", isDescending: true),
        extreme("arg_min", isDescending: false), extreme("arg_max", isDescending: true),
    ]

    /// `min_by(value, key)`: the value of the row with the least key; the first such row.
    private static func extreme(_ name: String, isDescending: Bool) -> AggregateDefinition {
        AggregateDefinition(name) { types, _ in
            guard types.count == 2, types[1].hasSimpleOrder else { return nil }
            return AggregateFunction(
                arguments: types, result: types[0], order: [KeyOrder(isDescending: isDescending, nullsFirst: false)],
                makeState: keeping(Finishers.first))
        }
    }
}

extension SQLType {
    /// Whether values are ordered one by one: not lists and structures.
    var hasSimpleOrder: Bool {
        switch self {
        case .list, .structure, .interval: false
        default: true
        }
    }
}
