package import Configuration
package import Formatting

/// The engine's own words in one language: those beside numbers and those of pages, charts, sentences and sheets.
///
/// `Templates/text/<language>.yaml` has the same keys; a language without a file reads English. Places for values are
/// written `{name}`. Where the words follow a number, a text is one for each plural category of the language:
/// `{ one: "{count} row", other: "{count} rows" }`.
package struct EngineText: Sendable, Hashable {
    /// The language, a BCP 47 tag: `pt-BR`.
    package let language: String
    /// The words beside numbers.
    package var words: FormatWords
    /// All others by their keys; every key is there.
    private let phrases: [Key: Phrase]
    private let plurals: PluralRules

    /// One text, or one for each plural category.
    struct Phrase: Sendable, Hashable {
        let forms: [PluralCategory: String]

        init(_ forms: [PluralCategory: String]) { self.forms = forms }
        init(_ text: String) { forms = [.other: text] }
    }

    init(language: String, words: FormatWords, phrases: [Key: Phrase]) {
        self.language = language
        self.words = words
        self.phrases = phrases
        plurals = LocaleData.of(language).plurals
    }

    /// A text by its key, with its places filled.
    package func callAsFunction(_ key: Key, _ values: [String: String] = [:]) -> String {
        Self.fill(template(key), values)
    }

    /// A text that follows a number, in the form that the number asks for.
    package func callAsFunction(_ key: Key, count: Int64, _ values: [String: String]) -> String {
        Self.fill(template(key, plurals.category(of: count)), values)
    }

    /// A text with its places still in it.
    package func template(_ key: Key, _ category: PluralCategory = .other) -> String {
        let forms = phrases[key]?.forms
        return forms?[category] ?? forms?[.other] ?? key.fileKey
    }

    /// The forms of a text, for tests of catalogues.
    package func forms(_ key: Key) -> [PluralCategory: String] { phrases[key]?.forms ?? [:] }

    /// Fills the places of a text, in one pass: what is filled in is never looked at again, whatever it contains.
    private static func fill(_ template: String, _ values: [String: String]) -> String {
        var rest = template[...]
        var filled = ""
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let name = String(rest[rest.index(after: open)..<close])
            filled += rest[..<open]
            filled += values[name] ?? "{\(name)}"
            rest = rest[rest.index(after: close)...]
        }
        return filled + rest
    }

    /// Every text of the engine.
    package enum Key: String, Sendable, Hashable, CaseIterable {
        // Sentences.
        case rose, fell, unchanged, changeSentence, unchangedSentence, valueSentence
        // Periods.
        case periodWeek, periodWeekShort, periodWeekOf, periodQuarterShort, periodFiscalYear, periodFiscalQuarter
        case periodFiscalPeriod, periodFiscalPeriodShort
        // Charts: titles, subtitles, words for those who cannot see them.
        case chartByDay, chartByMonth, chartByCategory, chartAlternative, chartCompared, chartEmpty, chartEmptySoFar
        case perDay, perMonth, unitPercent, unitMoney, listSeparator, partialBase
        // Charts: what they say by themselves.
        case chartNoData, chartEmptyTitle, chartEmptyNote, chartMissingTitle, chartMissingNote, chartZeroThroughout
        case chartSoFar, chartOnePoint, chartAxisStartsAt, chartOthers, chartOthersLeftOut, chartMoreInGrey
        case chartBarIsCut, chartLastRows
        case chartMedian, chartLorenz, chartGini, chartSummaryLine, chartSummaryRanking, chartSummarySpread
        case chartSummaryFlow, chartSummarySpans
        // Tables.
        case total, tableRows, tableEmpty, tableEmptySoFar, noRows, noRowsNote, pageRows, tableContinued
        case carriedForward, broughtForward, roundedTo, columnsLeftOut
        // Freshness.
        case freshComplete, freshPartial, freshNote, freshPartialNote, dataBegins
        case sourceCompared, sourceDiffers, otherCurrencies
        // Findings.
        case findingMovement, findingLargest
        // What must be known first.
        case noticeIncomplete, noticeGap, noticeRestated, noticeRestatement, noticeEarlierEdition, becauseLate
        case becauseDeleted, becauseCorrected, becauseDefinition, becauseCalendar, becauseUnknown
        // Pages.
        case amountsIn, daysIn, comparedWith, pageOf, contents, summary, notes, howFresh, whatWordsMean, looksWrong
        case quoteRun, readFrom, readFromView, notMeasured
        // The static page and the list of a tenant's reports.
        case skipToContent, showFigures, downloads, asWorkbook, asPages, tablesAsText, allReports, reportsOf, latest
        case isComplete, isPartial, tableOnPage, valueAt, date, category, noReports
        // The workbook.
        case sheetSummary, sheetDefinitions, sheetAbout, measure, value, compared, change, term, meaning, source
        case sourceVersion, sourceRows, aboutSubject, aboutTenant, aboutReport, aboutPeriod, aboutDates, aboutZone,
            aboutCurrency
        case aboutAsOf, aboutComplete, aboutRun, aboutDefinition, aboutEngine, continued, exactAsText, cellTooLong
        case plainWorkbook

        /// The key in the file: `chart_by_day`.
        package var fileKey: String {
            rawValue.map { $0.isUppercase ? "_" + $0.lowercased() : String($0) }.joined()
        }
    }
}

extension EngineText: CustomStringConvertible {
    /// All texts in the order of their keys: the same text for the same words, so that hashes of it agree.
    package var description: String {
        let lines = Key.allCases.map { key in
            let forms = PluralCategory.allCases.compactMap { category in
                phrases[key]?.forms[category].map { "\(category.rawValue) \($0)" }
            }
            return "\(key.rawValue): \(forms.joined(separator: " | "))"
        }
        return "\(language)\n\(words)\n" + lines.joined(separator: "\n")
    }
}

extension EngineText {
    /// Reads a language's file: every key must be there, none else, each with a form for `other`.
    ///
    /// - Throws: `ConfigurationErrors`, every error of the file.
    package init(bytes: [UInt8], file: String) throws(ConfigurationErrors) {
        let document = try YAMLDocument(bytes: bytes, file: file)
        self = try document.mapping { map in
            let language = map.required("language")?.text()
            let words = map.required("words").flatMap(Self.words)
            let phrases = map.required("texts")?.mapping { map -> [Key: Phrase]? in
                var phrases: [Key: Phrase] = [:]
                for key in Key.allCases { phrases[key] = map.required(key.fileKey).flatMap(Self.phrase) }
                return phrases
            }
            guard let language, let words, let phrases else { return nil }
            return EngineText(language: language, words: words, phrases: phrases)
        }
    }

    /// A text, or a mapping of plural categories to texts.
    private static func phrase(_ value: YAMLValue) -> Phrase? {
        guard value.isMapping else { return value.text().map { Phrase($0) } }
        return value.mapping { map in
            var forms: [PluralCategory: String] = [:]
            for category in PluralCategory.allCases {
                let text = category == .other ? map.required(category.rawValue) : map.optional(category.rawValue)
                forms[category] = text?.text()
            }
            return forms[.other] == nil ? nil : Phrase(forms)
        }
    }

    private static func words(_ value: YAMLValue) -> FormatWords? {
        value.mapping { map in
            let suffixes = map.optional("compact_suffixes").map { $0.texts() }
            let shortMonths = map.optional("short_months").map { Self.twelve($0) }
            let longMonths = map.optional("long_months").map { Self.twelve($0) }
            let durations = map.required("durations").flatMap { Self.texts($0, count: 5) }
            let noChange = map.required("no_change")?.text()
            let new = map.required("new")?.text()
            let versus = map.required("versus")?.text()
            let points = map.required("points")?.text()
            let missing = map.required("missing")?.text()
            let notANumber = map.required("not_a_number")?.text()
            let yes = map.required("true")?.text()
            let no = map.required("false")?.text()
            guard suffixes != .some(nil), shortMonths != .some(nil), longMonths != .some(nil), let durations,
                let noChange, let new, let versus, let points, let missing, let notANumber, let yes, let no
            else { return nil }
            return FormatWords(
                compactSuffixes: suffixes ?? nil, shortMonths: shortMonths ?? nil, longMonths: longMonths ?? nil,
                noChange: noChange, new: new, versus: versus, points: points, missing: missing, notANumber: notANumber,
                durations: durations, yes: yes, no: no)
        }
    }

    private static func twelve(_ value: YAMLValue) -> [String]? { texts(value, count: 12) }

    private static func texts(_ value: YAMLValue, count: Int) -> [String]? {
        guard let texts = value.texts() else { return nil }
        guard texts.count == count else {
            value.refuse("there must be \(count) texts, not \(texts.count)")
            return nil
        }
        return texts
    }
}
