package import CivilTime
package import Lake
internal import Query

// What of a stored model has to be computed again.
//
// (1) The same definition, calendar, input versions and local day give the same rows: nothing is computed then.
// (2) A model that asks for `:as_of`, or for now(), gives other rows with every other as-of.
// (3) A table is computed whole, or not at all. An incremental model is computed for the buckets in which a day changed in
//     one of its inputs, with `lookback` days before and behind; and for the days that have passed since, because a bucket
//     that was not over may be over now.
// (4) What the change feed does not know is computed whole: never less than what changed.

/// What of a model is computed again, and why.
package enum Recomputation: Sendable, Equatable {
    /// Nothing: the rows would be the same.
    case nothing
    /// Buckets, by half-open ranges of dates that do not touch each other.
    case buckets([Range<LocalDate>], reason: String)
    /// Everything.
    case all(reason: String)

    /// Why, in a few words.
    package var reason: String {
        switch self {
        case .nothing: "nothing changed"
        case .buckets(_, let reason), .all(let reason): reason
        }
    }

    /// How many ranges are asked for one by one; more become one range from the first to the last.
    static let rangeCountMax = 16

    /// Decides.
    ///
    /// - Parameters:
    ///   - known: what the table was computed from; nil where there is none.
    ///   - new: what it is to be computed from now.
    ///   - changes: what changed in an input after a version, up to the new one.
    package init(
        of model: ModelDefinition, in graph: ModelGraph, from known: ModelState?, to new: ModelState,
        calendar: TenantCalendar, changes: (_ input: String, _ version: Int64) throws -> TableChanges
    ) throws {
        guard let known else {
            self = .all(reason: "it was not computed yet")
            return
        }
        if known.definition != new.definition {
            self = .all(reason: "its definition changed")
            return
        }
        if known.calendar != new.calendar {
            self = .all(reason: "the tenant's calendar changed")
            return
        }
        if known.asOf != new.asOf, graph.dependsOnInstant(model) {
            self = .all(reason: "it depends on the instant of the run")
            return
        }
        guard Set(known.inputs.keys) == Set(new.inputs.keys) else {
            self = .all(reason: "it reads other tables")
            return
        }
        var days = DaySet()
        var reasons: [String] = []
        for (input, version) in new.inputs.sorted(by: { $0.key < $1.key }) {
            guard let before = known.inputs[input], before != version else { continue }
            guard before < version else {
                self = .all(reason: "\(input) went back to an earlier version")
                return
            }
            let changed = try changes(input, before)
            if changed.isEmpty { continue }
            reasons.append("\(input) changed")
            guard model.materialization == .incremental else { continue }
            guard let found = changed.days, !changed.changesMetadata, !found.hasMissing else {
                self = .all(reason: changed.unknownReason ?? "\(input) changed, and its days are not known")
                return
            }
            days = days.union(found)
        }
        let (before, after) = (calendar.zone.localDate(of: known.asOf), calendar.zone.localDate(of: new.asOf))
        let dependsOnDay = model.bucket != nil || graph.parameters(of: model).contains("to")
        if before != after, dependsOnDay { reasons.append(before < after ? "a day has passed" : "the as-of went back") }
        guard !reasons.isEmpty else {
            self = .nothing
            return
        }
        let reason = reasons.joined(separator: ", ")
        guard let bucket = model.bucket, model.materialization == .incremental, before <= after else {
            self = .all(reason: reason)
            return
        }
        var changed = days.days.map { LocalDate(daysSinceEpoch: $0) }
        if before != after { changed += Array(before..<after.adding(days: 1)) }
        let ranges = Self.ranges(changed, model.lookbackDays, bucket.grain, calendar)
        // Days on which nothing can lie, such as those of the year 1, are left to a computation of everything.
        guard ranges.allSatisfy({ $0.lowerBound >= ModelParameters.firstDate }) else {
            self = .all(reason: reason)
            return
        }
        self = ranges.isEmpty ? .nothing : .buckets(ranges, reason: reason)
    }

    /// The buckets that some days, and those around them, lie in.
    static func ranges(
        _ days: [LocalDate], _ lookback: Int, _ grain: Grain, _ calendar: TenantCalendar
    ) -> [Range<LocalDate>] {
        var ranges: [Range<LocalDate>] = []
        for day in days.sorted() {
            let first = calendar.period(grain, containing: day.adding(days: -lookback)).from
            let last = calendar.period(grain, containing: day.adding(days: lookback)).to
            if let open = ranges.last, first <= open.upperBound {
                ranges[ranges.count - 1] = open.lowerBound..<max(open.upperBound, last)
            } else {
                ranges.append(first..<last)
            }
        }
        guard ranges.count > rangeCountMax, let first = ranges.first, let last = ranges.last else { return ranges }
        return [first.lowerBound..<last.upperBound]
    }
}

extension ModelGraph {
    /// Whether a model gives other rows at another instant of the same day.
    func dependsOnInstant(_ model: ModelDefinition) -> Bool {
        let clocks: Set<String> = [
            "now", "current_timestamp", "current_date", "current_time", "localtimestamp", "localtime",
            "transaction_timestamp", "statement_timestamp", "clock_timestamp", "today", "age",
        ]
        return inlined(into: model).contains { part in
            part.references.parameters["as_of"] != nil
                || part.references.words.contains { $0.kind == .function && clocks.contains($0.text) }
        }
    }
}
