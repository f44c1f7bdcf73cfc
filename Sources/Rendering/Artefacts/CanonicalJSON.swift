internal import Formatting

/// JSON with one way of writing each value: keys sorted by code points, two spaces of indentation, no doubles.
///
/// Numbers that are not 64-bit integers are written as text by whoever makes the value: no reader can round them.
package indirect enum CanonicalJSON: Sendable, Hashable {
    case null
    case truth(Bool)
    case integer(Int64)
    case text(String)
    case list([CanonicalJSON])
    case object([String: CanonicalJSON])

    /// The text, with a newline at its end.
    package var bytes: [UInt8] {
        var out: [UInt8] = []
        write(to: &out, indent: 0)
        out.append(UInt8(ascii: "\n"))
        return out
    }

    private func write(to out: inout [UInt8], indent: Int) {
        switch self {
        case .null: out += "null".utf8
        case .truth(let truth): out += (truth ? "true" : "false").utf8
        case .integer(let number): out += String(number).utf8
        case .text(let text): Self.write(text, to: &out)
        case .list(let values):
            Self.write(values, "[", "]", &out, indent) { value, out in value.write(to: &out, indent: indent + 1) }
        case .object(let values):
            let keys = values.keys.sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
            Self.write(keys, "{", "}", &out, indent) { key, out in
                Self.write(key, to: &out)
                out += ": ".utf8
                (values[key] ?? .null).write(to: &out, indent: indent + 1)
            }
        }
    }

    private static func write<Item>(
        _ items: [Item], _ open: String, _ close: String, _ out: inout [UInt8], _ indent: Int,
        _ item: (Item, inout [UInt8]) -> Void
    ) {
        out += open.utf8
        for (index, value) in items.enumerated() {
            out += (index == 0 ? "\n" : ",\n").utf8
            out += Array(repeating: UInt8(ascii: " "), count: 2 * (indent + 1))
            item(value, &out)
        }
        if !items.isEmpty {
            out.append(UInt8(ascii: "\n"))
            out += Array(repeating: UInt8(ascii: " "), count: 2 * indent)
        }
        out += close.utf8
    }

    /// A text in quotes.
    static func write(_ text: String, to out: inout [UInt8]) { ExactText.appendQuoted(text, to: &out) }
}
