internal import Configuration

/// Reads the expression of a metric.
///
/// ```
/// expression  = term (('+' | '-') term)*
/// term        = factor ('/' factor)?
/// factor      = '(' expression ')' | 'ratio' '(' expression ',' expression ')' | function '(' argument ')'
/// argument    = column? ('where' condition ('and' condition)*)?
/// condition   = column ('=' | '!=') ('text' | number | true | false)
/// ```
struct MetricExpressionParser {
    private let characters: [Character]
    private var position = 0

    private static let functions = [
        "sum", "count", "min", "max", "first", "last", "opening", "closing", "average", "ratio",
    ]

    init(_ text: String) { characters = Array(text) }

    /// One expression, and nothing behind it.
    mutating func whole() throws(MetricExpressionError) -> MetricExpression {
        let expression = try self.expression()
        skipSpaces()
        guard position == characters.count else {
            throw error("unexpected '\(characters[position])' behind the expression")
        }
        return expression
    }

    private mutating func expression() throws(MetricExpressionError) -> MetricExpression {
        let start = position
        var result = try term()
        while let sign = take(["+", "-"]) {
            try checkTotal(result, at: start, of: "a sum or difference")
            let next = position
            let right = try term()
            try checkTotal(right, at: next, of: "a sum or difference")
            result = sign == "+" ? .plus(result, right) : .minus(result, right)
        }
        return result
    }

    private mutating func term() throws(MetricExpressionError) -> MetricExpression {
        let start = position
        let numerator = try factor()
        guard take(["/"]) != nil else { return numerator }
        try checkTotal(numerator, at: start, of: "a ratio")
        let next = position
        let denominator = try factor()
        try checkTotal(denominator, at: next, of: "a ratio")
        return .ratio(numerator, denominator)
    }

    private mutating func factor() throws(MetricExpressionError) -> MetricExpression {
        if take(["("]) != nil {
            let inner = try expression()
            try expect(")")
            return inner
        }
        skipSpaces()
        let start = position
        let name = try self.name(of: "a function")
        guard Self.functions.contains(name) else {
            let hint =
                Suggestion.nearest(to: name, among: Self.functions).map { "did you mean '\($0)'?" }
                ?? "write one of: \(Self.functions.joined(separator: ", "))"
            throw MetricExpressionError("unknown function '\(name)'", character: start + 1, hint: hint)
        }
        try expect("(")
        let expression = name == "ratio" ? try ratio() : try call(name)
        try expect(")")
        return expression
    }

    private mutating func ratio() throws(MetricExpressionError) -> MetricExpression {
        let numerator = try total()
        try expect(",")
        return .ratio(numerator, try total())
    }

    private mutating func total() throws(MetricExpressionError) -> MetricExpression {
        skipSpaces()
        let start = position
        let expression = try self.expression()
        try checkTotal(expression, at: start, of: "a ratio")
        return expression
    }

    private func checkTotal(
        _ expression: MetricExpression, at start: Int, of what: String
    ) throws(MetricExpressionError) {
        guard !expression.isTotal else { return }
        throw MetricExpressionError(
            "\(what) is of sums, counts and single values, not of ratios or averages", character: start + 1,
            hint: "write ratio(sum(a), sum(b))")
    }

    private mutating func call(_ function: String) throws(MetricExpressionError) -> MetricExpression {
        skipSpaces()
        var column = ""
        if function != "count" || !(next == ")" || isAtWord("where")) { column = try name(of: "a column") }
        let expression: MetricExpression =
            switch function {
            case "sum": .sum(column)
            case "min": .minimum(column)
            case "max": .maximum(column)
            case "first": .first(column)
            case "last": .last(column)
            case "opening": .opening(column)
            case "closing": .closing(column)
            case "average": .average(column)
            default: column.isEmpty ? .count : .countOfValues(column)
            }
        guard takeWord("where") else { return expression }
        var conditions = [try condition()]
        while takeWord("and") { conditions.append(try condition()) }
        return .only(expression, where: conditions)
    }

    private mutating func condition() throws(MetricExpressionError) -> MetricCondition {
        skipSpaces()
        let column = try name(of: "a column")
        let isNegated = take(["!"]) != nil
        try expect("=")
        skipSpaces()
        return MetricCondition(column: column, value: try value(), isNegated: isNegated)
    }

    private mutating func value() throws(MetricExpressionError) -> MetricCondition.Value {
        if takeWord("true") { return .boolean(true) }
        if takeWord("false") { return .boolean(false) }
        if take(["'"]) != nil { return .text(try quoted()) }
        let start = position
        if next == "-" { position += 1 }
        while let digit = next, digit.isASCII, digit.isNumber { position += 1 }
        guard let number = Int64(String(characters[start..<position])) else {
            position = start
            throw error("a text in single quotes, a whole number, true or false is missing")
        }
        return .integer(number)
    }

    /// The text up to the next single quote; two of them stand for one.
    private mutating func quoted() throws(MetricExpressionError) -> String {
        var text = ""
        while let character = next {
            position += 1
            guard character == "'" else {
                text.append(character)
                continue
            }
            guard next == "'" else { return text }
            text.append("'")
            position += 1
        }
        throw error("a quote is not closed")
    }

    // MARK: Characters

    private var next: Character? { position < characters.count ? characters[position] : nil }

    private mutating func name(of what: String) throws(MetricExpressionError) -> String {
        let start = position
        while position < characters.count, Self.isNamePart(characters[position], first: position == start) {
            position += 1
        }
        guard position > start else { throw error("\(what) is missing") }
        return String(characters[start..<position])
    }

    private mutating func take(_ wanted: [Character]) -> Character? {
        skipSpaces()
        guard let found = next, wanted.contains(found) else { return nil }
        position += 1
        return found
    }

    private func isAtWord(_ word: String) -> Bool {
        let end = position + word.count
        guard end <= characters.count, String(characters[position..<end]) == word else { return false }
        return end == characters.count || !Self.isNamePart(characters[end], first: false)
    }

    private mutating func takeWord(_ word: String) -> Bool {
        skipSpaces()
        guard isAtWord(word) else { return false }
        position += word.count
        return true
    }

    private mutating func expect(_ wanted: Character) throws(MetricExpressionError) {
        guard take([wanted]) == nil else { return }
        throw error("'\(wanted)' is missing")
    }

    private mutating func skipSpaces() {
        while position < characters.count, characters[position].isWhitespace { position += 1 }
    }

    private func error(_ message: String) -> MetricExpressionError {
        MetricExpressionError(message, character: position + 1)
    }

    private static func isNamePart(_ character: Character, first: Bool) -> Bool {
        guard character.isASCII else { return false }
        return character.isLetter || character == "_" || (!first && character.isNumber)
    }
}
