internal import Checksum
package import CivilTime
internal import Configuration
internal import Effects
internal import Lake
internal import Parquet
internal import Rendering
internal import Report
package import SystemPackage
internal import Tenancy

/// A report made of files that were named, without a project, a lake or a database: `reports render`.
package struct OutsideEdition: Sendable {
    /// The report's file, in the `reports` folder of a platform with its metrics and models.
    package var report: FilePath
    /// The Parquet file of each model.
    package var data: [String: FilePath]
    /// The tenant's file, `<id>.yaml`.
    package var tenant: FilePath
    /// Everything at the source up to this instant is in the files; nil for now.
    package var asOf: Instant?
    /// The period's name; nil for the last complete one.
    package var period: String?
    /// The formats by name; none for those of the definition.
    package var formats: [String]
    /// Values of the report's parameters, as written on a command line.
    package var parameters: [(name: String, text: String)]
    /// The key of the person whose report it is; only of a report for subjects.
    package var subject: String?
    /// The folder with `themes`, `fonts` and `text`; nil for the nearest `Templates` above the report.
    package var templates: FilePath?

    package init(
        report: FilePath, data: [String: FilePath], tenant: FilePath, asOf: Instant? = nil, period: String? = nil,
        formats: [String] = [], parameters: [(name: String, text: String)] = [], subject: String? = nil,
        templates: FilePath? = nil
    ) {
        self.report = report
        self.data = data
        self.tenant = tenant
        self.asOf = asOf
        self.period = period
        self.formats = formats
        self.parameters = parameters
        self.subject = subject
        self.templates = templates
    }

    /// A file that was made.
    package struct File: Sendable, Hashable {
        /// Its name in the folder.
        package let name: String
        /// SHA-256 in hexadecimal digits.
        package let sha256: String
        /// The size in bytes.
        package let size: Int64
    }

    /// Makes the files, each checked against the document, and puts them into a folder.
    ///
    /// - Throws: `Failure`; then no file of this report has been put there by a name of its own that was not whole.
    package func make(in folder: FilePath, _ environment: RunEnvironment) throws(Failure) -> [File] {
        do {
            return try files(folder, environment)
        } catch {
            var failure = Failure(
                classifying: error, doing: "render \(report.lastComponent?.string ?? "the report")")
            // What helps a project, `almanac check` or a list of tenants, is no help without one.
            let isUnhelped = error is ReportError && failure.remedy == nil
            if error is TenancyError || error is ConfigurationErrors || isUnhelped {
                failure.remedy = "almanac help reports render"
            }
            throw failure
        }
    }

    private func files(_ folder: FilePath, _ environment: RunEnvironment) throws -> [File] {
        let store = environment.store
        let scope = try TenantDirectory.scope(file: tenant, store: store, zones: environment.zones)
        guard try store.status(of: report) != nil else {
            throw Failure(.readWrite, "can't read the report", why: "there is no file \(report)")
        }
        let platform = report.removingLastComponent().removingLastComponent()
        let definitions = try PlatformDefinitions(folder: platform, store: store)
        let definition = try definitions.report(report.stem ?? "")
        let formats = try ArtefactFormat.formats(self.formats, of: definition)
        let templates = try templatesFolder(store)
        let text = try EngineTexts.read(locale: scope.tenant.locale, templates: templates, store: store)
        let document = try document(definition, definitions, scope, text, templates, environment)

        try store.makeFolder(folder)
        let work = folder.appending(CommittedFile.temporaryPrefix + String(environment.random.nextBits(), radix: 16))
        try store.makeFolder(work)
        defer { try? store.removeFolder(work) }
        let maker = try ArtefactMaker(templates: templates, store: store, text: text)
        let artefacts = try maker.artefacts(of: document, formats, folder: work)
        var files: [File] = []
        for artefact in artefacts {
            // A table's name is a word of the definition; as the name of a file it is checked once more.
            let name = try ArtefactName(artefact.name).text
            try CommittedFile(store: store, random: environment.random).commit(
                artefact.bytes, to: folder.appending(name), replacing: true)
            files.append(File(name: name, sha256: artefact.sha256.description, size: artefact.size))
        }
        return files
    }

    private func document(
        _ definition: ReportDefinition, _ definitions: PlatformDefinitions, _ scope: TenantScope, _ text: EngineText,
        _ templates: FilePath, _ environment: RunEnvironment
    ) throws -> ReportDocument {
        let tenant = scope.tenant
        let asOf = self.asOf ?? environment.now
        let period =
            try period.map { try tenant.calendar.period(parsing: $0) }
            ?? tenant.calendar.lastComplete(definition.grain, asOf: asOf)
        let tables = try ReportTables(
            definition, definitions,
            tables: try tables(definition.models(definitions.metrics), scope, environment.store))
        let people = try definition.people(subject.map { [$0] } ?? [], in: period, tables, of: scope)
        guard people.count == 1 else {
            throw Failure(
                .usage, "report '\(definition.slug)' is made for each subject", why: "there are \(people.count)",
                remedy: "--subject KEY")
        }
        let variant = try EditionVariant(people[0], try definition.values(parameters))
        let calendar = try scope.calendar(of: variant.subject, environment)
        var logo: [UInt8]?
        if let name = tenant.brand.logo {
            let path = FilePath(name)
            guard !path.isAbsolute, path.components.allSatisfy({ $0.kind == .regular }) else {
                throw Failure(.configuration, "the logo of tenant '\(scope.id)' lies outside of Templates")
            }
            logo = try environment.store.contents(of: templates.pushing(path), limit: 4 << 20)
        }
        let hash = RunIdentity.hash(definitions.sources(of: definition).map { (name: $0.path, bytes: $0.bytes) })
        let identity = ReportIdentity(
            tenant: tenant.id.text, tenantName: tenant.name, subjectName: variant.subject?.name, slug: definition.slug,
            title: definition.title,
            run: RunIdentity.id(
                tenant: tenant.id.text, subject: definition.slug, definition: hash, period: period.name, edition: 0,
                variant: variant.identity),
            definitionHash: hash, engine: "almanac \(EngineVersion.text)")
        return try ReportAssembler(definitions: definitions, text: text).assemble(
            definition,
            .init(
                identity: identity,
                presentation: Presentation(
                    locale: tenant.locale, zone: calendar.zone.name, currency: tenant.currency,
                    brandColor: tenant.brand.color ?? "", logo: logo, csv: definition.csv),
                calendar: calendar, period: period, asOf: min(asOf, calendar.instants(of: period).end),
                parameters: variant.parameters),
            tables: tables, subject: variant.subject)
    }

    /// The models' rows; a file that says it is another tenant's is refused.
    private func tables(
        _ models: [String], _ scope: TenantScope, _ store: any FileStore
    ) throws -> [String: ModelTable] {
        if let unknown = data.keys.filter({ !models.contains($0) }).min() {
            throw Failure(
                .usage, "the report has no model '\(unknown)'",
                remedy: models.map { "--data \($0)=\($0).parquet" }.joined(separator: " "))
        }
        var tables: [String: ModelTable] = [:]
        for model in models {
            guard let path = data[model] else {
                throw Failure(
                    .usage, "there is no data for the model '\(model)'",
                    why: "the report is made of \(models.joined(separator: ", "))",
                    remedy: "--data \(model)=\(model).parquet")
            }
            tables[model] = try table(model, path, scope, store)
        }
        return tables
    }

    /// One model's rows.
    private func table(
        _ model: String, _ path: FilePath, _ scope: TenantScope, _ store: any FileStore
    ) throws -> ModelTable {
        var table = ModelTable(batches: [], version: nil)
        do {
            let reader = try ParquetFileReader(try store.open(path))
            let owners = reader.metadata.keyValues.filter { $0.key == TableProperties.tenant }
            guard owners.allSatisfy({ $0.value == scope.id.text }) else {
                throw Failure(
                    .dataRefused, "the file of model '\(model)' belongs to another tenant",
                    why: "its footer does not name '\(scope.id)'")
            }
            try reader.forEachBatch { table.batches.append($0) }
        } catch let error as Failure {
            throw error
        } catch {
            throw Failure(classifying: error, doing: "read \(path) for the model '\(model)'")
        }
        return table
    }

    private func templatesFolder(_ store: any FileStore) throws -> FilePath {
        if let templates { return templates }
        var folder = report.removingLastComponent()
        while !folder.isEmpty {
            let found = folder.appending("Templates")
            if try store.status(of: found) != nil { return found }
            guard folder.removeLastComponent() else { break }
        }
        throw Failure(
            .configuration, "there is no folder Templates above the report",
            why: "themes, fonts and words are read from it", remedy: "--templates FOLDER")
    }
}
