internal import CShims

/// Finds where the long words of a language may be broken, and marks the places with soft hyphens (U+00AD): lines break
/// there and show a hyphen, elsewhere nothing is seen.
///
/// German, French, Spanish and Portuguese by libhyphen's dictionaries; Turkish by its rule, which knows no exception:
/// a consonant before a vowel begins a syllable. Other languages stay as they are: lines of English, Swahili or Yoruba
/// are ragged, and Arabic stretches its letters. Belongs to one thread.
@safe
package final class Hyphenator {
    private enum Method {
        case dictionary(OpaquePointer)
        case turkish
    }

    private let method: Method
    private var known: [String: String] = [:]

    /// Shorter words stay whole.
    private static let lettersMin = 9
    /// No word is longer; what is, is none.
    private static let lettersMax = 80
    /// At least as many letters stay before a hyphen and behind it.
    private static let (before, behind) = (3, 3)
    /// libhyphen's names of the languages that reports are written in.
    private static let dictionaries = ["de": "de_DE", "fr": "fr", "es": "es_ES", "pt": "pt_BR"]

    /// The dictionary of a language; nil where it needs none. What a receipt hashes.
    package static func dictionary(language: String) -> String? {
        dictionaries[tag(language)].map { "/usr/share/hyphen/hyph_\($0).dic" }
    }

    private static func tag(_ language: String) -> String {
        String(language.lowercased().prefix { $0 != "-" && $0 != "_" })
    }

    /// Nil where the language breaks no words, or its dictionary is not installed.
    package init?(language: String) {
        let tag = Self.tag(language)
        if tag == "tr" {
            method = .turkish
            return
        }
        guard let name = Self.dictionaries[tag] else { return nil }
        DrawingLock.take()
        defer { DrawingLock.release() }
        guard let dictionary = unsafe almanac_hyphens_open(name) else { return nil }
        unsafe method = .dictionary(dictionary)
    }

    /// The text with a soft hyphen wherever a long word may be broken.
    package func hyphenated(_ text: String) -> String {
        var result = ""
        var word: [Unicode.Scalar] = []
        for scalar in text.unicodeScalars {
            if scalar.properties.isAlphabetic {
                word.append(scalar)
            } else {
                result += softened(word)
                word.removeAll(keepingCapacity: true)
                result.unicodeScalars.append(scalar)
            }
        }
        return result + softened(word)
    }

    private func softened(_ word: [Unicode.Scalar]) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: word)
        let text = String(view)
        guard (Self.lettersMin...Self.lettersMax).contains(word.count) else { return text }
        if let known = known[text] { return known }
        let breaks = breaks(in: text, word)
        var softened = String.UnicodeScalarView()
        for (index, scalar) in word.enumerated() {
            softened.append(scalar)
            let isInside = index + 1 >= Self.before && word.count - index - 1 >= Self.behind
            if isInside, breaks[index] { softened.append("\u{AD}") }
        }
        let result = String(softened)
        if known.count < 10_000 { known[text] = result }
        return result
    }

    /// Whether the word may be broken behind each of its letters.
    private func breaks(in text: String, _ word: [Unicode.Scalar]) -> [Bool] {
        // Small letters must stand where the large ones stood; "İ" becomes two.
        let lower = text.lowercased()
        guard lower.unicodeScalars.count == word.count else { return word.map { _ in false } }
        switch method {
        case .turkish: return Self.turkish(Array(lower.unicodeScalars))
        case .dictionary(let dictionary):
            var marks = [CChar](repeating: 0, count: word.count)
            DrawingLock.take()
            defer { DrawingLock.release() }
            unsafe almanac_hyphens_find(dictionary, lower, &marks, Int32(clamping: marks.count))
            return marks.map { $0 != 0 }
        }
    }

    /// A syllable has one vowel and at most one consonant before it: `pa-zar-la-ma`, `sa-at`.
    private static func turkish(_ word: [Unicode.Scalar]) -> [Bool] {
        let vowels: Set<Unicode.Scalar> = ["a", "e", "ı", "i", "o", "ö", "u", "ü", "â", "î", "û"]
        var breaks = word.map { _ in false }
        var hasVowel = false
        for index in word.indices where vowels.contains(word[index]) {
            let start = index > 0 && !vowels.contains(word[index - 1]) ? index - 1 : index
            if hasVowel, start > 0 { breaks[start - 1] = true }
            hasVowel = true
        }
        return breaks
    }
}
