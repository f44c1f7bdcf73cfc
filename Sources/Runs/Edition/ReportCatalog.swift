internal import CivilTime
internal import Effects
internal import Report
internal import Tenancy

/// What a project's reports are: for lists and for those who write definitions.
package struct ReportCatalog {
    /// A report of a platform.
    package struct Entry: Sendable {
        /// The platform and the report's slug.
        package let platform: String
        package let slug: String
        package let title: String
        /// `tenant`, `operator` or `subject`.
        package let audience: String
        /// The length of its periods: `month`.
        package let grain: String
        package let formats: [String]
        /// The tenants that get it.
        package let tenants: [String]
        /// What happens where data is missing: `send`, `mark` or `hold`.
        package let onIncomplete: String
        /// The models that must be fresh, with how fresh in seconds.
        package let needs: [(model: String, seconds: Int64)]
        /// Its parameters: name, type, what it is by itself, what it may be.
        package let parameters: [(name: String, type: String, standard: String, allowed: [String], description: String)]
        /// The models that it is made of, and the metrics of its tiles.
        package let models: [String]
        package let tiles: [String]
        /// The headings of its sections, and how many charts and tables they have.
        package let sections: [(title: String, charts: Int, tables: Int)]
        /// The file, from the project's folder on.
        package let path: String
    }

    private let project: Project

    package init(in project: Project) { self.project = project }

    /// All reports of the platforms that tenants are of, by platform and slug.
    ///
    /// - Throws: `Failure` with every mistake of a platform's files.
    package func entries() throws(Failure) -> [Entry] {
        let (scopes, _) = try project.scopes([])
        do {
            return try Set(scopes.map(\.tenant.platform)).sorted { $0.text < $1.text }.flatMap { platform in
                let definitions = try PlatformDefinitions(
                    folder: project.layout.reports(of: platform), store: project.environment.store)
                return definitions.reports.map { report in
                    let own = scopes.filter {
                        $0.tenant.platform == platform && $0.tenant.reports.contains(report.slug)
                    }
                    return entry(report, definitions, own.map(\.id.text).sorted())
                }
            }
        } catch {
            throw Failure(classifying: error, doing: "read the reports")
        }
    }

    private func entry(_ report: ReportDefinition, _ definitions: PlatformDefinitions, _ tenants: [String]) -> Entry {
        Entry(
            platform: definitions.platform, slug: report.slug, title: report.title, audience: report.audience.rawValue,
            grain: report.grain.rawValue, formats: report.formats.map(\.rawValue), tenants: tenants,
            onIncomplete: report.onIncomplete.rawValue,
            needs: report.needs.map { ($0.model, $0.freshWithinSeconds) },
            parameters: report.parameters.map { parameter in
                (
                    parameter.name, parameter.type.rawValue, parameter.standard.canonicalText,
                    parameter.allowed.map(\.canonicalText), parameter.description
                )
            }, models: report.models(definitions.metrics), tiles: report.tiles,
            sections: report.sections.map { section in
                (
                    section.title ?? "", section.blocks.reduce(0) { $0 + $1.chartCount },
                    section.blocks.count(where: \.isTable)
                )
            }, path: "Reports/\(definitions.platform)/reports/\(report.slug).yaml")
    }
}

extension BlockDefinition {
    fileprivate var chartCount: Int {
        switch self {
        case .chart: 1
        case .charts(let charts): charts.count
        case .table, .text: 0
        }
    }

    fileprivate var isTable: Bool { if case .table = self { true } else { false } }
}
