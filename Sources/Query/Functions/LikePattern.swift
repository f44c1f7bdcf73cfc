internal import Columnar
internal import Kernels

/// A LIKE pattern, read once: `%` any number of characters, `_` one, with an escape character.
///
/// The pattern is cut at its `%` into pieces, which are looked for one behind the other in the text's bytes: the first at
/// the start and the last at the end where no `%` stands there.
struct LikePattern: Sendable {
    /// A piece between two `%`: bytes, and places where any one character stands.
    private struct Piece: Sendable {
        /// Nil for `_`.
        var elements: [UInt8?] = []
        var hasWildcard: Bool { elements.contains(nil) }
        /// The bytes where there is no `_`: such a piece is looked for by its first four.
        var bytes: [UInt8] = []
    }

    private let pieces: [Piece]
    private let ignoresCase: Bool

    init(_ pattern: String, escape: Unicode.Scalar?, ignoresCase: Bool) throws(KernelError) {
        self.ignoresCase = ignoresCase
        var pieces = [Piece()]
        var scalars = (ignoresCase ? pattern.lowercased() : pattern).unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            if scalar == escape {
                guard let next = scalars.popFirst() else {
                    throw .invalidArgument("a LIKE pattern that ends with its escape character")
                }
                pieces[pieces.count - 1].elements += Array(String(next).utf8)
            } else if scalar == "%" {
                pieces.append(Piece())
            } else if scalar == "_" {
                pieces[pieces.count - 1].elements.append(nil)
            } else {
                pieces[pieces.count - 1].elements += Array(String(scalar).utf8)
            }
        }
        self.pieces = pieces.map { piece in
            var piece = piece
            if !piece.hasWildcard { piece.bytes = piece.elements.compactMap { $0 } }
            return piece
        }
    }

    /// Whether a text is of the pattern.
    func matches(_ text: String) -> Bool {
        let bytes = Array((ignoresCase ? text.lowercased() : text).utf8)
        return matches(folded: bytes.span)
    }

    /// Whether a text's bytes are of the pattern.
    func matches(_ text: Span<UInt8>) -> Bool {
        guard ignoresCase else { return matches(folded: text) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        for index in text.indices { bytes.append(text[index]) }
        return matches(String(decoding: bytes, as: UTF8.self))
    }

    private func matches(folded text: Span<UInt8>) -> Bool {
        guard let start = Self.end(of: pieces[0], text, 0) else { return false }
        if pieces.count == 1 { return start == text.count }
        var position = start
        for piece in pieces.dropFirst().dropLast() {
            guard let next = Self.find(piece, text, position) else { return false }
            position = next
        }
        return Self.isSuffix(pieces[pieces.count - 1], text, position)
    }

    /// Where a piece ends that begins at a position; nil where it does not stand there.
    @inline(__always)
    private static func end(of piece: Piece, _ text: Span<UInt8>, _ start: Int) -> Int? {
        var position = start
        for element in piece.elements {
            guard position < text.count else { return nil }
            if let byte = element {
                if text[position] != byte { return nil }
                position += 1
            } else {
                position += characterLength(text, position)
            }
        }
        return position
    }

    /// Where the first place of a piece from a position on ends.
    private static func find(_ piece: Piece, _ text: Span<UInt8>, _ start: Int) -> Int? {
        guard let first = piece.elements.first else { return start }
        if !piece.bytes.isEmpty { return find(piece.bytes.span, text, start) }
        var position = start
        while position < text.count {
            if first == nil || text[position] == first {
                if let end = end(of: piece, text, position) { return end }
            }
            position += first == nil ? characterLength(text, position) : 1
        }
        return nil
    }

    /// Where the first place of some bytes from a position on ends.
    private static func find(_ bytes: Span<UInt8>, _ text: Span<UInt8>, _ start: Int) -> Int? {
        let length = bytes.count
        let end = text.count - length
        if length < 4 {
            var position = start
            while position <= end {
                if isAt(position, bytes, text) { return position + length }
                position &+= 1
            }
            return nil
        }
        // Four bytes at once: the same four are rarely anything else.
        return unsafe text.withUnsafeBytes { raw in
            let head = unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(as: UInt32.self) }
            var position = start
            while position <= end {
                if unsafe raw.loadUnaligned(fromByteOffset: position, as: UInt32.self) == head,
                    isAt(position, bytes, text)
                {
                    return position + length
                }
                position &+= 1
            }
            return nil
        }
    }

    @inline(__always)
    private static func isAt(_ position: Int, _ bytes: Span<UInt8>, _ text: Span<UInt8>) -> Bool {
        for index in 0..<bytes.count where text[position &+ index] != bytes[index] { return false }
        return true
    }

    /// Whether the text ends with a piece that begins at a position or behind it.
    private static func isSuffix(_ piece: Piece, _ text: Span<UInt8>, _ start: Int) -> Bool {
        if piece.elements.isEmpty { return true }
        if !piece.hasWildcard {
            let begin = text.count - piece.elements.count
            return begin >= start && end(of: piece, text, begin) == text.count
        }
        var position = start
        while position < text.count {
            if end(of: piece, text, position) == text.count { return true }
            position += characterLength(text, position)
        }
        return false
    }

    /// The bytes of the UTF-8 character at a position.
    private static func characterLength(_ text: Span<UInt8>, _ position: Int) -> Int {
        var end = position + 1
        while end < text.count, text[end] & 0xC0 == 0x80 { end += 1 }
        return end - position
    }

    /// Whether each of many texts is of the pattern.
    private func matches(of texts: BytesBuffer) -> [Bool] {
        let (bytes, offsets) = (texts.bytes, texts.offsets)
        let content = bytes.span
        let bounds = offsets.span
        var results = [Bool](repeating: false, count: texts.count)
        for index in results.indices {
            results[index] = matches(content.extracting(Int(bounds[index])..<Int(bounds[index + 1])))
        }
        return results
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
                    let known = fixed.matches(of: dictionary.values)
                    let span = codes.span
                    for row in 0..<rowCount { results[row] = known[Int(span[row])] }
                } else {
                    let known = fixed.matches(of: try column.plainBytes())
                    for row in 0..<rowCount { results[row] = known[arguments[0].position(row)] }
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
