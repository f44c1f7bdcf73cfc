internal import Synchronization

/// How one locale writes numbers, money, dates and words that follow a number: CLDR's data, from a generated table.
///
/// A tag is looked up whole (`pt-PT`), by language and script (`zh-Hant`), then by its language (`en-NG`, `en`). A
/// language that the table lacks is written as English is; `isKnown(_:)` tells.
///
/// Sources: Unicode Technical Standard 35 (LDML), parts 2 to 4.
package struct LocaleData: Sendable, Hashable {
    /// The way in which lines run.
    package enum WritingDirection: String, Sendable, Hashable {
        case leftToRight = "ltr"
        case rightToLeft = "rtl"
    }

    /// The entry of the table: `pt` for `pt-BR`.
    package let tag: String
    /// The way in which lines run.
    package let direction: WritingDirection
    /// Which words follow which numbers.
    package let plurals: PluralRules
    /// The first of ten digits.
    let zero: Unicode.Scalar
    /// Between whole numbers and fractions.
    package let decimalSign: String
    let groupSign: String
    /// In front of negative numbers, with the marks that keep it there in right-to-left text.
    let minus: String
    /// The digits of the last group, and of the groups before it: 3 and 2 in India.
    let groups: (last: Int, others: Int)
    /// What stands around a percentage.
    let percentStyle: AffixedStyle
    /// Money with `¤` for the sign.
    let moneyPattern: String
    /// Short and long months within dates, and alone.
    let months: (short: [String], long: [String], shortAlone: [String], longAlone: [String])
    let quarters: [String]
    /// Monday first.
    package let weekdays: (short: [String], long: [String])
    /// `d MMM y`, `d MMM`, `MMMM y`, `MMM y`, `QQQ y`, `HH:mm`, `{1}, {0}`.
    let patterns:
        (
            date: String, dayMonth: String, monthYear: String, shortMonthYear: String, quarterYear: String,
            time: String,
            dateTime: String
        )
    /// The two halves of a range whose days, months or years differ.
    let ranges: (days: [String], months: [String], years: [String])
    /// Short forms of 10^3 to 10^14 by plural category; `other` is always there.
    let shortForms: [PluralCategory: [String]]
    /// The signs of currencies whose sign is not their code.
    let currencySigns: [String: String]

    /// Whether the table knows a tag's language.
    package static func isKnown(_ tag: String) -> Bool { line(of: tag) != nil }

    /// The tags of the table.
    package static var tags: [String] { lines.keys.sorted() }

    /// The data of a BCP 47 tag; that of English for an unknown language.
    package static func of(_ tag: String) -> LocaleData {
        if let known = cache.withLock({ $0[tag] }) { return known }
        guard let data = (line(of: tag) ?? lines["en"]).flatMap(LocaleData.init(line:)) else {
            // The table is part of the program and has English; a test reads every line.
            preconditionFailure("the table of locales has no English")
        }
        // Tags come from configuration; a file full of invented ones must not fill the memory.
        cache.withLock { if $0.count < 256 { $0[tag] = data } }
        return data
    }

    package static func == (left: LocaleData, right: LocaleData) -> Bool { left.tag == right.tag }
    package func hash(into hasher: inout Hasher) { hasher.combine(tag) }

    private static let cache = Mutex<[String: LocaleData]>([:])

    private static let lines: [String: Substring] = {
        var lines: [String: Substring] = [:]
        // By bytes: the characters of all languages are not looked at for the sake of one.
        for line in LocaleTable.text.utf8.split(separator: UInt8(ascii: "\n")) {
            lines[String(Substring(line.prefix { $0 != UInt8(ascii: "\t") }))] = Substring(line)
        }
        return lines
    }()

    private static func line(of tag: String) -> Substring? {
        let parts = tag.split(whereSeparator: { $0 == "-" || $0 == "_" }).map(String.init)
        guard let language = parts.first?.lowercased() else { return nil }
        // Script has four letters, region two or three digits or letters: `zh-Hant-TW`.
        let script = parts.dropFirst().first { $0.count == 4 }.map {
            $0.prefix(1).uppercased() + $0.dropFirst().lowercased()
        }
        let region = parts.dropFirst().first { $0.count == 2 || $0.count == 3 }.map { $0.uppercased() }
        var candidates: [String] = []
        if let region { candidates.append("\(language)-\(region)") }
        if language == "zh", script == "Hant" || region == "TW" || region == "MO" { candidates.append("zh-Hant") }
        if let script { candidates.append("\(language)-\(script)") }
        candidates.append(Self.renamed[language] ?? language)
        return candidates.lazy.compactMap { lines[$0] }.first
    }

    /// Older or other codes of the same languages.
    private static let renamed = ["no": "nb", "nn": "nb", "iw": "he", "in": "id", "tl": "fil", "sh": "sr"]
}

extension LocaleData {
    /// Reads a line of the table; nil where it has not as many fields as are written.
    fileprivate init?(line: Substring) {
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 30, let zero = fields[1].unicodeScalars.first,
            let direction = WritingDirection(rawValue: fields[9])
        else { return nil }
        let list = { (index: Int) in
            fields[index].split(separator: "¦", omittingEmptySubsequences: false).map(String.init)
        }
        let isRightToLeft = direction == .rightToLeft
        let cleaned = { (text: String) in isRightToLeft ? text : text.withoutDirectionMarks }
        tag = fields[0]
        self.direction = direction
        self.zero = zero
        decimalSign = cleaned(fields[2])
        groupSign = cleaned(fields[3])
        minus = cleaned(fields[4]).replacing("-", with: "\u{2212}")
        let pattern = NumberPattern(fields[6])
        groups = (pattern.lastGroup, pattern.otherGroups)
        let percent = NumberPattern(cleaned(fields[7].replacing("%", with: fields[5])))
        percentStyle = AffixedStyle(prefix: percent.prefix, suffix: percent.suffix)
        moneyPattern = cleaned(fields[8])
        plurals = PluralRules(fields[10])
        months = (list(11), list(12), list(13), list(14))
        quarters = list(15)
        weekdays = (list(16), list(17))
        patterns = (fields[18], fields[19], fields[20], fields[21], fields[22], fields[23], fields[24])
        ranges = (list(25), list(26), list(27))
        shortForms = Self.shortForms(fields[28])
        currencySigns = Dictionary(
            fields[29].split(separator: "¦").compactMap { entry in
                entry.firstIndex(of: "=").map { (String(entry[..<$0]), String(entry[entry.index(after: $0)...])) }
            }, uniquingKeysWith: { first, _ in first })
    }

    /// `other=0 mil¦00 mil…¦¦few=…`.
    private static func shortForms(_ field: String) -> [PluralCategory: [String]] {
        var forms: [PluralCategory: [String]] = [:]
        for part in field.split(separator: "¦¦") {
            guard let sign = part.firstIndex(of: "="), let category = PluralCategory(rawValue: String(part[..<sign]))
            else { continue }
            forms[category] = part[part.index(after: sign)...].split(separator: "¦", omittingEmptySubsequences: false)
                .map(String.init)
        }
        return forms
    }
}

/// A number pattern of CLDR: `#,##,##0.###`, `%#,##0`, `#,##0.00 ¤`.
struct NumberPattern {
    let prefix: String
    let suffix: String
    let lastGroup: Int
    let otherGroups: Int

    init(_ pattern: String) {
        let signs: Set<Character> = ["#", "0", ",", "."]
        let start = pattern.firstIndex(where: signs.contains) ?? pattern.endIndex
        let end = pattern[start...].firstIndex { !signs.contains($0) } ?? pattern.endIndex
        prefix = String(pattern[..<start])
        suffix = String(pattern[end...])
        let whole = pattern[start..<end].prefix { $0 != "." }.split(separator: ",")
        lastGroup = whole.count > 1 ? whole[whole.count - 1].count : 3
        otherGroups = whole.count > 2 ? whole[whole.count - 2].count : lastGroup
    }
}

extension String {
    /// Without the marks that only right-to-left lines need.
    var withoutDirectionMarks: String {
        guard unicodeScalars.contains(where: { $0.isDirectionMark }) else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.filter { !$0.isDirectionMark }))
    }
}

extension Unicode.Scalar {
    /// U+200E, U+200F, U+061C.
    var isDirectionMark: Bool { value == 0x200E || value == 0x200F || value == 0x061C }
}
