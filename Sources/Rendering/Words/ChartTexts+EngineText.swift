package import ChartGrammar
package import Report

extension ChartTexts {
    /// The words that charts say by themselves, from a language's catalogue.
    package init(_ text: EngineText) {
        self.init()
        let template = { (key: EngineText.Key) in Self.positional(text.template(key)) }
        noData = template(.chartNoData)
        emptyTitle = template(.chartEmptyTitle)
        emptyNote = template(.chartEmptyNote)
        missingTitle = template(.chartMissingTitle)
        missingNote = template(.chartMissingNote)
        zeroThroughout = template(.chartZeroThroughout)
        soFar = template(.chartSoFar)
        onePoint = template(.chartOnePoint)
        axisStartsAt = template(.chartAxisStartsAt)
        others = template(.chartOthers)
        othersLeftOut = template(.chartOthersLeftOut)
        moreInGrey = template(.chartMoreInGrey)
        barIsCut = template(.chartBarIsCut)
        lastRows = template(.chartLastRows)
        median = template(.chartMedian)
        lorenz = template(.chartLorenz)
        gini = template(.chartGini)
        summaryLine = template(.chartSummaryLine)
        summaryRanking = template(.chartSummaryRanking)
        summarySpread = template(.chartSummarySpread)
        summaryFlow = template(.chartSummaryFlow)
        summarySpans = template(.chartSummarySpans)
    }

    /// Charts write `%` for each place, in order; catalogues `{value}`, or `{1}` to `{5}` in that order.
    private static func positional(_ text: String) -> String {
        ["{value}", "{1}", "{2}", "{3}", "{4}", "{5}"].reduce(text) { $0.replacing($1, with: "%") }
    }
}
