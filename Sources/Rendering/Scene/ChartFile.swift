package import ChartGrammar
internal import CivilTime
package import Columnar
package import Configuration
package import Formatting
package import PDFCanvas

/// A chart that a file describes, on its own: what `almanac chart` draws.
///
/// ```yaml
/// version: 1
/// locale: en-NG
/// currency: NGN
/// brand: "#173F66"
/// chart:
///   mark: line
///   x: day
///   y: { value: sum(sales_minor), label: October }
///   unit: money
///   title: Sales rose through the month
/// ```
package struct ChartFile {
    package let specification: ChartSpecification
    package let words: ChartBuilder.Words
    package let locale: String
    package let currency: String
    package let palette: Palette
    /// Full width of a page, or half of it.
    package let isWide: Bool
    /// What stands for the chart where it cannot be seen; empty for a sentence computed from the values.
    package let alternativeText: String

    /// Reads the file, given the columns of the data.
    ///
    /// - Throws: everything that is wrong, with places and suggestions.
    package init(reading document: YAMLDocument, columns: [ChartColumn]) throws(ConfigurationErrors) {
        self = try document.mapping(subject: "chart") { map in
            let locale = map.optional("locale").map { $0.text() } ?? "en"
            let currency = map.optional("currency").map { $0.text() } ?? "USD"
            let brand = map.optional("brand").map { value -> RGBColor? in
                guard let text = value.text() else { return nil }
                guard let color = RGBColor(text) else {
                    value.refuse("'\(text.prefix(20))' is no colour", hint: "write six hexadecimal digits: \"#173F66\"")
                    return nil
                }
                return color
            }
            let chart = map.required("chart")
            guard let locale, let currency, brand != .some(nil) else { return nil }
            guard let digits = CurrencyExponent.digits(of: currency) else {
                map.refuse("'\(currency.prefix(10))' is no currency that ISO 4217 gives a minor unit")
                return nil
            }
            return chart?.mapping { map in
                Self.read(map, columns, locale, .money(currency: currency, exponent: digits), currency, brand ?? nil)
            }
        }
    }

    private init(
        _ specification: ChartSpecification, _ words: ChartBuilder.Words, _ locale: String, _ currency: String,
        _ palette: Palette, isWide: Bool, alternativeText: String
    ) {
        self.specification = specification
        self.words = words
        self.locale = locale
        self.currency = currency
        self.palette = palette
        self.isWide = isWide
        self.alternativeText = alternativeText
    }

    private static func read(
        _ map: YAMLMapping, _ columns: [ChartColumn], _ locale: String, _ money: Unit, _ currency: String,
        _ brand: RGBColor?
    ) -> ChartFile? {
        map.ignore("data", "name")
        let specification = ChartSpecification.read(map, columns: columns)
        if specification?.isCompared == true {
            map.refuse("rows of a file have no period to compare with", hint: "name a column: previous: COLUMN")
            return nil
        }
        let title = map.required("title")?.text(allowsEmpty: true)
        let subtitle = map.optional("subtitle").map { $0.text(allowsEmpty: true) } ?? ""
        let unit = unit(map, "unit", money)
        let horizontal = self.unit(map, "x_unit", money)
        let good =
            map.optional("good").map {
                $0.choice(among: [("up", Direction.up), ("down", .down), ("neutral", .neutral)])
            }
            ?? .up
        let isWide = map.optional("size").map { $0.choice(among: [("wide", true), ("half", false)]) } ?? true
        let alternative = map.optional("alt").map { $0.text() } ?? ""
        guard let specification, let title, let subtitle, let unit, let horizontal, let good, let isWide,
            let alternative
        else { return nil }
        // Their values run along the horizontal axis, in the chart's own unit.
        let isOfValues = [.histogram, .strip, .ecdf].contains(specification.mark)
        return ChartFile(
            specification,
            ChartBuilder.Words(
                title: title, subtitle: subtitle, unit: unit, good: good,
                horizontalUnit: isOfValues && map.optional("x_unit") == nil ? .none : horizontal),
            locale, currency, Palette(brand: brand), isWide: isWide, alternativeText: alternative)
    }

    /// Plain numbers where nothing is said; nil where the word is wrong, which is noted.
    private static func unit(_ map: YAMLMapping, _ key: String, _ money: Unit) -> Unit? {
        guard let value = map.optional(key) else { return .number(decimals: 0) }
        let words: [(word: String, value: Unit)] = [
            ("money", money), ("count", .count), ("percent", .percent), ("number", .number(decimals: 0)),
            ("number1", .number(decimals: 1)), ("number2", .number(decimals: 2)), ("milliseconds", .milliseconds),
        ]
        return value.choice(among: words)
    }

    /// English as the house writes it; months and magnitudes of every other language as CLDR has them.
    private static func words(of locale: String) -> FormatWords {
        var words = FormatWords.english
        guard !locale.lowercased().hasPrefix("en") else { return words }
        (words.compactSuffixes, words.shortMonths, words.longMonths) = (nil, nil, nil)
        return words
    }

    /// The formats of a chart.
    package enum Format: String, CaseIterable, Sendable {
        case svg, png, pdf
    }

    /// Draws the chart of some rows.
    ///
    /// - Parameters:
    ///   - formatWords: the words beside numbers; nil leaves months and magnitudes to the locale's own.
    ///   - texts: what charts say by themselves.
    ///   - scale: pixels a point, for PNG.
    /// - Throws: `PDFCanvasError` where a font or glyph is missing.
    package func render(
        _ table: ChartTable, as format: Format, fonts: FontLibrary, theme: PDFTheme = .standard,
        formatWords: FormatWords? = nil, texts: ChartTexts = ChartTexts(), scale: Double = 2
    ) throws -> [UInt8] {
        let formatter = ValueFormatter(locale: locale, currency: currency, words: formatWords ?? Self.words(of: locale))
        var chart = ChartBuilder(specification) { formatter.name(of: $0) }.chart(table, words: words)
        chart.alternativeText = alternativeText
        let renderer = try SceneRenderer(fonts: fonts, theme: theme, language: locale)
        let composer = SceneComposer(
            measuring: renderer.measuring, labeller: formatter, texts: texts,
            isRightToLeft: formatter.direction == .rightToLeft)
        let width = isWide ? 511.28 : 243.64
        let scene = try composer.scene(
            of: chart,
            in: SceneComposer.Frame(
                width: width, plotHeight: composer.plotHeight(of: chart, isWide: isWide), isWide: isWide))
        switch format {
        case .svg: return Array(try renderer.svg(scene, palette: palette, title: chart.title).utf8)
        case .png: return try renderer.png(scene, palette: palette, scale: scale)
        // A chart has no time of its own; a fixed one keeps its bytes.
        case .pdf: return try renderer.pdf(scene, palette: palette, title: chart.title, created: "2000-01-01T00:00:00Z")
        }
    }
}

extension ValueFormatter {
    /// A value that names something: numbers without grouping, a year is 2026 and not 2,026.
    package func name(of value: Scalar) -> String {
        switch value {
        case .int(let number): String(number)
        case .unsigned(let number): String(number)
        default: full(value, unit: .none)
        }
    }
}
