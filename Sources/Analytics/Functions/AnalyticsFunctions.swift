package import Query

/// The operators of analytics as table functions of SQL.
package enum AnalyticsFunctions {
    /// All of them.
    package static let all: [TableFunction] = engagement + trends + attribution + ledger + revenue + privacy

    /// Who is active, how often and for how long.
    static let engagement: [TableFunction] = [
        ActiveUsersFunction.activeUsers, ActiveUsersFunction.growthAccounting, ConcurrencyFunction.function,
        CounterDeltasFunction.function, EngagementRatesFunction.function, FunnelFunction.function,
        HabitCompletionFunction.function, RetentionFunction.function, SessionsFunction.function,
        StreaksFunction.function, SurvivalFunction.curve, SurvivalFunction.median,
    ]
    /// Series over time.
    static let trends: [TableFunction] = [
        TrendSeriesFunction.function, TrendTestFunction.function, DecomposeFunction.function,
        AnomaliesFunction.function,
        ForecastFunction.function, TrendingFunction.function,
    ]
    /// Which channel earned a conversion.
    static let attribution: [TableFunction] = [AttributionFunction.function]
    /// What may be shown of people.
    static let privacy: [TableFunction] = [SuppressSmallCellsFunction.function]
    /// Balances, circles, scores and loans.
    static let ledger: [TableFunction] = [
        LedgerRunningFunction.function, StatementFunction.function, BalanceAtFunction.function,
        ContributionStatusFunction.function, RotationFunction.function, MemberPositionFunction.function,
        ReconcileFunction.function, ScoreHistoryFunction.function, LoanBookFunction.function,
    ]
    /// Recurring revenue, sales and cohorts.
    static let revenue: [TableFunction] = [
        MRRBridgeFunction.function, SalesFunction.function, CohortRevenueFunction.function,
    ]
}
