package import CivilTime
package import Columnar
package import PostgresCopy

/// The moment of the source that all datasets of a run are of.
package struct SourceSnapshot: Sendable, Hashable {
    /// `pg_current_snapshot()`: xmin:xmax:transactions under way between them. Rows of transactions below xmin are in,
    /// of those from xmax on are not: what an incremental run goes on from.
    package let text: String
    /// The oldest transaction that was under way.
    package let xmin: UInt64
    /// The server's clock when the transaction began: everything that was committed before is in.
    package let instant: Instant

    package init(text: String, xmin: UInt64, instant: Instant) {
        self.text = text
        self.xmin = xmin
        self.instant = instant
    }

    init(of connection: PostgresConnection) throws(PostgresError) {
        let row = try connection.execute(
            """
            SELECT pg_catalog.pg_current_snapshot()::text,
                   pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())::text,
                   pg_catalog.floor(extract(epoch FROM pg_catalog.now()) * 1000000)::pg_catalog.int8
            """
        ).rows.first
        guard let row, let text = row[0], let xmin = row[1].flatMap({ UInt64($0) }),
            let microseconds = row[2].flatMap({ Int64($0) })
        else { throw PostgresError(.other, "the server does not say which snapshot it reads") }
        self.init(text: text, xmin: xmin, instant: Instant(microsecondsSinceEpoch: microseconds))
    }
}

/// What was read of a dataset. It counts once the session has finished.
package struct ExtractionCount: Sendable {
    /// The columns, also where there are no rows.
    package let schema: Schema
    /// The rows that the server sent and counted.
    package let rowsRead: Int
    /// The bytes of the stream.
    package let bytes: Int
    /// What was left out, as the contract allows: rows read = rows handed over + `rejections.rowCount`.
    package let rejections: CopyRejections
    /// The moment that they are of.
    package let snapshot: SourceSnapshot

    /// The rows that were handed over.
    package var rowsAccepted: Int { rowsRead - rejections.rowCount }
}
