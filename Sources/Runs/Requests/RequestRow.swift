internal import CivilTime

/// A request as it stands in its row, with nothing believed yet.
struct RequestRow: Sendable, Equatable {
    let key: String
    let createdAt: Instant
    let subject: String?
    let from: Instant?
    let to: Instant?
    /// The JSON text.
    let parameters: String?
}

/// A request cannot be answered as it is; the message is for the person who asked.
struct RequestRefusal: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
