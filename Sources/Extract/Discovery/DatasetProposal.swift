internal import Columnar
package import PostgresCopy

/// What `datasets.yaml` could say about a table, decided from its catalogue entry alone, and why.
///
/// (1) What is proposed is right if it is slow: a table whose rows may change without a mark is read whole. `append` is
///     proposed only where nothing speaks against it, `merge` only where a column says when a row was changed.
/// (2) A column that looks like personal data is left out until somebody decides.
/// (3) A column without a place in the lake is left out by name, with the way to take it.
package struct DatasetProposal: Sendable {
    /// What is proposed for a column.
    package enum ColumnProposal: Sendable, Hashable {
        /// Left out as personal data of some kind: `an e-mail address`.
        case personalData(String)
        /// Left out because there is no place for it.
        case noPlace(String)
        /// Declared with digits.
        case decimal(precision: Int, scale: Int, isMeasured: Bool)
        /// Declared as text.
        case text
    }

    /// The table.
    package let table: SourceTable
    /// `snapshot`, `append` or `merge`.
    package private(set) var sync = Dataset.Sync.snapshot
    /// Why.
    package private(set) var reason = ""
    /// The columns that know a row; empty without any.
    package private(set) var key: [String] = []
    /// The column that grows with new or changed rows.
    package private(set) var cursor: String?
    /// The column that says when a row's event happened.
    package private(set) var eventTime: String?
    /// Timestamps without a zone, about which somebody must decide.
    package private(set) var naiveColumns: [String] = []
    /// What is proposed for columns, in the table's order; columns that need nothing are not there.
    package private(set) var columns: [(name: String, proposal: ColumnProposal)] = []
    /// What the reader should know, such as a key that looks like personal data.
    package private(set) var remarks: [String] = []

    /// - Parameters:
    ///   - places: of the table's columns.
    ///   - digits: what the server's statistics say of numerics without a precision, by column.
    package init(
        _ table: SourceTable, places: [ColumnPlace], digits: [String: (whole: Int, scale: Int)] = [:]
    ) {
        self.table = table
        key = table.key ?? []
        if key.isEmpty { remarks.append("no primary key and no unique index of columns that are NOT NULL") }
        decideSync(places)
        let needed = Set(key + [cursor, eventTime].compactMap { $0 })
        for place in places {
            if case .needsZone = place.place { naiveColumns.append(place.name) }
            let isNeeded = needed.contains(place.name)
            let kind = ColumnWords.personalData(place.name, type: place.typeName, table: table.name.name)
            if let kind, isNeeded {
                remarks.append("'\(place.name)' looks like \(kind), but the dataset relies on it")
            } else if let kind {
                columns.append((place.name, .personalData(kind)))
                continue
            }
            if let proposal = proposal(place, digits[place.name], isNeeded: isNeeded) {
                columns.append((place.name, proposal))
            }
        }
    }

    private func proposal(
        _ place: ColumnPlace, _ digits: (whole: Int, scale: Int)?, isNeeded: Bool
    ) -> ColumnProposal? {
        switch place.place {
        case .exact, .needsZone: return nil
        // What the dataset relies on must be read.
        case .none: return isNeeded ? .text : .noPlace(place.typeName)
        case .needsDigits(let takesDecimal):
            guard takesDecimal else { return .text }
            guard let digits else { return .decimal(precision: 38, scale: 9, isMeasured: false) }
            // Room for values a thousand times as large as those that were seen.
            let precision = max(18, digits.whole + 3 + digits.scale)
            return precision > 38 ? .text : .decimal(precision: precision, scale: digits.scale, isMeasured: true)
        }
    }

    private mutating func decideSync(_ places: [ColumnPlace]) {
        let times = places.filter(\.isInstant)
        let sure = times.filter(\.isNotNull)
        eventTime =
            ColumnWords.events.lazy.compactMap { name in
                sure.first { ColumnWords.isOne($0.name, of: [name]) }?.name
            }.first
        let changes = times.first { ColumnWords.isOne($0.name, of: ColumnWords.changes) }
        let arrival = arrival(among: sure)
        if eventTime == nil { eventTime = arrival }
        if let changes {
            guard !key.isEmpty else {
                reason = "'\(changes.name)' says when a row changed, but there is no key to merge by"
                return
            }
            (sync, cursor) = (.merge, changes.name)
            reason = "'\(changes.name)' says when a row changed: is it set at every change?"
            return
        }
        if let obstacle = obstacleToAppend(places) {
            reason = obstacle
            return
        }
        guard let grows = arrival ?? eventTime else {
            reason = "no column says which rows are new"
            return
        }
        guard !key.isEmpty else {
            reason = "'\(grows)' grows, but there is no key to tell rows apart by"
            return
        }
        (sync, cursor) = (.append, grows)
        reason = "'\(grows)' grows and nothing says that rows change: are they only ever added?"
    }

    /// The column that says when the database took a row in: by its default, or else by its name.
    private func arrival(among places: [ColumnPlace]) -> String? {
        let named = places.filter { ColumnWords.isOne($0.name, of: ColumnWords.arrivals) }.map(\.name)
        let setByServer = table.columns.filter { column in
            let standard = column.standard?.lowercased() ?? ""
            return standard.contains("now()") || standard.contains("current_timestamp")
                || standard.contains("clock_timestamp()")
        }.map(\.name)
        return named.first(where: setByServer.contains) ?? named.first
            ?? places.map(\.name).first(where: setByServer.contains)
    }

    private func obstacleToAppend(_ places: [ColumnPlace]) -> String? {
        if table.kind != .table && table.kind != .partitioned { return "what is behind a view may change" }
        if table.changedRowCount > 0 {
            return "rows change: the server counts \(table.changedRowCount) updates and deletes"
        }
        if let state = places.first(where: { ColumnWords.isOne($0.name, of: ColumnWords.states) }) {
            return "'\(state.name)' looks as if it changed"
        }
        if let late = places.first(where: { $0.isInstant && !$0.isNotNull }) {
            return "'\(late.name)' may be filled in later"
        }
        return nil
    }
}

extension ColumnPlace {
    /// Whether it is an instant.
    fileprivate var isInstant: Bool {
        switch place {
        case .exact(let type), .needsZone(let type): type == .timestamp
        case .needsDigits, .none: false
        }
    }
}
