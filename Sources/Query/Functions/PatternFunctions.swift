internal import Columnar
internal import Kernels

/// Functions of texts by patterns, and those that reports need more rarely.
enum PatternFunctions {
    static let all: [ScalarFunction] = [
        function("regexp_replace", [.text, .text, .text], .text) { values throws(KernelError) in
            .text(try Pattern(values[1].asText).replacing(values[0].asText, values[2].asText, isGlobal: false))
        },
        function("regexp_replace", [.text, .text, .text, .text], .text) { values throws(KernelError) in
            let flags = values[3].asText
            guard flags.allSatisfy({ $0 == "g" || $0 == "i" }) else {
                throw .invalidArgument("flags of regexp_replace other than 'g' and 'i'")
            }
            let pattern = try Pattern(values[1].asText, ignoresCase: flags.contains("i"))
            return .text(try pattern.replacing(values[0].asText, values[2].asText, isGlobal: flags.contains("g")))
        },
        test("regexp_like"), test("regexp_matches"), test("~"), test("~*", ignoresCase: true),
        test("!~", isNegated: true), test("!~*", ignoresCase: true, isNegated: true),
        function("regexp_substr", [.text, .text], .text) { values throws(KernelError) in
            try Pattern(values[1].asText).first(in: values[0].asText).map(Scalar.text) ?? .null
        },
        function("regexp_count", [.text, .text], .int32) { values throws(KernelError) in
            .int(Int64(try Pattern(values[1].asText).count(in: values[0].asText)))
        },
        function("translate", [.text, .text, .text], .text) { values throws(KernelError) in
            .text(translated(values[0].asText, values[1].asText, values[2].asText))
        },
        function("initcap", [.text], .text) { values throws(KernelError) in .text(capitalised(values[0].asText)) },
        function("chr", [.int32], .text) { values throws(KernelError) in
            guard let code = UInt32(exactly: values[0].asInt), code > 0, let scalar = Unicode.Scalar(code) else {
                throw .invalidArgument("a number that is no character")
            }
            return .text(String(scalar))
        },
        function("to_hex", [.int64], .text) { values throws(KernelError) in
            .text(String(UInt64(bitPattern: values[0].asInt), radix: 16))
        },
        concatenationWithSeparator,
    ]

    private static func function(
        _ name: String, _ parameters: [SQLType], _ result: SQLType,
        _ body: @escaping @Sendable ([Scalar]) throws(KernelError) -> Scalar
    ) -> ScalarFunction {
        ScalarFunction(name, parameters, result, canFail: true) { arguments, rowCount, _ throws(KernelError) in
            try RowFunctions.boxed(result.logical, arguments, rowCount) { values throws(KernelError) in try body(values)
            }
        }
    }

    /// Whether a pattern is found: one that is constant is read once, and each text of a dictionary looked at once.
    private static func test(_ name: String, ignoresCase: Bool = false, isNegated: Bool = false) -> ScalarFunction {
        ScalarFunction(name, [.text, .text], .bool, canFail: true) { arguments, rowCount, _ throws(KernelError) in
            guard arguments[1].isConstant, arguments[1].column.isValid(0), !arguments[0].isConstant else {
                return try RowFunctions.boxed(.bool, arguments, rowCount) { values throws(KernelError) in
                    let pattern = try Pattern(values[1].asText, ignoresCase: ignoresCase)
                    return .bool(try pattern.matches(values[0].asText) != isNegated)
                }
            }
            let pattern = try Pattern(arguments[1].column.scalar(0).asText, ignoresCase: ignoresCase)
            let column = arguments[0].column
            var found = [Bool](repeating: false, count: rowCount)
            if case .dictionary(let codes, let dictionary) = column.values {
                var known = [Bool?](repeating: nil, count: dictionary.values.count)
                for row in 0..<rowCount where column.isValid(row) {
                    let code = Int(codes[row])
                    if known[code] == nil {
                        known[code] = try pattern.matches(dictionary.values.text(code)) != isNegated
                    }
                    found[row] = known[code] ?? false
                }
            } else {
                let texts = try column.plainBytes()
                for row in 0..<rowCount where column.isValid(row) {
                    found[row] = try pattern.matches(texts.text(row)) != isNegated
                }
            }
            return Column(.bool, validity: column.validity, .bool(Bitmap(found)))
        }
    }

    /// `concat_ws`: missing texts are left out with their separator.
    private static let concatenationWithSeparator = ScalarFunction(
        "concat_ws", [.text, .text], .text, isVariadic: true
    ) { arguments, rowCount, _ throws(KernelError) in
        try RowFunctions.boxed(.text, arguments, rowCount, strict: false) { values throws(KernelError) in
            guard values[0] != .null else { return .null }
            return .text(
                values.dropFirst().filter { $0 != .null }.map(\.asText).joined(separator: values[0].asText))
        }
    }

    private static func translated(_ text: String, _ from: String, _ to: String) -> String {
        let targets = Array(to.unicodeScalars)
        var map: [Unicode.Scalar: Unicode.Scalar?] = [:]
        for (index, scalar) in from.unicodeScalars.enumerated() where map[scalar] == nil {
            map[scalar] = .some(index < targets.count ? targets[index] : nil)
        }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if let target = map[scalar] {
                if let target { result.append(target) }
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }

    /// The first letter of each word large, the others small; words are letters and digits.
    private static func capitalised(_ text: String) -> String {
        var isInside = false
        return text.map { character -> String in
            guard character.isLetter || character.isNumber else {
                isInside = false
                return String(character)
            }
            defer { isInside = true }
            return isInside ? character.lowercased() : character.uppercased()
        }.joined()
    }
}

/// A regular expression.
struct Pattern {
    private let regex: Regex<AnyRegexOutput>

    init(_ text: String, ignoresCase: Bool = false) throws(KernelError) {
        guard let regex = try? Regex(text) else { throw .invalidArgument("a text that is no regular expression") }
        self.regex = (ignoresCase ? regex.ignoresCase() : regex).matchingSemantics(.unicodeScalar)
    }

    func matches(_ text: String) throws(KernelError) -> Bool {
        do { return try regex.firstMatch(in: text) != nil } catch { throw .invalidArgument("a regular expression") }
    }

    /// The first stretch that matches.
    func first(in text: String) throws(KernelError) -> String? {
        do { return try regex.firstMatch(in: text).map { String(text[$0.range]) } } catch {
            throw .invalidArgument("a regular expression")
        }
    }

    /// How many stretches match, none over another.
    func count(in text: String) -> Int { text.matches(of: regex).count }

    /// The text with the first or all matches replaced; `\1` is a group, `\&` the whole, as PostgreSQL has it.
    func replacing(_ text: String, _ replacement: String, isGlobal: Bool) throws(KernelError) -> String {
        var result = ""
        var position = text.startIndex
        for match in text.matches(of: regex) {
            result += text[position..<match.range.lowerBound]
            result += expanded(replacement, match)
            position = match.range.upperBound
            if !isGlobal { break }
        }
        return result + text[position...]
    }

    private func expanded(_ replacement: String, _ match: Regex<AnyRegexOutput>.Match) -> String {
        var result = ""
        var characters = replacement[...]
        while let character = characters.popFirst() {
            guard character == "\\", let next = characters.popFirst() else {
                result.append(character)
                continue
            }
            if let group = next.wholeNumberValue {
                if group < match.output.count { result += match.output[group].substring ?? "" }
            } else if next == "&" {
                result += text(match)
            } else {
                result.append(next)
            }
        }
        return result
    }

    private func text(_ match: Regex<AnyRegexOutput>.Match) -> Substring { match.output[0].substring ?? "" }
}
