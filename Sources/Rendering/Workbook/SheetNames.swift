/// Gives sheets and tables names that Excel takes, each once.
///
/// (1) A sheet's name has 1 to 31 UTF-16 characters, none of `[ ] : * ? / \` or a control character, no apostrophe at an
///     end, and is not `History`. (2) No two names differ by case alone. What does not fit is replaced or cut with `…`.
struct SheetNames {
    private var taken: Set<String> = ["history"]
    private var tables: Set<String> = []

    static let lengthMax = 31

    /// A sheet's name as near to a title as can be.
    mutating func sheet(_ title: String, number: Int? = nil) -> String {
        var base = String(String.UnicodeScalarView(title.unicodeScalars.map { Self.isGood($0) ? $0 : " " }))
        base = base.split(separator: " ").joined(separator: " ")
        while base.hasPrefix("'") { base.removeFirst() }
        while base.hasSuffix("'") { base.removeLast() }
        if base.isEmpty { base = "Sheet" }
        var suffix = number.map { " (\($0))" } ?? ""
        var counter = (number ?? 1) + 1
        while true {
            let name = Self.cut(base, Self.lengthMax - suffix.utf16.count) + suffix
            if taken.insert(name.lowercased()).inserted { return name }
            suffix = " (\(counter))"
            counter += 1
        }
    }

    /// A table's name: letters, digits and `_`, never like a cell.
    mutating func table(_ name: String) -> String {
        let base = "t_" + name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? String($0) : "_" }.joined()
        var candidate = base
        var counter = 2
        while !tables.insert(candidate.lowercased()).inserted {
            candidate = "\(base)_\(counter)"
            counter += 1
        }
        return candidate
    }

    /// Heads of a table's columns, none twice: Excel mends a file where they are.
    static func heads(_ labels: [String]) -> [String] {
        var taken: Set<String> = []
        return labels.map { label in
            // Line ends would have to be the same escapes in the cell and in the table's list of columns.
            let words = label.singleLine
            let base = words.isEmpty ? "Column" : cut(words, 240)
            var candidate = base
            var counter = 2
            while !taken.insert(candidate.lowercased()).inserted {
                candidate = "\(base) (\(counter))"
                counter += 1
            }
            return candidate
        }
    }

    /// A sheet's name in a formula.
    static func quoted(_ name: String) -> String { "'" + name.replacing("'", with: "''") + "'" }

    private static func isGood(_ scalar: Unicode.Scalar) -> Bool {
        !"[]:*?/\\".unicodeScalars.contains(scalar) && scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value)
            && scalar.value != 0xFFFE && scalar.value != 0xFFFF
    }

    /// At most so many UTF-16 characters, whole characters, `…` where something was cut.
    private static func cut(_ text: String, _ length: Int) -> String {
        guard text.utf16.count > length else { return text }
        var result = text
        while result.utf16.count > length - 1 { result.removeLast() }
        while result.hasSuffix(" ") { result.removeLast() }
        return result + "…"
    }
}
