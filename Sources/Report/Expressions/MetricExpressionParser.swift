internal import Configuration

/// Reads `name(argument, …)`; an argument is a column or, in `ratio`, a sum or a count.
struct MetricExpressionParser {
    private let characters: [Character]
    private var position = 0

    private static let functions = ["sum", "count", "min", "max", "last", "average", "ratio"]

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
        let expression = try arguments(of: name)
        try expect(")")
        return expression
    }

    private mutating func arguments(of function: String) throws(MetricExpressionError) -> MetricExpression {
        switch function {
        case "count": return .count
        case "sum": return .sum(try column())
        case "min": return .minimum(try column())
        case "max": return .maximum(try column())
        case "last": return .last(try column())
        case "average": return .average(try column())
        default:
            let numerator = try total()
            try expect(",")
            return .ratio(numerator, try total())
        }
    }

    /// A part of a ratio: a sum, a count or a balance.
    private mutating func total() throws(MetricExpressionError) -> MetricExpression {
        skipSpaces()
        let start = position
        let expression = try self.expression()
        switch expression {
        case .sum, .count, .last: return expression
        default:
            throw MetricExpressionError(
                "a ratio is of sums, counts or last values", character: start + 1,
                hint: "write ratio(sum(a), sum(b))")
        }
    }

    private mutating func column() throws(MetricExpressionError) -> String {
        skipSpaces()
        return try name(of: "a column")
    }

    private mutating func name(of what: String) throws(MetricExpressionError) -> String {
        let start = position
        while position < characters.count, Self.isNamePart(characters[position], first: position == start) {
            position += 1
        }
        guard position > start else { throw error("\(what) is missing") }
        return String(characters[start..<position])
    }

    private mutating func expect(_ wanted: Character) throws(MetricExpressionError) {
        skipSpaces()
        guard position < characters.count, characters[position] == wanted else { throw error("'\(wanted)' is missing") }
        position += 1
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
