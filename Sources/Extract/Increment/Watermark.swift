package import CivilTime

/// How far a table has followed its source: kept in the log of the table itself, with the version that it belongs to.
///
/// Rows with a cursor below `bound` have all been seen: whatever was open when the snapshot was taken could only write
/// at the bound and above.
package struct Watermark: Sendable, Hashable {
    /// Hash of what the increments rely on: source, isolation, cursor, key. Another one means to read everything again.
    package var definition: String
    /// Where the horizon stood: the server's clock, or the greatest number there was; nil where there was none.
    package var position: Int64?
    /// From where rows may still come late; nil where that is not known: everything must be read.
    package var bound: Int64?
    /// The transactions that were open, and from which position on they may write; nil where that is not known.
    package var openTransactions: [String: Int64?]
    /// When keys were compared with the source's for the last time.
    package var keysComparedAt: Instant?
    /// Whether it is that of a chunk: what comes after the bound was not read, though the snapshot had it.
    package var isOfChunk = false

    /// The same for a chunk of the snapshot's rows.
    package var ofChunk: Watermark {
        var watermark = self
        watermark.isOfChunk = true
        return watermark
    }

    package init(
        definition: String, position: Int64?, bound: Int64?, openTransactions: [String: Int64?] = [:],
        keysComparedAt: Instant? = nil
    ) {
        self.definition = definition
        self.position = position
        self.bound = bound
        self.openTransactions = openTransactions
        self.keysComparedAt = keysComparedAt
    }

    /// What holds for the snapshot that follows a horizon.
    ///
    /// - Parameters:
    ///   - greatest: for numbers: the greatest one of a moment before the horizon was read.
    ///   - previous: the table's last watermark, of the same definition.
    package init(
        _ horizon: SourceHorizon, scale: CursorScale, greatest: Int64?, definition: String, after previous: Watermark?
    ) {
        let position = scale == .number ? greatest : scale.position(of: horizon.instant)
        var open: [String: Int64?] = [:]
        for transaction in horizon.openTransactions {
            if let started = transaction.startedAt.flatMap(scale.position) {
                open[transaction.id] = .some(started)
            } else if let known = previous?.openTransactions[transaction.id] {
                open[transaction.id] = .some(known)
            } else {
                // It was not open when the previous horizon was read: it began after it.
                open.updateValue(previous?.position, forKey: transaction.id)
            }
        }
        var bound = position
        for since in open.values {
            guard let known = bound, let since else {
                bound = nil
                break
            }
            bound = min(known, since)
        }
        self.init(
            definition: definition, position: position, bound: bound, openTransactions: open,
            keysComparedAt: previous?.keysComparedAt)
    }
}
