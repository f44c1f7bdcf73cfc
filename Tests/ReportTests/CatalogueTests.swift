import ChartGrammar
import CivilTime
import Columnar
import Effects
import Formatting
import Report
import SystemPackage
import Testing

/// The catalogues of `Templates/text`: every language says everything that English says, with the same places.
struct CatalogueTests {
    static let languages = ["en", "pt-BR", "tr", "ar"]

    static func catalogue(_ language: String) throws -> EngineText {
        let file = projectFolder.appending("Templates").appending("text").appending("\(language).yaml")
        return try EngineText(bytes: try DiskFileStore().contents(of: file), file: file.string)
    }

    private static func places(_ text: String) -> Set<String> {
        Set(text.matches(of: /\{(\w+)\}/).map { String($0.output.1) })
    }

    @Test("Every file in the folder is complete and says which language it is")
    func files() throws {
        let folder = projectFolder.appending("Templates").appending("text")
        let names = try DiskFileStore().names(in: folder).sorted()
        #expect(names == Self.languages.map { "\($0).yaml" }.sorted())
        for language in Self.languages { #expect(try Self.catalogue(language).language == language) }
    }

    @Test("Every text has the places of the English one", arguments: languages)
    func places(language: String) throws {
        let text = try Self.catalogue(language)
        for key in EngineText.Key.allCases {
            let wanted = Self.places(EngineText.english.template(key))
            #expect(Self.places(text.template(key)) == wanted, "\(language) \(key.fileKey)")
            for (category, form) in text.forms(key) {
                // "one row" may leave the number out; no form knows a place that English lacks.
                #expect(Self.places(form).isSubset(of: wanted), "\(language) \(key.fileKey) \(category)")
                #expect(!form.isEmpty)
            }
        }
        #expect(Self.places(text.words.versus) == ["base"] && Self.places(text.words.points) == ["value"])
    }

    /// A text that follows a number has a form for each category that whole numbers have in the language.
    @Test("Texts behind numbers have all forms of their language", arguments: languages)
    func plurals(language: String) throws {
        let text = try Self.catalogue(language)
        let plurals = LocaleData.of(language).plurals
        let wanted = Set((Int64(0)..<200).map { plurals.category(of: $0) })
        for key in EngineText.Key.allCases where EngineText.english.forms(key).count > 1 {
            #expect(Set(text.forms(key).keys).isSuperset(of: wanted), "\(language) \(key.fileKey)")
        }
    }

    /// Charts fill these by their order.
    @Test("Numbered places come in their order", arguments: languages)
    func order(language: String) throws {
        let text = try Self.catalogue(language)
        for key in EngineText.Key.allCases {
            let numbers = text.template(key).matches(of: /\{(\d)\}/).map { Int($0.output.1) ?? 0 }
            #expect(numbers == numbers.sorted(), "\(language) \(key.fileKey)")
        }
    }

    @Test("Nothing is left in English")
    func translated() throws {
        // Signs, codes and names that are the same everywhere, and words that happen to be.
        let same: Set<EngineText.Key> = [
            .unitPercent, .unitMoney, .listSeparator, .continued, .valueAt, .total, .periodFiscalPeriodShort, .notes,
            .findingMovement,
        ]
        for language in Self.languages.dropFirst() {
            let text = try Self.catalogue(language)
            for key in EngineText.Key.allCases where !same.contains(key) {
                #expect(text.template(key) != EngineText.english.template(key), "\(language) \(key.fileKey)")
            }
        }
    }

    @Test("Counts take the form of their number")
    func counts() throws {
        let values = ["period": "أكتوبر", "count": "٣"]
        let arabic = try Self.catalogue("ar")
        #expect(arabic(.tableRows, count: 2, values) == "أكتوبر، صفان")
        #expect(arabic(.tableRows, count: 3, values) == "أكتوبر، ٣ صفوف")
        #expect(arabic(.tableRows, count: 11, values).hasSuffix("صفاً"))
        #expect(EngineText.english(.tableRows, count: 1, ["period": "October", "count": "1"]) == "October, 1 row")
    }

    @Test("English periods read as the calendar's own labels")
    func periods() throws {
        let calendar = TenantCalendar(zone: .utc)
        let formatter = ValueFormatter(locale: "en-NG", currency: "NGN")
        let text = EngineText.english
        for name in ["2026", "2026-Q4", "2026-10", "2026-W44", "FY2026", "FY2026-P07"] {
            let period = try calendar.period(parsing: name)
            #expect(text.label(of: period, formatter) == period.label)
            #expect(text.shortLabel(of: period, formatter) == period.shortLabel)
        }
        let real = ValueFormatter(locale: "pt-BR", currency: "BRL", words: try Self.catalogue("pt-BR").words)
        let month = try calendar.period(parsing: "2026-10")
        #expect(try Self.catalogue("pt-BR").label(of: month, real) == "outubro de 2026")
        #expect(try Self.catalogue("tr").shortLabel(of: calendar.period(parsing: "2026-W44"), formatter) == "44. hf.")
    }
}
