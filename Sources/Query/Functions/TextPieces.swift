internal import Columnar
internal import Kernels

/// Functions that cut a piece out of a text: bytes of the text are copied, and no text is made on the way. Positions
/// and lengths count code points.
enum TextPieces {
    static let all: [ScalarFunction] = [
        substring("substring", hasLength: false), substring("substr", hasLength: false),
        substring("substring", hasLength: true), substring("substr", hasLength: true), end("left", isLeft: true),
        end("right", isLeft: false),
    ]

    /// From a position that counts from 1 and may lie before the text.
    private static func substring(_ name: String, hasLength: Bool) -> ScalarFunction {
        ScalarFunction(name, hasLength ? [.text, .int32, .int32] : [.text, .int32], .text, canFail: hasLength) {
            arguments, rowCount, _ throws(KernelError) in
            try pieces(arguments, rowCount) { text, numbers throws(KernelError) in
                let first = max(0, numbers.0 - 1)
                guard hasLength else { return offset(first, text)..<text.count }
                guard numbers.1 >= 0 else { throw .invalidArgument("a negative length of substring") }
                let (end, overflow) = (numbers.0 - 1).addingReportingOverflow(numbers.1)
                let start = offset(first, text)
                if overflow { return start..<text.count }
                return start..<max(start, offset(max(end, 0), text))
            }
        }
    }

    /// `left` and `right`: so many code points, or all but so many.
    private static func end(_ name: String, isLeft: Bool) -> ScalarFunction {
        ScalarFunction(name, [.text, .int32], .text) { arguments, rowCount, _ throws(KernelError) in
            try pieces(arguments, rowCount) { text, numbers throws(KernelError) in
                if numbers.0 >= 0, isLeft { return 0..<offset(numbers.0, text) }
                let count = length(text)
                let other = numbers.0 >= 0 ? max(0, count - numbers.0) : max(0, count + numbers.0)
                if isLeft { return 0..<offset(other, text) }
                let start = numbers.0 >= 0 ? other : min(count, -numbers.0)
                return offset(start, text)..<text.count
            }
        }
    }

    /// The byte at which a code point begins; the text's end where it has fewer.
    private static func offset(_ position: Int64, _ text: Span<UInt8>) -> Int {
        var left = position
        var index = 0
        while index < text.count {
            if text[index] & 0xC0 != 0x80 {
                if left == 0 { return index }
                left -= 1
            }
            index &+= 1
        }
        return text.count
    }

    private static func length(_ text: Span<UInt8>) -> Int64 {
        var count: Int64 = 0
        for index in 0..<text.count where text[index] & 0xC0 != 0x80 { count &+= 1 }
        return count
    }

    private static func pieces(
        _ arguments: [Operand], _ rowCount: Int,
        _ body: (Span<UInt8>, (Int64, Int64)) throws(KernelError) -> Range<Int>
    ) throws(KernelError) -> Column {
        let validity = Kernels.validity(of: arguments, rowCount: rowCount)
        if arguments.contains(where: \.isConstantNull) { return Column.nulls(.text, rowCount) }
        let texts = try arguments[0].column.plainBytes()
        let numbers = arguments.dropFirst().map { ($0.isConstant, integers(of: $0)) }
        let (valueBytes, valueOffsets) = (texts.bytes, texts.offsets)
        let content = valueBytes.span
        let offsets = valueOffsets.span
        let isConstantText = arguments[0].isConstant
        var builder = BytesBuilder()
        for row in 0..<rowCount {
            if let validity, !validity[row] {
                builder.appendNull()
                continue
            }
            let position = isConstantText ? 0 : row
            let text = content.extracting(Int(offsets[position])..<Int(offsets[position + 1]))
            let first = numbers[0].1[numbers[0].0 ? 0 : row]
            let second = numbers.count > 1 ? numbers[1].1[numbers[1].0 ? 0 : row] : 0
            let range = try body(text, (first, second))
            guard builder.append(text.extracting(range)) else { throw .tooLarge }
        }
        let (values, found) = builder.finish()
        return Column(.text, validity: found, .bytes(values))
    }

    private static func integers(of operand: Operand) -> [Int64] {
        switch operand.column.values {
        case .int32(let buffer): buffer.array.map(Int64.init)
        case .int64(let buffer): buffer.array
        default: Array(repeating: 0, count: operand.column.rowCount)
        }
    }
}
