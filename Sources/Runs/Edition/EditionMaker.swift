internal import CivilTime
internal import Columnar
internal import Configuration
internal import Effects
internal import Formatting
internal import Models
internal import Rendering
internal import Report
internal import SystemPackage
internal import Tenancy

/// Makes the document of one report, tenant and period: pure but for reading the definition and the tables.
struct EditionMaker {
    let project: Project
    let scope: TenantScope
    let definitions: PlatformDefinitions
    let report: ReportDefinition
    let text: EngineText
    /// SHA-256 over all files that decide what the report says.
    let definitionHash: String
    private let logo: [UInt8]?

    /// - Throws: `Failure` where there is no such report, or the platform's files are not right.
    init(_ slug: String, for scope: TenantScope, in project: Project) throws {
        let definitions = try project.platform(scope.tenant.platform)
        try self.init(slug, definitions, for: scope, in: project)
    }

    /// The definitions that a receipt names: those of the project, or where they have changed since, those that were kept.
    ///
    /// - Throws: `Failure` where they are neither.
    init(_ receipt: Receipt, for scope: TenantScope, in project: Project) throws {
        if let now = try? EditionMaker(receipt.report, for: scope, in: project),
            now.definitionHash == receipt.definition
        {
            self = now
            return
        }
        let archive = DefinitionArchive(project: project)
        guard let kept = try archive.definitions(receipt.definition, of: receipt.report, for: scope) else {
            throw Failure(
                .dataRefused, "this edition can't be made again", why: "the report's definition has changed since",
                remedy: "restore Reports/\(receipt.platform) as it was")
        }
        try self.init(receipt.report, kept, for: scope, in: project)
    }

    private init(
        _ slug: String, _ definitions: PlatformDefinitions, for scope: TenantScope, in project: Project
    ) throws {
        self.project = project
        self.scope = scope
        self.definitions = definitions
        do {
            report = try definitions.report(slug)
        } catch {
            throw Failure(
                .usage, "there is no report '\(slug)' for tenant '\(scope.id)'", why: error.description,
                remedy:
                    "reports of \(scope.tenant.platform): \(definitions.reports.map(\.slug).joined(separator: ", "))")
        }
        text = try EngineTexts.read(locale: scope.tenant.locale, project)
        definitionHash = RunIdentity.hash(definitions.sources(of: report).map { (name: $0.path, bytes: $0.bytes) })
        logo = try Self.logo(of: scope, project)
    }

    /// The period that is meant: one that is named, or the last complete one of the report's grain.
    func period(named name: String?) throws -> Period {
        let calendar = scope.tenant.calendar
        let now = project.environment.now
        guard let name else { return calendar.lastComplete(report.grain, asOf: now) }
        let period = try calendar.period(parsing: name)
        guard calendar.instants(of: period).start <= now else {
            throw Failure(
                .usage, "period \(period.name) lies in the future",
                why: "it begins on \(period.from) in \(calendar.zone.name), and now it is \(now)",
                remedy: "--period \(calendar.lastComplete(report.grain, asOf: now).name)")
        }
        return period
    }

    /// The models that the report is made of.
    var models: [ModelDefinition] { report.models(definitions.metrics).compactMap(definitions.graph.model) }

    /// What views of an edition are computed with.
    ///
    /// - Parameter subject: the key of whose edition it is.
    func modelParameters(
        _ period: Period, _ source: EditionSource, _ parameters: ParameterValues, subject: String? = nil,
        calendar: TenantCalendar
    ) -> ModelParameters {
        return ModelParameters(
            dates: period.dates, comparedDates: report.comparedPeriod(with: period, by: calendar)?.dates,
            // Beyond its end a period is complete, whenever the data was read.
            asOf: min(source.asOf, calendar.instants(of: period).end), zone: calendar.zone,
            currency: scope.tenant.currency, subject: subject, own: parameters.scalars)
    }

    /// The document of one edition, without a run's id.
    ///
    /// - Parameter calendar: another than the tenant's or the person's own; nil for that.
    func document(
        _ period: Period, from tables: EditionTables, _ variant: EditionVariant, calendar own: TenantCalendar? = nil
    ) throws -> ReportDocument {
        let (request, assembler) = try request(period, from: tables.source, variant, calendar: own)
        return try assembler.assemble(
            report, request, tables: try tables.tables(period, variant.subject, request.calendar),
            subject: variant.subject)
    }

    /// What the document of one edition is made for, and by what.
    func request(
        _ period: Period, from source: EditionSource, _ variant: EditionVariant, calendar own: TenantCalendar? = nil
    ) throws -> (ReportAssembler.Request, ReportAssembler) {
        let tenant = scope.tenant
        let calendar = try own ?? scope.calendar(of: variant.subject, project.environment)
        let identity = ReportIdentity(
            tenant: tenant.id.text, tenantName: tenant.name, subjectName: variant.subject?.name, slug: report.slug,
            title: report.title, run: "", definitionHash: definitionHash, engine: "almanac \(EngineVersion.text)")
        let presentation = Presentation(
            locale: tenant.locale, zone: calendar.zone.name, currency: tenant.currency,
            brandColor: tenant.brand.color ?? "", logo: logo, csv: report.csv)
        // Beyond its end a period is complete, whenever the data was read: so an edition does not change with the hour.
        let asOf = min(source.asOf, calendar.instants(of: period).end)
        let request = ReportAssembler.Request(
            identity: identity, presentation: presentation, calendar: calendar, period: period, asOf: asOf,
            comparison: source.comparison, parameters: variant.parameters)
        return (request, ReportAssembler(definitions: definitions, text: text))
    }

    /// The tenant's logo, a PNG or SVG file below `Templates`.
    private static func logo(of scope: TenantScope, _ project: Project) throws -> [UInt8]? {
        guard let name = scope.tenant.brand.logo else { return nil }
        let path = FilePath(name)
        guard !path.isAbsolute, path.components.allSatisfy({ $0.kind == .regular }) else {
            throw Failure(
                .configuration, "the logo of tenant '\(scope.id)' lies outside of Templates",
                remedy: "brand: { logo: brands/\(scope.id)/logo.png }")
        }
        return try project.environment.store.contents(of: project.layout.templates.pushing(path), limit: 4 << 20)
    }
}

/// The engine's words in a tenant's language.
enum EngineTexts {
    /// Reads `Templates/text/pt-BR.yaml`, else that of the language, `pt.yaml`; English where there is neither.
    static func read(locale: String, _ project: Project) throws -> EngineText {
        let anew = { () throws -> EngineText in
            try read(locale: locale, templates: project.layout.templates, store: project.environment.store)
        }
        guard let once = project.definitions?.texts else { return try anew() }
        return try once.value(locale, anew)
    }

    /// The same from a folder of templates.
    static func read(locale: String, templates: FilePath, store: any FileStore) throws -> EngineText {
        let tag = String(locale.map { $0 == "_" ? "-" : $0 })
        for name in [tag, String(tag.prefix { $0 != "-" })] {
            let path = templates.appending("text").appending("\(name).yaml")
            guard try store.status(of: path) != nil else { continue }
            return try EngineText(bytes: try store.contents(of: path), file: "Templates/text/\(name).yaml")
        }
        return .english
    }
}
