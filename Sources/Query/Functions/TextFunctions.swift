internal import Columnar
internal import Kernels

/// Functions of texts; positions and lengths count code points, as PostgreSQL does.
enum TextFunctions {
    static let all: [ScalarFunction] =
        [
            RowFunctions.text("upper", upper), RowFunctions.text("lower") { $0.lowercased() },
            RowFunctions.text("reverse") { String(String.UnicodeScalarView($0.unicodeScalars.reversed())) },
            length("length"), length("char_length"), length("character_length"),
            function("octet_length", [.text], .int32) { .int(Int64($0[0].asText.utf8.count)) },
            function("strpos", [.text, .text], .int32) { .int(position($0[0].asText, $0[1].asText)) },
            function("replace", [.text, .text, .text], .text) {
                .text($0[1].asText.isEmpty ? $0[0].asText : $0[0].asText.replacing($0[1].asText, with: $0[2].asText))
            },
            function("starts_with", [.text, .text], .bool) {
                .bool(Array($0[0].asText.utf8).starts(with: $0[1].asText.utf8))
            },
            function("split_part", [.text, .text, .int32], .text, canFail: true) { values throws(KernelError) in
                .text(try splitPart(values[0].asText, values[1].asText, Int(values[2].asInt)))
            },
            function("repeat", [.text, .int32], .text, canFail: true) { values throws(KernelError) in
                let count = max(0, Int(values[1].asInt))
                let text = values[0].asText
                guard text.utf8.count.multipliedReportingOverflow(by: count).partialValue <= 1 << 28, count <= 1 << 28
                else {
                    throw .tooLarge
                }
                return .text(String(repeating: text, count: count))
            },
            trim("btrim", true, true), trim("ltrim", true, false), trim("rtrim", false, true), trim("trim", true, true),
            pad("lpad", atStart: true), pad("rpad", atStart: false),
            function("ascii", [.text], .int32) { .int(Int64($0[0].asText.unicodeScalars.first?.value ?? 0)) },
            concat,
            ScalarFunction("||", [.text, .text], .text) { arguments, rowCount, _ throws(KernelError) in
                try RowFunctions.boxed(.text, arguments, rowCount) { .text($0[0].asText + $0[1].asText) }
            },
        ] + trims + TextPieces.all

    /// Character by character, as PostgreSQL does: one that becomes several (ß) stays.
    @Sendable private static func upper(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.uppercased() }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let mapped = scalar.properties.uppercaseMapping.unicodeScalars
            result.append(mapped.count == 1 ? mapped[mapped.startIndex] : scalar)
        }
        return String(result)
    }

    private static func function(
        _ name: String, _ parameters: [SQLType], _ result: SQLType, canFail: Bool = false,
        _ body: @escaping @Sendable ([Scalar]) throws(KernelError) -> Scalar
    ) -> ScalarFunction {
        ScalarFunction(name, parameters, result, canFail: canFail) { arguments, rowCount, _ throws(KernelError) in
            try RowFunctions.boxed(result.logical, arguments, rowCount) { values throws(KernelError) in try body(values)
            }
        }
    }

    private static func length(_ name: String) -> ScalarFunction {
        function(name, [.text], .int32) { .int(Int64($0[0].asText.unicodeScalars.count)) }
    }

    private static let concat = ScalarFunction("concat", [.text], .text, isVariadic: true) {
        arguments, rowCount, _ throws(KernelError) in
        // NULL arguments are left out.
        try RowFunctions.boxed(.text, arguments, rowCount, strict: false) { .text($0.map(\.asText).joined()) }
    }

    private static func position(_ text: String, _ part: String) -> Int64 {
        let (bytes, wanted) = (Array(text.utf8), Array(part.utf8))
        if wanted.isEmpty { return 1 }
        guard bytes.count >= wanted.count else { return 0 }
        for start in 0...(bytes.count - wanted.count) where bytes[start..<start + wanted.count].elementsEqual(wanted) {
            return Int64(String(decoding: bytes[..<start], as: UTF8.self).unicodeScalars.count) + 1
        }
        return 0
    }

    private static func splitPart(_ text: String, _ separator: String, _ index: Int) throws(KernelError) -> String {
        guard index != 0 else { throw .invalidArgument("part 0 of split_part") }
        let parts =
            separator.isEmpty
            ? [text] : text.split(separator: separator, omittingEmptySubsequences: false).map(String.init)
        let position = index > 0 ? index - 1 : parts.count + index
        return parts.indices.contains(position) ? parts[position] : ""
    }

    private static func trim(_ name: String, _ start: Bool, _ end: Bool) -> ScalarFunction {
        RowFunctions.text(name) { trimmed($0, [" "], start, end) }
    }

    private static let trims: [ScalarFunction] = [
        ("btrim", true, true), ("ltrim", true, false), ("rtrim", false, true), ("trim", true, true),
    ].map {
        name, start, end in
        function(name, [.text, .text], .text) {
            .text(trimmed($0[0].asText, Set($0[1].asText.unicodeScalars), start, end))
        }
    }

    private static func trimmed(_ text: String, _ set: Set<Unicode.Scalar>, _ start: Bool, _ end: Bool) -> String {
        var scalars = text.unicodeScalars[...]
        while start, let first = scalars.first, set.contains(first) { scalars.removeFirst() }
        while end, let last = scalars.last, set.contains(last) { scalars.removeLast() }
        return String(scalars)
    }

    private static func pad(_ name: String, atStart: Bool) -> ScalarFunction {
        function(name, [.text, .int32, .text], .text, canFail: true) { values throws(KernelError) in
            let scalars = Array(values[0].asText.unicodeScalars)
            let count = max(0, Int(values[1].asInt))
            let fill = Array(values[2].asText.unicodeScalars)
            guard count <= 1 << 24 else { throw .tooLarge }
            if scalars.count >= count { return .text(String(String.UnicodeScalarView(scalars[..<count]))) }
            if fill.isEmpty { return values[0] }
            let padding = (0..<count - scalars.count).map { fill[$0 % fill.count] }
            return .text(String(String.UnicodeScalarView(atStart ? padding + scalars : scalars + padding)))
        }
    }
}
