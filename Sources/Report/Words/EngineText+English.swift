internal import Formatting

extension EngineText {
    /// English: `Templates/text/en.yaml` says the same (a test compares them).
    package static let english = EngineText(
        language: "en", words: .english,
        phrases: [
            // Sentences.
            .rose: Phrase("rose"),
            .fell: Phrase("fell"),
            .unchanged: Phrase("stayed level"),
            .changeSentence: Phrase("{direction} {delta} to {value}"),
            .unchangedSentence: Phrase("stayed level at {value}"),
            .valueSentence: Phrase("came to {value}"),
            // Periods.
            .periodWeek: Phrase("Week {week}, {year}"),
            .periodWeekShort: Phrase("W{week}"),
            .periodWeekOf: Phrase("Week of {date}"),
            .periodQuarterShort: Phrase("Q{quarter}"),
            .periodFiscalYear: Phrase("FY{year}"),
            .periodFiscalQuarter: Phrase("FY{year}, quarter {quarter}"),
            .periodFiscalPeriod: Phrase("FY{year}, period {period}"),
            .periodFiscalPeriodShort: Phrase("P{period}"),
            // Charts: titles, subtitles, words for those who cannot see them.
            .chartByDay: Phrase("{measure} by day"),
            .chartByMonth: Phrase("{measure} by month"),
            .chartByCategory: Phrase("{measure}: top {count}"),
            .chartAlternative: Phrase(
                "{title}. {subtitle}. Highest: {highest} ({highestName}); lowest: {lowest} ({lowestName})."),
            .chartCompared: Phrase("{unit}, {period} against {comparison}"),
            .chartEmpty: Phrase("No {measure} in {period}. The source was read in full; there is nothing to show."),
            .chartEmptySoFar: Phrase("No {measure} in {period} so far. The source was read up to {date}."),
            .perDay: Phrase("{unit} a day"),
            .perMonth: Phrase("{unit} a month"),
            .unitPercent: Phrase("%"),
            .unitMoney: Phrase("{sign}"),
            .listSeparator: Phrase(", "),
            .partialBase: Phrase("same {days} days of {base}"),
            // Charts: what they say by themselves.
            .chartNoData: Phrase("no data"),
            .chartEmptyTitle: Phrase("Nothing in this period"),
            .chartEmptyNote: Phrase("The source was read; it has no rows for this chart."),
            .chartMissingTitle: Phrase("No data in this period"),
            .chartMissingNote: Phrase("No values were received. This is not a zero."),
            .chartZeroThroughout: Phrase("0 throughout"),
            .chartSoFar: Phrase("so far"),
            .chartOnePoint: Phrase("The first value. A trend line starts with the third."),
            .chartAxisStartsAt: Phrase("axis starts at {value}"),
            .chartOthers: Phrase("{value} others"),
            .chartOthersLeftOut: Phrase("{value} others not shown"),
            .chartMoreInGrey: Phrase("{value} more in grey"),
            .chartBarIsCut: Phrase("the bar of {value} is cut"),
            .chartLastRows: Phrase("the last {value} rows"),
            .chartMedian: Phrase("Median"),
            .chartLorenz: Phrase("the lower {1} have {2}"),
            .chartGini: Phrase("Gini coefficient {value}"),
            .chartSummaryLine: Phrase("last {1}; highest {2} ({3}); lowest {4} ({5})"),
            .chartSummaryRanking: Phrase("highest {1} ({2}); lowest {3} ({4})"),
            .chartSummarySpread: Phrase("{1} values from {2} to {3}, median {4}"),
            .chartSummaryFlow: Phrase("largest flow from {1} to {2}: {3}"),
            .chartSummarySpans: Phrase("{1} spans from {2} to {3}"),
            // Tables.
            .total: Phrase("Total"),
            .tableRows: Phrase([.one: "{period}, {count} row", .other: "{period}, {count} rows"]),
            .tableEmpty: Phrase("No rows in {period}. The source was read in full; the count is zero."),
            .tableEmptySoFar: Phrase("No rows in {period} so far. The source was read up to {date}."),
            .noRows: Phrase("No rows in this period"),
            .noRowsNote: Phrase("The source was read; it has nothing to list here."),
            .pageRows: Phrase(
                "{subtitle} · the first {shown} of {count} rows; total of all, and all in workbook and files"),
            .tableContinued: Phrase("{title} (continued)"),
            .carriedForward: Phrase("Carried forward"),
            .broughtForward: Phrase("Brought forward"),
            .roundedTo: Phrase("rounded to whole {unit}; totals are exact"),
            .columnsLeftOut: Phrase([
                .one: "{count} more column is in the workbook", .other: "{count} more columns are in the workbook",
            ]),
            // Freshness.
            .freshComplete: Phrase("Data complete to {date}"),
            .freshPartial: Phrase("Data to {date}"),
            .freshNote: Phrase("Everything that was in the source on {date} is counted."),
            .freshPartialNote: Phrase(
                "The period is not over: figures cover {dates} and are compared with the same days before."),
            .dataBegins: Phrase(
                "The data begins on {date}; what is compared with {comparison} covers less than all of it."),
            .sourceCompared: Phrase(
                "On {date} rows, sums and keys of all tables were compared with the source: nothing differs."),
            .sourceDiffers: Phrase("On {date} the data was compared with the source, and differs from it."),
            .otherCurrencies: Phrase(
                "Amounts in {currencies} are in tables of their own; all other figures leave them out."),
            // Findings.
            .findingMovement: Phrase("{measure} {change}."),
            .findingLargest: Phrase("{first} had the largest part of {measure}, {share}."),
            // What must be known first.
            .noticeIncomplete: Phrase("Not complete"),
            .noticeGap: Phrase("{model}: the data reaches to {reached} and should reach to {wanted}."),
            .noticeRestated: Phrase("Figures that were given out before have changed"),
            .noticeRestatement: Phrase("{figure}, {period}: {before} before, {now} now ({why})."),
            .noticeEarlierEdition: Phrase(
                "{count} further figures of tables have changed; their totals are above or in the files."),
            .becauseLate: Phrase("rows that came late"),
            .becauseDeleted: Phrase("rows that were deleted"),
            .becauseCorrected: Phrase("rows that were corrected"),
            .becauseDefinition: Phrase("another definition"),
            .becauseCalendar: Phrase("another calendar"),
            .becauseUnknown: Phrase("other data"),
            // Pages.
            .amountsIn: Phrase("amounts in {currency}"),
            .daysIn: Phrase("days in {zone}"),
            .comparedWith: Phrase("compared with {period}"),
            .pageOf: Phrase("Page {page} of {pages}"),
            .contents: Phrase("Contents"),
            .summary: Phrase("Summary"),
            .notes: Phrase("Notes"),
            .howFresh: Phrase("How fresh is this?"),
            .whatWordsMean: Phrase("What the words mean"),
            .looksWrong: Phrase("Something looks wrong?"),
            .quoteRun: Phrase(
                "Quote this run to whoever sent you the report. It names the data and the definitions behind every figure."
            ),
            .readFrom: Phrase([
                .one: "{source}, version {version}: {rows} row", .other: "{source}, version {version}: {rows} rows",
            ]),
            .readFromView: Phrase([.one: "{source}: {rows} row", .other: "{source}: {rows} rows"]),
            .notMeasured: Phrase("not measured"),
            // The static page and the list of a tenant's reports.
            .skipToContent: Phrase("Skip to the content"),
            .showFigures: Phrase("Show the figures"),
            .downloads: Phrase("Files"),
            .asWorkbook: Phrase("Workbook"),
            .asPages: Phrase("Pages for print"),
            .tablesAsText: Phrase("Tables as CSV"),
            .allReports: Phrase("All reports"),
            .reportsOf: Phrase("Reports of {tenant}"),
            .latest: Phrase("latest"),
            .isComplete: Phrase("complete"),
            .isPartial: Phrase("still running"),
            .tableOnPage: Phrase([
                .one: "{shown} row of {count}; all in the files", .other: "{shown} rows of {count}; all in the files",
            ]),
            .valueAt: Phrase("{name}: {value}"),
            .date: Phrase("Date"),
            .category: Phrase("Name"),
            .noReports: Phrase("There is no report yet."),
            // The workbook.
            .sheetSummary: Phrase("Summary"),
            .sheetDefinitions: Phrase("Definitions"),
            .sheetAbout: Phrase("About"),
            .measure: Phrase("Measure"),
            .value: Phrase("Value"),
            .compared: Phrase("Compared with"),
            .change: Phrase("Change"),
            .term: Phrase("Word"),
            .meaning: Phrase("Meaning"),
            .source: Phrase("Source"),
            .sourceVersion: Phrase("Version"),
            .sourceRows: Phrase("Rows"),
            .aboutSubject: Phrase("Made for"),
            .aboutTenant: Phrase("Tenant"),
            .aboutReport: Phrase("Report"),
            .aboutPeriod: Phrase("Period"),
            .aboutDates: Phrase("Dates"),
            .aboutZone: Phrase("Time zone"),
            .aboutCurrency: Phrase("Currency"),
            .aboutAsOf: Phrase("Data as of"),
            .aboutComplete: Phrase("Period complete"),
            .aboutRun: Phrase("Run"),
            .aboutDefinition: Phrase("Definition (SHA-256)"),
            .aboutEngine: Phrase("Engine"),
            .continued: Phrase("{name} ({number})"),
            .exactAsText: Phrase([
                .one: "{count} number has more digits than a spreadsheet keeps; it is written as text.",
                .other: "{count} numbers have more digits than a spreadsheet keeps; they are written as text.",
            ]),
            .cellTooLong: Phrase([
                .one:
                    "{count} text is longer than the 32,767 characters that a cell holds; it ends in … here and is whole in the CSV file.",
                .other:
                    "{count} texts are longer than the 32,767 characters that a cell holds; they end in … here and are whole in the CSV file.",
            ]),
            .plainWorkbook: Phrase(
                "The workbook has more than {count} rows: its tables are plain ranges with a filter."),
        ])
}
