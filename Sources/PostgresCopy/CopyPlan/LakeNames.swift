/// Column names as the lake has them: Delta without column mapping forbids ` ,;{}()\n\t=`, and no two names may
/// differ by case alone, because half of the readers do not see case.
///
/// A character that cannot stay is written `_xHHHH_`, its code point in hexadecimal: `unit price` is
/// `unit_x0020_price`; of `Name` and `name` the first is `_x004e_ame`. What is left alone is most of all names.
enum LakeNames {
    /// The names in the lake, in the same order; distinct without regard to case.
    static func encode(_ names: [String]) -> [String] {
        var counts: [String: Int] = [:]
        for name in names { counts[name.lowercased(), default: 0] += 1 }
        var taken: Set<String> = []
        return names.map { name in
            let isClashing = counts[name.lowercased(), default: 0] > 1
            var encoded = name.unicodeScalars.reduce(into: "") { text, scalar in
                let mustGo = isForbidden(scalar) || isClashing && scalar.properties.isUppercase
                text += mustGo ? escape(scalar) : String(scalar)
            }
            // A name that looks encoded already can still meet another: it is made to differ.
            while !taken.insert(encoded.lowercased()).inserted { encoded += "_x_" }
            return encoded
        }
    }

    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        " ,;{}()\n\t=".unicodeScalars.contains(scalar) || scalar.value < 0x20 || scalar.value == 0x7F
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16)
        return "_x" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "_"
    }
}
