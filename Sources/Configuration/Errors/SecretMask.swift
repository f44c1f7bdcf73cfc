/// Blanks out what may be a secret in a text that is about to be shown.
package enum SecretMask {
    /// The text with the passwords of URLs (`postgres://reader:***@db/shop`) and the values of keys named like secrets
    /// (`password: ***`) blanked out. What stays keeps its column.
    package static func masked(_ text: String) -> String { maskedKeys(maskedURLs(text)) }

    /// Stars in place of what stands between the first colon after `://` and the last `@` of the same word.
    private static func maskedURLs(_ text: String) -> String {
        var result = Array(text)
        var start = 0
        while start + 2 < result.count {
            guard result[start] == ":", result[start + 1] == "/", result[start + 2] == "/" else {
                start += 1
                continue
            }
            var end = start + 3
            while end < result.count, !result[end].isWhitespace, !"\"'".contains(result[end]) { end += 1 }
            if let at = result[(start + 3)..<end].lastIndex(of: "@"),
                let colon = result[(start + 3)..<at].firstIndex(of: ":")
            {
                for index in (colon + 1)..<at { result[index] = "*" }
            }
            start = end
        }
        return String(result)
    }

    private static func maskedKeys(_ text: String) -> String {
        var result = Array(text)
        let lower = result.map { Character($0.lowercased().first.map(String.init) ?? " ") }
        for name in ["password", "passwd", "secret", "token"] {
            let letters = Array(name)
            for start in lower.indices where lower[start...].starts(with: letters) {
                guard let colon = lower[start...].firstIndex(of: ":"),
                    lower[start..<colon].allSatisfy({ $0.isLetter || $0 == "_" || $0 == "\"" || $0 == "'" })
                else { continue }
                mask(&result, after: colon)
            }
        }
        return String(result)
    }

    /// Stars in place of the value after a colon, up to a comma or bracket of the same flow mapping. The way to write a
    /// secret, `env:` or `file:`, stays.
    private static func mask(_ characters: inout [Character], after colon: Int) {
        var index = colon + 1
        while index < characters.count, characters[index] == " " { index += 1 }
        let value = String(characters[index...])
        if value.hasPrefix("env:") || value.hasPrefix("file:") { return }
        while index < characters.count, !",}]".contains(characters[index]) {
            if characters[index] != " " { characters[index] = "*" }
            index += 1
        }
    }
}
