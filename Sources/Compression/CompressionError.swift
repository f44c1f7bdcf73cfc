/// What a codec refused. Sizes only, no content.
package enum CompressionError: Error, Sendable, Equatable, CustomStringConvertible {
    case outOfMemory
    /// The bytes are damaged, or of another codec.
    case corrupt(codec: String)
    /// They hold another number of bytes than the reader was told.
    case wrongSize(codec: String, expected: Int, found: Int)
    /// The bytes could not be compressed.
    case compression(codec: String)

    package var description: String {
        switch self {
        case .outOfMemory: "out of memory"
        case .corrupt(let codec): "\(codec): the bytes are damaged or hold more than they should"
        case .wrongSize(let codec, let expected, let found):
            "\(codec): \(found) bytes where \(expected) were promised"
        case .compression(let codec): "\(codec): can't compress"
        }
    }
}
