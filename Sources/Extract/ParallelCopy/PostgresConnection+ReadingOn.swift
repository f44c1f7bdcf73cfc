internal import Columnar
internal import Effects
internal import PostgresCopy

extension PostgresConnection {
    /// As `copy`; but rows of more than a few batches are read on while those before are worked on: a server that is not
    /// listened to stops working as soon as some hundred kilobytes wait.
    ///
    /// - Parameter consume: takes the batches in order, one at a time, the later ones on another thread.
    func copyReadingOn(_ plan: CopyPlan, consume: (borrowing ColumnBatch) throws -> Void) throws -> CopySummary {
        try HandOver.run(inlineCount: Self.inlineBatchCount, weightMax: Self.waitingByteCountMax) { emit in
            try copy(plan) { batch in try emit(copy batch, batch.byteCount) }
        } consume: { (batch: ColumnBatch) in
            try consume(batch)
        }
    }

    /// Batches that are worth no thread.
    private static var inlineBatchCount: Int { 8 }
    /// Bytes of batches that wait to be worked on.
    private static var waitingByteCountMax: Int { 8 << 20 }
}
