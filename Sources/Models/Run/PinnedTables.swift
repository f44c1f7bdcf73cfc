package import Lake
package import Query
internal import Synchronization

/// The tables of one tenant, each at the one version that belongs to a run: what models read.
///
/// A name that is not pinned is no table: nothing that came later is ever seen. Several threads may read.
package final class PinnedTables: TableCatalog {
    /// A table and its version.
    package struct Pin: Sendable {
        /// The table.
        package let table: DeltaTable
        /// The version.
        package let version: Int64

        package init(table: DeltaTable, version: Int64) {
            self.table = table
            self.version = version
        }
    }

    private struct State {
        var pins: [String: Pin]
        var opened: [String: TableSnapshot] = [:]
    }

    private let state: Mutex<State>

    /// - Parameter pins: by the names that queries use.
    package init(_ pins: [String: Pin] = [:]) { state = Mutex(State(pins: pins)) }

    /// Adds a table, or moves it to another version.
    package func pin(_ name: String, _ pin: Pin) {
        state.withLock { state in
            state.pins[name] = pin
            state.opened[name] = nil
        }
    }

    /// Takes a table away.
    package func unpin(_ name: String) {
        state.withLock { state in
            state.pins[name] = nil
            state.opened[name] = nil
        }
    }

    /// A table's pin.
    package func pin(of name: String) -> Pin? { state.withLock { $0.pins[name] } }

    package var tableNames: [String] { state.withLock { $0.pins.keys.sorted() } }

    /// A pinned version, opened once.
    package func snapshot(_ name: String) throws -> TableSnapshot? {
        let known = state.withLock { ($0.opened[name], $0.pins[name]) }
        if let opened = known.0 { return opened }
        guard let pin = known.1 else { return nil }
        let snapshot = try pin.table.snapshot(at: .version(pin.version))
        state.withLock { $0.opened[name] = snapshot }
        return snapshot
    }

    /// A table by `NAME`, `raw.NAME` or `aggregates.NAME`.
    package func table(_ name: [String], _ moment: TableMoment) throws -> (any TableSource)? {
        guard moment == .latest else {
            throw QueryError(
                .unsupported, "a model reads the versions that its run has pinned", try: "leave AS OF out")
        }
        guard let last = name.last, name.count <= 2, let snapshot = try snapshot(last) else { return nil }
        if name.count == 2, pin(of: last)?.table.address.name != name.joined(separator: "/") { return nil }
        return SnapshotTable(snapshot, name: last)
    }
}
