internal import CivilTime
internal import Synchronization

/// The tenants of a tenants query, asked for when they are needed: `all` asks anew, a single tenant is taken from the
/// last answer, so that a run that opens many tenants one by one sees one state of the control database.
final class TenantQueryReading: Sendable {
    /// An answer, and where each tenant is in it.
    private struct Answer {
        let listing: TenantListing
        let places: [TenantID: Int]
    }

    private let query: TenantQuery
    private let rows: TenantRowSource
    private let defaults: TenantDefaults
    private let zones: ZoneDatabase
    private let last = Mutex<Answer?>(nil)

    init(_ query: TenantQuery, rows: @escaping TenantRowSource, defaults: TenantDefaults, zones: ZoneDatabase) {
        self.query = query
        self.rows = rows
        self.defaults = defaults
        self.zones = zones
    }

    /// Asks the control database.
    func all() throws(TenancyError) -> TenantListing { try ask().listing }

    /// One tenant; nil if there is none.
    ///
    /// - Throws: what is wrong with its row.
    func scope(for id: TenantID) throws(TenancyError) -> TenantScope? {
        let answer: Answer
        if let known = last.withLock({ $0 }) { answer = known } else { answer = try ask() }
        if let place = answer.places[id] { return answer.listing.scopes[place] }
        if let failure = answer.listing.failures.first(where: { $0.name == id.text }) { throw failure.error }
        return nil
    }

    /// The ids of the last answer.
    func names() -> [String] { last.withLock { $0?.listing.scopes.map(\.id.text) } ?? [] }

    private func ask() throws(TenancyError) -> Answer {
        let answer = try rows(query)
        guard answer.rows.allSatisfy({ $0.count == answer.columns.count }) else {
            throw TenancyError(.configuration, "the tenants query gives rows of different lengths")
        }
        let reader = try TenantRowReader(query, columns: answer.columns, defaults: defaults, zones: zones)
        let listing = try reader.listing(answer.rows)
        let places = Dictionary(listing.scopes.enumerated().map { ($1.id, $0) }) { first, _ in first }
        let read = Answer(listing: listing, places: places)
        last.withLock { $0 = read }
        return read
    }
}
