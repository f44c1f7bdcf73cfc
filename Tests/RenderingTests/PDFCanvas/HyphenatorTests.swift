import Foundation
import PDFCanvas
import Testing

/// Long words of running text may be broken, in the languages that do so.
@Suite struct HyphenatorTests {
    private static func shown(_ text: String, _ language: String) -> String? {
        Hyphenator(language: language)?.hyphenated(text).replacing("\u{AD}", with: "-")
    }

    @Test(arguments: [
        ("karşılaştırılması", "kar-şı-laş-tı-rıl-ma-sı"), ("Sipariş toplamlarının", "Sipariş top-lam-la-rı-nın"),
        ("müşterilerimizden 2026", "müş-te-ri-le-ri-miz-den 2026"), ("pazarlar", "pazarlar"),
        ("İstanbullular", "İstanbullular"),
    ]) func turkishSyllables(text: String, expected: String) {
        // Two letters at an end are too few to stand alone.
        let trimmed = expected.replacing("-sı", with: "sı")
        #expect(Self.shown(text, "tr-TR") == (text == "karşılaştırılması" ? trimmed : expected))
    }

    @Test(
        .enabled(if: FileManager.default.fileExists(atPath: "/usr/share/hyphen/hyph_de_DE.dic"), "no hyphen-de"),
        arguments: [
            ("de-DE", "Überweisungsgebühren", "Über-wei-sungs-ge-büh-ren"),
            ("fr-FR", "le développement", "le déve-lop-pe-ment"),
            ("es-ES", "Administración", "Admi-nis-tra-ción"),
            ("pt-BR", "comparação, estabelecimento", "com-pa-ra-ção, esta-be-le-ci-mento"),
        ]) func dictionaries(language: String, text: String, expected: String)
    {
        #expect(Self.shown(text, language) == expected)
    }

    @Test(arguments: ["en-NG", "ar-EG", "ja", "yo", "sw"]) func othersBreakNoWords(language: String) {
        #expect(Hyphenator(language: language) == nil)
    }

    /// Nothing but soft hyphens is added, whatever the text.
    @Test(arguments: ["tr", "de"]) func theTextStaysTheSame(language: String) {
        guard let hyphenator = Hyphenator(language: language) else { return }
        let texts = [
            "", "a", String(repeating: "x", count: 10_000), "日本語の長い長い長い文章です", "ﬁnanzierungsübersicht",
            "e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}",
            "العملاء الأعلى مبيعات", "İİİİİİİİİİİ", "\u{0}\u{1F468}\u{200D}\u{1F469}abcdefghijkl", "STRASSENÜBERGÄNGE",
        ]
        for text in texts {
            let shown = hyphenator.hyphenated(text).unicodeScalars.filter { $0 != "\u{AD}" }
            #expect(shown.elementsEqual(text.unicodeScalars))
        }
    }
}
