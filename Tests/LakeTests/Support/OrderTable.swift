import AlmanacTesting
import CivilTime
import Columnar
import Effects
import Lake
import Tenancy

/// Orders with a time, for the operations: versions of a row are told apart by their note.
struct OrderTable {
    let table: DeltaTable
    let eventTime: EventTime

    static let schema = Schema([
        Field("id", .int64, isNullable: false), Field("placed_at", .timestamp),
        Field("price", .decimal(precision: 12, scale: 2)), Field("note", .text),
    ])

    /// 2026-09-01T04:00Z is midnight in New York.
    static let start: Int64 = 1_788_235_200_000_000
    static let hour: Int64 = 3_600_000_000

    init(_ table: DeltaTable, zone: Zone) {
        self.table = table
        eventTime = EventTime(column: "placed_at", zone: zone)
    }

    /// An order: one an hour, every 11th without a time.
    static func row(_ id: Int64, _ note: String) -> [Scalar] {
        [
            .int(id), id % 11 == 5 ? .null : .timestamp(start + id * hour),
            .decimal(ExactDecimal(unscaled: Int128(id * 3), scale: 2)), .text(note),
        ]
    }

    static func batch(_ rows: [(Int64, String)]) throws -> ColumnBatch {
        try ColumnBatch(schema: schema, rows: rows.map { row($0.0, $0.1) })
    }

    /// Days since 1970 of an order in New York; nil without a time. No clock change lies within the tests' days.
    static func day(_ id: Int64) -> Int32? { id % 11 == 5 ? nil : 20_697 + Int32(id / 24) }

    var info: OperationInfo { OperationInfo(eventTime: eventTime) }

    func change(_ mode: WriteMode = .append, sequence: Int64? = nil, partition: PartitionPolicy? = nil) -> TableChange {
        var change = TableChange(mode, schema: Self.schema, eventTime: eventTime)
        change.transaction = sequence.map { DeltaTransaction(application: "orders", version: $0) }
        change.partition = partition
        change.limits.rowGroupRows = 64
        return change
    }

    @discardableResult
    func append(
        _ ids: some Sequence<Int64>, _ note: String = "a", sequence: Int64? = nil, partition: PartitionPolicy? = nil
    ) throws -> TableCommit {
        try table.write(change(sequence: sequence, partition: partition)) {
            try $0.write(try Self.batch(ids.map { ($0, note) }))
        }
    }

    @discardableResult
    func merge(
        _ upserts: [(Int64, String)], deletes: [Int64] = [], sequence: Int64? = nil, partition: PartitionPolicy? = nil
    ) throws -> MergeCommit {
        var change = MergeChange(key: ["id"], schema: Self.schema, eventTime: eventTime)
        change.transaction = sequence.map { DeltaTransaction(application: "orders", version: $0) }
        change.partition = partition
        return try table.merge(change) { writer in
            if !upserts.isEmpty { try writer.upsert(try Self.batch(upserts)) }
            if !deletes.isEmpty {
                try writer.delete(
                    try ColumnBatch(schema: Schema([Field("id", .int64)]), rows: deletes.map { [.int($0)] }))
            }
        }
    }

    /// The note of each order; an order that is there twice is an issue of its own.
    func notes(at moment: DeltaTable.Moment = .latest) throws -> [Int64: String] {
        var notes: [Int64: String] = [:]
        for row in try table.snapshot(at: moment).rows(columns: ["id", "note"]) {
            guard case .int(let id) = row[0], case .text(let note) = row[1] else { continue }
            notes[id] = notes[id] == nil ? note : "twice"
        }
        return notes
    }
}

extension TestLake {
    func orders() throws -> OrderTable {
        OrderTable(try table(), zone: try scope("acme").tenant.calendar.zone)
    }
}
