/// What zstd refused.
package enum ZstandardError: Error, Sendable, Equatable, CustomStringConvertible {
    case outOfMemory
    /// The frame is damaged or not zstd; the library's words.
    case corrupt(reason: String)
    /// The frame holds another number of bytes than the reader was told.
    case wrongSize(expected: Int, found: Int)
    case compression(reason: String)

    package var description: String {
        switch self {
        case .outOfMemory: "zstd: out of memory"
        case .corrupt(let reason): "zstd: \(reason)"
        case .wrongSize(let expected, let found): "zstd: \(found) bytes where \(expected) were promised"
        case .compression(let reason): "zstd: can't compress: \(reason)"
        }
    }
}
