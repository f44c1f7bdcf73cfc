package import Configuration
package import Formatting

/// The engine's own words in one language: those beside numbers and those of pages, sentences and sheets.
///
/// `Templates/text/<language>.yaml` has the same keys; a language without a file reads English. Places for values are
/// written `{name}`.
package struct EngineText: Sendable, Hashable {
    /// The words beside numbers.
    package var words: FormatWords
    /// All others by their keys; every key of `EngineText.keys` is there.
    private var texts: [String: String]

    /// A text by its key, with its places filled.
    package func callAsFunction(_ key: Key, _ values: [String: String] = [:]) -> String {
        var rest = (texts[key.rawValue] ?? key.rawValue)[...]
        var filled = ""
        // In one pass: what is filled in is never looked at again, whatever it contains.
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
        // Charts.
        case chartByDay, chartByMonth, chartByCategory, chartAlternative, chartCompared, chartEmpty, perDay, perMonth
        case unitPercent, unitMoney, listSeparator, partialBase
        // Tables.
        case total, tableRows, tableEmpty, noRows, pageRows
        // Freshness.
        case freshComplete, freshPartial, freshNote, freshPartialNote, dataBegins
        // The workbook.
        case sheetSummary, sheetDefinitions, sheetAbout, measure, value, compared, change, term, meaning, source
        case sourceVersion, sourceRows, aboutTenant, aboutReport, aboutPeriod, aboutDates, aboutZone, aboutCurrency
        case aboutAsOf, aboutComplete, aboutRun, aboutDefinition, aboutEngine, pageOf, continued, exactAsText,
            cellTooLong
        case plainWorkbook

        /// The key in the file: `chart_by_day`.
        var fileKey: String {
            rawValue.map { $0.isUppercase ? "_" + $0.lowercased() : String($0) }.joined()
        }
    }

    /// English.
    package static let english = EngineText(
        words: .english,
        texts: [
            "rose": "rose", "fell": "fell", "unchanged": "stayed level",
            "changeSentence": "{direction} {delta} to {value}",
            "unchangedSentence": "stayed level at {value}", "valueSentence": "came to {value}",
            "chartByDay": "{measure} by day", "chartByMonth": "{measure} by month",
            "chartByCategory": "{measure}: top {count}",
            "chartAlternative":
                "{title}. {subtitle}. Highest: {highest} ({highestName}); lowest: {lowest} ({lowestName}).",
            "chartCompared": "{unit}, {period} against {comparison}",
            "chartEmpty": "No {measure} in {period}. The source was read in full; there is nothing to show.",
            "perDay": "{unit} a day", "perMonth": "{unit} a month", "unitPercent": "%", "unitMoney": "{sign}",
            "listSeparator": ", ", "partialBase": "same {days} days of {base}", "total": "Total",
            "tableRows": "{period}, {count} rows",
            "tableEmpty": "No rows in {period}. The source was read in full; the count is zero.",
            "noRows": "No rows in this period",
            "pageRows": "{subtitle} · the first {shown} of {count} rows; total of all, and all in workbook and files",
            "freshComplete": "Data complete to {date}",
            "freshPartial": "Data to {date}",
            "freshNote": "Everything that was in the source on {date} is counted.",
            "freshPartialNote":
                "The period is not over: figures cover {dates} and are compared with the same days before.",
            "dataBegins": "The data begins on {date}; what is compared with {comparison} covers less than all of it.",
            "sheetSummary": "Summary", "sheetDefinitions": "Definitions", "sheetAbout": "About", "measure": "Measure",
            "value": "Value", "compared": "Compared with", "change": "Change", "term": "Word", "meaning": "Meaning",
            "source": "Source", "sourceVersion": "Version", "sourceRows": "Rows", "aboutTenant": "Tenant",
            "aboutReport": "Report", "aboutPeriod": "Period", "aboutDates": "Dates", "aboutZone": "Time zone",
            "aboutCurrency": "Currency", "aboutAsOf": "Data as of", "aboutComplete": "Period complete",
            "aboutRun": "Run",
            "aboutDefinition": "Definition (SHA-256)", "aboutEngine": "Engine", "pageOf": "Page {page} of {pages}",
            "continued": "{name} ({number})",
            "exactAsText": "{count} numbers have more digits than a spreadsheet keeps; they are written as text.",
            "cellTooLong":
                "{count} texts are longer than the 32,767 characters that a cell holds; they end in … here and are whole in the CSV file.",
            "plainWorkbook": "The workbook has more than {count} rows: its tables are plain ranges with a filter.",
        ])

    private init(words: FormatWords, texts: [String: String]) {
        self.words = words
        self.texts = texts
    }
}

extension EngineText: CustomStringConvertible {
    /// All texts in the order of their keys: the same text for the same words, so that hashes of it agree.
    package var description: String {
        "\(words)\n" + Key.allCases.map { "\($0.rawValue): \(texts[$0.rawValue] ?? "")" }.joined(separator: "\n")
    }
}

extension EngineText {
    /// Reads a language's file: every key must be there, none else.
    ///
    /// - Throws: `ConfigurationErrors`, every error of the file.
    package init(bytes: [UInt8], file: String) throws(ConfigurationErrors) {
        let document = try YAMLDocument(bytes: bytes, file: file)
        self = try document.mapping { map in
            let words = map.required("words").flatMap(Self.words)
            let texts = map.required("texts")?.mapping { map -> [String: String]? in
                var texts: [String: String] = [:]
                for key in Key.allCases { texts[key.rawValue] = map.required(key.fileKey)?.text() }
                return texts
            }
            guard let words, let texts else { return nil }
            return EngineText(words: words, texts: texts)
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
