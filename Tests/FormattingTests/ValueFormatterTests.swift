import CivilTime
import Columnar
import Formatting
import Testing

/// Money, counts and percentages in words, against answers by hand (report-design 2.5).
struct ValueFormatterTests {
    private let naira = ValueFormatter(locale: "en-NG", currency: "NGN")
    private let dollar = ValueFormatter(locale: "en-US", currency: "USD")
    private let money = Unit.money(currency: "USD", exponent: 2)

    @Test(
        "Whole values show all digits, no sign",
        arguments: [
            (Scalar.int(123_456), Unit.money(currency: "USD", exponent: 2), "1,234.56"),
            (.int(-5), .money(currency: "USD", exponent: 2), "−0.05"),
            (.int(1_234), .money(currency: "JPY", exponent: 0), "1,234"),
            (.int(1_234_567), .money(currency: "KWD", exponent: 3), "1,234.567"),
            (.int(.max), .money(currency: "USD", exponent: 2), "92,233,720,368,547,758.07"),
            (.int(.min), .money(currency: "USD", exponent: 2), "−92,233,720,368,547,758.08"),
            (
                .decimal(ExactDecimal(unscaled: 123_456_789_012_345_678_901_234_567_890, scale: 0)), .count,
                "123,456,789,012,345,678,901,234,567,890"
            ),
            (.unsigned(.max), .count, "18,446,744,073,709,551,615"),
            (.double(0.0845), .percent, "8.4%"), (.double(-0.2), .percent, "−20.0%"),
            (.double(0.08450001), .percent, "8.5%"), (.double(2.5), .number(decimals: 0), "2"),
            (.double(3.5), .number(decimals: 0), "4"), (.double(.nan), .count, "NaN"), (.null, .count, "–"),
            (.double(1.5e300), .number(decimals: 1), "1.5e+300"), (.double(-.infinity), .count, "−∞"),
            (.int(640), .milliseconds, "640 ms"), (.int(12_440), .milliseconds, "12.4 s"),
            (.int(245_000), .milliseconds, "4 min 5 s"), (.int(7_500_000), .milliseconds, "2 h 5 min"),
            (.int(273_600_000), .milliseconds, "3 d 4 h"), (.text("O’Neill"), .none, "O’Neill"),
            (.bool(true), .none, "yes"),
            (.date(20_757), .none, "31 Oct 2026"),
        ])
    func full(value: Scalar, unit: Unit, expected: String) {
        #expect(dollar.full(value, unit: unit) == expected)
    }

    @Test(
        "Tiles show three significant figures above 99,999",
        arguments: [
            (Int64(19_743_512_300), "₦197m"), (4_136_500, "₦41,365"), (3_528, "₦35.28"), (99_950, "₦999.50"),
            (9_999_949, "₦99,999"), (9_999_950, "₦100k"), (99_949_999, "₦999k"), (99_950_000, "₦1.00m"),
            (123_456_789_012_345, "₦1.23tn"), (123_456_789_012_345_678, "₦1,235tn"), (-19_743_512_300, "−₦197m"),
            (0, "₦0.00"),
        ])
    func compactMoney(minor: Int64, expected: String) {
        #expect(naira.compact(.int(minor), unit: .money(currency: "NGN", exponent: 2)) == expected)
    }

    @Test("A fourth figure is written where the change would vanish")
    func compactBesides() {
        let unit = Unit.money(currency: "NGN", exponent: 2)
        #expect(naira.compact(.int(19_743_512_300), unit: unit, besides: .int(19_700_000_000)) == "₦197.4m")
        #expect(naira.compact(.int(19_743_512_300), unit: unit, besides: .int(18_200_000_000)) == "₦197m")
        #expect(naira.compact(.int(19_743_512_300), unit: unit, besides: .int(19_743_512_301)) == "₦197m")
    }

    @Test("Another currency than the tenant's bears its code")
    func foreignCurrency() {
        #expect(naira.fullWithSign(.int(123_456), unit: money) == "USD\u{A0}1,234.56")
        #expect(naira.fullWithSign(.int(123_456), unit: .money(currency: "NGN", exponent: 2)) == "₦1,234.56")
        #expect(naira.currencySign("NGN") == "₦")
        #expect(dollar.currencySign("NGN") == "NGN")
        #expect(ValueFormatter(locale: "tr-TR", currency: "TRY").currencySign("TRY") == "₺")
        #expect(ValueFormatter(locale: "pt-BR", currency: "BRL").currencySign("BRL") == "R$")
        #expect(dollar.whole(.int(4_820_000_050), unit: money) == "48,200,000")
    }

    @Test("Other locales use their own separators, signs and short forms")
    func otherLocales() {
        var words = FormatWords.english
        words.compactSuffixes = nil
        words.shortMonths = nil
        let german = ValueFormatter(locale: "de-DE", currency: "EUR", words: words)
        #expect(german.fullWithSign(.int(123_456), unit: .money(currency: "EUR", exponent: 2)) == "1.234,56\u{A0}€")
        #expect(german.full(.double(0.084), unit: .percent) == "8,4\u{A0}%")
        #expect(german.compact(.int(48_300_000), unit: .count) == "48,3\u{A0}Mio.")
        #expect(ValueFormatter(locale: "en-IN", currency: "INR").full(.int(12_345_678), unit: .count) == "1,23,45,678")
        #expect(german.date(LocalDate(daysSinceEpoch: 20_757)).contains("Okt"))
    }

    @Test(
        "Changes name their base and keep the rules",
        arguments: [
            (Scalar.int(1_000), Scalar.int(1_084), Unit.count, "▲ 8.4% vs Sep"),
            (.int(1_000), .int(969), .count, "▼ 3.1% vs Sep"),
            (.int(100_000), .int(100_049), .count, "no change vs Sep"),
            (.int(100_000), .int(100_050), .count, "no change vs Sep"),
            (.int(100_000), .int(100_051), .count, "▲ 0.1% vs Sep"), (.int(0), .int(5), .count, "new"),
            (.int(0), .int(0), .count, "no change vs Sep"),
            (.int(100), .int(1_099), .count, "▲ 999.0% vs Sep"), (.int(100), .int(1_100), .count, "×11 vs Sep"),
            (.double(0.014), .double(0.026), .percent, "▲ 1.2 points vs Sep"),
            (.double(0.0140), .double(0.0143), .percent, "no change vs Sep"),
            (.int(-50), .int(50), .count, "▲ 100 vs Sep"), (.int(5), .int(0), .count, "▼ 100.0% vs Sep"),
        ])
    func change(previous: Scalar, current: Scalar, unit: Unit, expected: String) {
        #expect(dollar.change(from: previous, to: current, unit: unit, base: "Sep")?.text == expected)
    }

    @Test("The tone follows what is good, not what grows")
    func tone() {
        #expect(dollar.change(from: .int(1), to: .int(2), unit: .count, good: .up)?.tone == .good)
        #expect(dollar.change(from: .int(1), to: .int(2), unit: .count, good: .down)?.tone == .bad)
        #expect(dollar.change(from: .int(1), to: .int(2), unit: .count)?.tone == .neutral)
        #expect(dollar.change(from: .null, to: .int(2), unit: .count) == nil)
        #expect(dollar.changeCell(.double(0.0841)) == "▲ 8.4%")
        #expect(dollar.changeCell(.double(-0.03)) == "▼ 3.0%")
        #expect(dollar.changeCell(.double(0.0004)) == "0.0%")
    }

    @Test("Axis labels share one scale, the top one bears sign and suffix")
    func axis() {
        #expect(
            naira.axis([0, 2e8, 4e8, 6e8, 8e8], unit: .money(currency: "NGN", exponent: 2)) == [
                "0", "2", "4", "6", "₦8m",
            ])
        #expect(dollar.axis([0, 2.5e7, 5e7], unit: money) == ["0", "250", "$500k"])
        #expect(dollar.axis([0, 500, 1_000], unit: .count) == ["0", "500", "1,000"])
        #expect(dollar.axis([0, 0.2, 0.4, 0.6], unit: .percent) == ["0", "20", "40", "60%"])
        #expect(dollar.axis([-2.5, 0, 2.5], unit: .number(decimals: 1)) == ["−2.5", "0.0", "2.5"])
        #expect(dollar.axis([], unit: .count).isEmpty)
    }

    @Test("Dates and ranges")
    func dates() throws {
        let first = try LocalDate(year: 2026, month: 10, day: 1)
        #expect(dollar.dateRange(from: first, to: first.adding(days: 31)) == "1–31 Oct 2026")
        #expect(dollar.dateRange(from: first.adding(days: -3), to: first.adding(days: 4)) == "28 Sep – 4 Oct 2026")
        #expect(
            dollar.dateRange(from: first.adding(days: 91), to: first.adding(days: 95)) == "31 Dec 2026 – 3 Jan 2027")
        #expect(dollar.dateRange(from: first, to: first.adding(days: 1)) == "1 Oct 2026")
        #expect(dollar.monthAndYear(first) == "October 2026")
        #expect(dollar.dayAndMonth(first) == "1 Oct")
        #expect(dollar.instant(try Instant(parsing: "2026-10-31T23:59:59Z")) == "31 Oct 2026, 23:59 UTC")
    }
}
