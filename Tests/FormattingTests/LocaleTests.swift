import CivilTime
import Columnar
import Formatting
import Foundation
import Testing

/// Numbers, dates and plurals of every locale in the table, against PyPI's babel.
struct LocaleTests {
    private static let python = ProcessInfo.processInfo.environment["ALMANAC_ORACLE_PYTHON"]
        .flatMap { $0.isEmpty ? nil : $0 }

    /// Without English words of our own: as the locale writes.
    private static let words: FormatWords = {
        var words = FormatWords.english
        (words.compactSuffixes, words.shortMonths, words.longMonths) = (nil, nil, nil)
        return words
    }()

    private static func formatter(_ tag: String) -> ValueFormatter {
        ValueFormatter(locale: tag, currency: "USD", words: words)
    }

    private static let counts: [Int64] = Array(0..<125) + [200, 1000, 1001, 1002, 1_000_000]

    /// What the engine writes for a fact of Tests/Oracles/locales.py.
    private static func ours(_ tag: String, _ fact: String) throws -> String? {
        let formatter = formatter(tag)
        let day = try LocalDate(year: 2026, month: 10, day: 31)
        let other = try LocalDate(year: 2026, month: 3, day: 5)
        switch fact {
        case "direction": return formatter.direction.rawValue
        case "number":
            return formatter.full(
                .decimal(ExactDecimal(unscaled: 123_456_725, scale: 2)), unit: .number(decimals: 2))
        case "negative": return formatter.full(.int(-98_765), unit: .count)
        case "percent": return formatter.full(.double(0.084), unit: .percent)
        case "date": return formatter.date(day)
        case "date2": return formatter.date(other)
        case "day": return formatter.dayAndMonth(day)
        case "month": return formatter.monthAndYear(day)
        case "short": return formatter.shortMonthAndYear(other)
        case "quarter": return formatter.quarterAndYear(day)
        case "plurals": return counts.map { formatter.data.plurals.category(of: $0).rawValue }.joined(separator: " ")
        case "compact": return formatter.compact(.int(123_000_000), unit: .count)
        default: return nil
        }
    }

    /// Babel leaves digits, minus and percent in Latin form; marks of direction differ where it does not add them.
    private static func plain(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x200E, 0x200F, 0x061C: continue
            case 0x2212: result.append("-")
            case 0x66A: result.append("%")
            default:
                let isDigit = scalar.properties.generalCategory == .decimalNumber
                let value = isDigit ? scalar.properties.numericValue.map { Int($0) } : nil
                result.append(contentsOf: value.map { Array(String($0).unicodeScalars) } ?? [scalar])
            }
        }
        return String(result)
    }

    @Test("Every locale writes as babel does", .enabled(if: python != nil, "ALMANAC_ORACLE_PYTHON is not set"))
    func babel() throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Oracles/locales.py")
        let process = Process()
        process.executableURL = URL(filePath: try #require(Self.python))
        process.arguments = [script.path()] + LocaleData.tags
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        var compared = 0
        for line in output.split(separator: "\n") {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            try #require(fields.count == 3)
            // Babel drops the digits' places of short forms with a pattern for negative numbers, as in Swahili.
            if fields[1] == "compact", fields[2].contains("000") || !fields[2].contains("1") { continue }
            // Short forms in lakhs and crores have other digits before the point: three figures are more than babel's.
            if fields[1] == "compact", !["3"].contains(String(fields[2].filter(\.isNumber).count)) { continue }
            let ours = try #require(try Self.ours(fields[0], fields[1]))
            #expect(Self.plain(ours) == Self.plain(fields[2]), "\(fields[0]) \(fields[1])")
            compared += 1
        }
        #expect(compared > LocaleData.tags.count * 11)
    }

    @Test("A tag finds its own line, its script's, its language's")
    func lookUp() {
        #expect(LocaleData.of("pt-PT").tag == "pt-PT")
        #expect(LocaleData.of("pt-BR").tag == "pt")
        #expect(LocaleData.of("zh-TW").tag == "zh-Hant")
        #expect(LocaleData.of("zh-Hans-CN").tag == "zh")
        #expect(LocaleData.of("en_NG").tag == "en-NG")
        #expect(LocaleData.of("nn-NO").tag == "nb")
        #expect(!LocaleData.isKnown("xx") && LocaleData.of("xx").tag == "en")
        #expect(LocaleData.of("he-IL").direction == .rightToLeft)
    }

    @Test(
        "Money as its locale writes it",
        arguments: [
            ("pt-BR", "BRL", "R$\u{A0}1.234,56"), ("tr-TR", "TRY", "₺1.234,56"), ("en-NG", "NGN", "₦1,234.56"),
            ("de-DE", "EUR", "1.234,56\u{A0}€"), ("ja-JP", "USD", "$1,234.56"), ("sw-KE", "KES", "Ksh\u{A0}1,234.56"),
            ("fr-FR", "EUR", "1\u{202F}234,56\u{A0}€"), ("ha-NG", "NGN", "₦\u{A0}1,234.56"),
            ("yo-NG", "NGN", "₦1,234.56"),
            ("ar-EG", "EGP", "\u{200F}١٬٢٣٤٫٥٦\u{A0}ج.م.\u{200F}"),
            ("ar-AE", "AED", "\u{200F}1,234.56\u{A0}د.إ.\u{200F}"),
            ("es-MX", "MXN", "$1,234.56"), ("en-IN", "INR", "₹1,234.56"), ("pl-PL", "PLN", "1\u{A0}234,56\u{A0}zł"),
        ])
    func money(tag: String, currency: String, expected: String) {
        let formatter = ValueFormatter(locale: tag, currency: currency, words: Self.words)
        #expect(formatter.fullWithSign(.int(123_456), unit: .money(currency: currency, exponent: 2)) == expected)
    }

    @Test(
        "Three figures in the locale's short form",
        arguments: [
            ("pt-BR", Int64(19_743_512_300), "R$\u{A0}197\u{A0}mi"), ("tr", 99_950_000, "₺1,00\u{A0}Mn"),
            ("tr", 12_345_678, "₺123\u{A0}B"), ("es", 123_456_789_012, "1.235\u{A0}M\u{A0}€"),
            ("ja", 12_345_678_900, "¥1.23億"), ("de", 12_345_678, "123.457\u{A0}€"),
            ("sw", 12_345_678, "TSh\u{A0}elfu\u{A0}123"),
            ("ar-EG", 12_345_678, "\u{200F}١٢٣\u{A0}ألف\u{A0}ج.م.\u{200F}"),
            ("pt-BR", -19_743_512_300, "−R$\u{A0}197\u{A0}mi"),
        ])
    func compact(tag: String, minor: Int64, expected: String) {
        let currencies = [
            "pt-BR": "BRL", "tr": "TRY", "es": "EUR", "ja": "JPY", "de": "EUR", "sw": "TZS", "ar-EG": "EGP",
        ]
        let currency = currencies[tag] ?? "USD"
        let formatter = ValueFormatter(locale: tag, currency: currency, words: Self.words)
        let text = formatter.compact(.int(minor), unit: .money(currency: currency, exponent: 2))
        #expect(text == expected)
    }

    @Test("Axes count in the locale's own words")
    func axis() {
        let real = ValueFormatter(locale: "pt-BR", currency: "BRL", words: Self.words)
        #expect(
            real.axis([0, 2e8, 4e8], unit: .money(currency: "BRL", exponent: 2)) == ["0", "2", "R$\u{A0}4\u{A0}mi"])
        let yen = ValueFormatter(locale: "ja-JP", currency: "JPY", words: Self.words)
        #expect(yen.axis([0, 5e4, 10e4], unit: .money(currency: "JPY", exponent: 0)) == ["0", "5", "¥10万"])
        let pound = ValueFormatter(locale: "ar-EG", currency: "EGP", words: Self.words)
        #expect(pound.axis([0, 0.5, 1], unit: .percent) == ["٠", "٥٠", "١٠٠٪\u{61C}"])
    }

    @Test("Ranges of dates leave out what both have")
    func ranges() throws {
        let first = try LocalDate(year: 2026, month: 10, day: 1)
        let real = Self.formatter("pt-BR")
        let thin = "\u{2009}–\u{2009}"
        #expect(real.dateRange(from: first, to: first.adding(days: 31)) == "1\(thin)31 de out. de 2026")
        #expect(
            real.dateRange(from: first.adding(days: -3), to: first.adding(days: 4))
                == "28 de set.\(thin)4 de out. de 2026")
        #expect(Self.formatter("tr").dateRange(from: first, to: first.adding(days: 31)) == "1–31 Eki 2026")
        #expect(Self.formatter("ja").dateRange(from: first, to: first.adding(days: 31)) == "2026年10月1日～31日")
        #expect(Self.formatter("ar-EG").date(first) == "١ أكتوبر ٢٠٢٦")
        let instant = try Instant(parsing: "2026-10-31T09:05:00Z")
        #expect(Self.formatter("es").instant(instant, zone: .utc) == "31 oct 2026, 9:05")
        #expect(Self.formatter("ar-EG").instant(instant, zone: .utc) == "٣١ أكتوبر ٢٠٢٦، ٠٩:٠٥")
    }
}
