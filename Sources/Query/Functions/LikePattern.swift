internal import Columnar
internal import Kernels

/// A LIKE pattern, read once: `%` any number of characters, `_` one, with an escape character.
struct LikePattern: Sendable {
    private enum Element: Sendable, Equatable {
        case any, one
        case literal(Unicode.Scalar)
    }

    private let elements: [Element]
    private let ignoresCase: Bool

    init(_ pattern: String, escape: Unicode.Scalar?, ignoresCase: Bool) throws(KernelError) {
        self.ignoresCase = ignoresCase
        var elements: [Element] = []
        var scalars = (ignoresCase ? pattern.lowercased() : pattern).unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            if scalar == escape {
                guard let next = scalars.popFirst() else {
                    throw .invalidArgument("a LIKE pattern that ends with its escape character")
                }
                elements.append(.literal(next))
            } else if scalar == "%" {
                if elements.last != .any { elements.append(.any) }
            } else if scalar == "_" {
                elements.append(.one)
            } else {
                elements.append(.literal(scalar))
            }
        }
        self.elements = elements
    }

    /// Whether a text is of the pattern: the last `%` is tried again where what follows it fails.
    func matches(_ text: String) -> Bool {
        let scalars = Array((ignoresCase ? text.lowercased() : text).unicodeScalars)
        var (row, element) = (0, 0)
        var retry: (row: Int, element: Int)?
        while row < scalars.count {
            if element < elements.count {
                switch elements[element] {
                case .any:
                    retry = (row, element + 1)
                    element += 1
                    continue
                case .one:
                    row += 1
                    element += 1
                    continue
                case .literal(let scalar):
                    if scalars[row] == scalar {
                        row += 1
                        element += 1
                        continue
                    }
                }
            }
            guard let last = retry else { return false }
            retry = (last.row + 1, last.element)
            (row, element) = (last.row + 1, last.element)
        }
        while element < elements.count, elements[element] == .any { element += 1 }
        return element == elements.count
    }

    /// The function behind LIKE and ILIKE; the arguments are the text, the pattern and perhaps the escape character.
    static func call(ignoresCase: Bool) -> ScalarCall {
        ScalarCall(ignoresCase ? "ilike" : "like", canFail: true) { arguments, rowCount, _ throws(KernelError) in
            let escape = arguments.count > 2 ? arguments[2].column : nil
            func pattern(_ row: Int) throws(KernelError) -> LikePattern {
                var character: Unicode.Scalar? = "\\"
                if let escape {
                    let text = escape.scalar(arguments[2].position(row)).asText
                    guard text.unicodeScalars.count <= 1 else {
                        throw .invalidArgument("an escape of several characters")
                    }
                    character = text.unicodeScalars.first
                }
                let text = arguments[1].column.scalar(arguments[1].position(row)).asText
                return try LikePattern(text, escape: character, ignoresCase: ignoresCase)
            }
            let validity = Kernels.validity(of: arguments, rowCount: rowCount)
            if arguments.contains(where: \.isConstantNull) { return Column.nulls(.bool, rowCount) }
            var results = [Bool](repeating: false, count: rowCount)
            if arguments.dropFirst().allSatisfy(\.isConstant) {
                let fixed = try pattern(0)
                let column = arguments[0].column
                if case .dictionary(let codes, let dictionary) = column.values, !arguments[0].isConstant {
                    let known = (0..<dictionary.values.count).map { fixed.matches(dictionary.values.text($0)) }
                    for row in 0..<rowCount where column.isValid(row) { results[row] = known[Int(codes[row])] }
                } else {
                    let bytes = try column.plainBytes()
                    for row in 0..<rowCount where column.isValid(arguments[0].position(row)) {
                        results[row] = fixed.matches(bytes.text(arguments[0].position(row)))
                    }
                }
            } else {
                for row in 0..<rowCount where validity?[row] ?? true {
                    let text = arguments[0].column.scalar(arguments[0].position(row)).asText
                    results[row] = try pattern(row).matches(text)
                }
            }
            return Column(.bool, .bool(Bitmap(results))).with(validity: validity)
        }
    }
}
