internal import ChartGrammar
internal import Report

extension ChartTexts {
    /// The words that charts say by themselves, from a language's catalogue. Charts write `%` for the places of a
    /// text, catalogues `{value}`.
    init(_ text: EngineText) {
        self.init()
        let template = { (key: EngineText.Key) in text.template(key).replacing("{value}", with: "%") }
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
}
