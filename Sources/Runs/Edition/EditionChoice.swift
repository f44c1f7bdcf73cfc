internal import CivilTime
internal import Effects
internal import Report
internal import Tenancy

/// What was asked for, against what a report has: its parameters and its people.
extension ReportDefinition {
    /// The values of the report's parameters.
    ///
    /// - Throws: `Failure` of the cause `usage` where one is not the report's, or has no value that is allowed.
    func values(_ given: [(name: String, text: String)]) throws(Failure) -> ParameterValues {
        do {
            return try ParameterValues(given, of: parameters)
        } catch {
            throw Failure(
                .usage, "can't make report '\(slug)' with these parameters", why: error.message, remedy: error.hint)
        }
    }

    /// The people that are asked for, of a report for subjects; of any other one that is nobody: the tenant.
    ///
    /// - Parameter keys: none for all.
    /// - Throws: `Failure` of the cause `usage` where a key is none of theirs. It names no key.
    func people(
        _ keys: [String], in period: Period, _ tables: ReportTables, of scope: TenantScope
    ) throws(Failure) -> [ReportSubject?] {
        guard let subjects else {
            guard keys.isEmpty else {
                throw Failure(
                    .usage, "report '\(slug)' is not made for subjects", why: "its audience is '\(audience.rawValue)'",
                    remedy: "leave out --subject")
            }
            return [nil]
        }
        let people = tables.people(in: period)
        guard !keys.isEmpty else { return people }
        let wanted = Set(keys)
        let found = people.filter { wanted.contains($0.key) }
        guard found.count == wanted.count else {
            throw Failure(
                .usage, "report '\(slug)' has no such subject for tenant '\(scope.id)'",
                why: "\(wanted.count - found.count) of \(wanted.count) keys are not in '\(subjects.keyColumn)' of the "
                    + "model '\(subjects.model)'")
        }
        return found
    }
}

extension TenantScope {
    /// The tenant's calendar, in a person's own zone where there is one.
    ///
    /// - Throws: `Failure` of the cause `data-refused` where the zone is none.
    func calendar(of subject: ReportSubject?, _ environment: RunEnvironment) throws(Failure) -> TenantCalendar {
        let own = tenant.calendar
        guard let name = subject?.zone else { return own }
        guard let zone = try? environment.zones.zone(name) else {
            throw Failure(
                .dataRefused, "a subject of tenant '\(id)' has a time zone that is none",
                why: "the column that 'for_each' names as 'timezone' must have names like Africa/Lagos")
        }
        return TenantCalendar(
            zone: zone, weekStart: own.weekStart, fiscalYearStart: own.fiscalYearStart, holidays: own.holidays)
    }
}
