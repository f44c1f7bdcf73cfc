internal import CivilTime
internal import Models
internal import Report
internal import Tenancy

/// The tables of a report's models for the editions of a job: each is read or computed once for all of them, but for views
/// that ask for one person. Belongs to one thread.
final class EditionTables {
    let maker: EditionMaker
    let source: EditionSource
    let parameters: ParameterValues
    private let lake: EditionModels
    private var known: [String: ReportTables] = [:]

    init(_ maker: EditionMaker, from source: EditionSource, _ parameters: ParameterValues) throws {
        self.maker = maker
        self.source = source
        self.parameters = parameters
        lake = try EditionModels(
            maker.definitions.graph, versions: source.versions, of: maker.scope, in: maker.project)
    }

    private var graph: ModelGraph { maker.definitions.graph }

    /// Whether a model is a view that asks for one person.
    private func asksForSubject(_ model: ModelDefinition) -> Bool {
        !model.isStored && graph.parameters(of: model).contains("subject")
    }

    /// The tables that all editions of a period have in common.
    func shared(_ period: Period) throws -> ReportTables {
        // What is stored is the same for all periods.
        let key = maker.models.allSatisfy(\.isStored) ? "" : period.name
        if let tables = known[key] { return tables }
        let calendar = maker.scope.tenant.calendar
        let found = try source.tables(
            maker.models.filter { !asksForSubject($0) },
            maker.modelParameters(period, source, parameters, calendar: calendar), from: lake)
        let tables = try ReportTables(maker.report, maker.definitions, tables: found)
        known[key] = tables
        return tables
    }

    /// The tables of one edition.
    ///
    /// - Parameter calendar: the edition's: the person's own zone is `:tz` of the person's views.
    func tables(_ period: Period, _ subject: ReportSubject?, _ calendar: TenantCalendar) throws -> ReportTables {
        let shared = try shared(period)
        guard let subject else { return shared }
        let own = maker.models.filter(asksForSubject)
        guard !own.isEmpty else { return shared }
        let parameters = maker.modelParameters(period, source, parameters, subject: subject.key, calendar: calendar)
        return try shared.adding(
            try source.tables(own, parameters, from: lake), of: maker.report, maker.definitions)
    }
}
