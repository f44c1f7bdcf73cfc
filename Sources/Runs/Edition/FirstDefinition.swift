internal import CivilTime
internal import Configuration
internal import Effects
internal import Formatting
internal import Lake
internal import Models
internal import Report
package import SystemPackage
package import Tenancy

/// The first definition of a report, written from what a model's columns say: tiles, a chart, a table. A start that
/// draws something true, to be edited.
package struct FirstDefinition {
    /// What was written.
    package struct Written: Sendable {
        /// The report's file and, where metrics were missing, `metrics.yaml`.
        package let paths: [FilePath]
        /// The metrics that were added.
        package let metrics: [String]
    }

    private let project: Project

    package init(in project: Project) { self.project = project }

    /// Writes `Reports/<platform>/reports/<slug>.yaml`, and adds metrics for the model's columns where it has none.
    ///
    /// - Parameters:
    ///   - grain: the length of the report's periods, `month`.
    /// - Throws: `Failure`; then nothing was written. A report that is there is never written over.
    package func write(
        _ slug: String, title: String?, platform: ResourceName, model name: String, grain: String
    ) throws(Failure) -> Written {
        do {
            return try written(slug, title, platform, name, grain)
        } catch {
            throw Failure(classifying: error, doing: "write a first definition of report '\(slug)'")
        }
    }

    private func written(
        _ slug: String, _ title: String?, _ platform: ResourceName, _ name: String, _ grain: String
    ) throws -> Written {
        let store = project.environment.store
        let folder = project.layout.reports(of: platform)
        let definitions = try PlatformDefinitions(folder: folder, store: store)
        let path = folder.appending("reports").appending(try ResourceName(slug, kind: "report").text + ".yaml")
        guard try store.status(of: path) == nil else {
            throw Failure(.cannotCreate, "there is a report '\(slug)' already", why: "\(path) is there")
        }
        let names = definitions.models.map(\.name)
        guard let model = definitions.models.first(where: { $0.name == name }) else {
            throw Failure(
                .usage, "platform '\(platform)' has no model '\(name)'",
                remedy: Suggestion.nearest(to: name, among: names).map { "did you mean '\($0)'?" }
                    ?? "one of \(names.joined(separator: ", "))")
        }
        guard let grain = Grain(rawValue: grain) else {
            throw Failure(
                .usage, "'\(grain)' is no length of periods",
                remedy: "one of " + Grain.allCases.map(\.rawValue).joined(separator: ", "))
        }
        let known = definitions.metrics.filter { $0.model == name }.map(\.name)
        let added = known.isEmpty ? Self.metrics(of: model, besides: definitions.metrics.map(\.name)) : []
        let metrics = Array((known + added.map(\.name)).prefix(4))
        guard !metrics.isEmpty else {
            throw Failure(
                .usage, "the model '\(name)' has no column that can be summed",
                remedy: "add a metric of it to Reports/\(platform)/metrics.yaml")
        }
        try store.makeFolder(folder.appending("reports"))
        var paths = [path]
        if !added.isEmpty {
            let file = folder.appending("metrics.yaml")
            var text = try store.status(of: file) == nil ? "version: 1\nmetrics:\n" : try store.text(of: file)
            if !text.hasSuffix("\n") { text += "\n" }
            text += added.map(\.text).joined()
            try commit(text, to: file)
            paths.append(file)
        }
        try commit(Self.report(slug, title ?? Self.words(slug), model, metrics, grain), to: path)
        return Written(paths: paths, metrics: added.map(\.name))
    }

    private func commit(_ text: String, to path: FilePath) throws {
        try CommittedFile(store: project.environment.store, random: project.environment.random).commit(
            Array(text.utf8), to: path, replacing: true)
    }

    /// A metric for each column that may be summed, in the model's order.
    private static func metrics(
        of model: ModelDefinition, besides taken: [String]
    ) -> [(name: String, text: String)] {
        model.columns.filter(\.isAdditive).map { column in
            let plain = column.name.hasSuffix("_minor") ? String(column.name.dropLast(6)) : column.name
            let name = taken.contains(plain) ? "\(model.name)_\(plain)" : plain
            let text = """
                  \(name):
                    label: \(quoted(column.label))
                    model: \(model.name)
                    expr: sum(\(column.name))
                    \(unit(column.unit))
                    good: neutral
                    definition: \(quoted(column.description))

                """
            return (name, text)
        }
    }

    private static func unit(_ unit: UnitName) -> String {
        switch unit {
        case .money: "unit: money"
        case .count, .none: "unit: count"
        case .percent: "unit: percent"
        case .number(let decimals): "unit: number\n    decimals: \(decimals)"
        case .milliseconds: "unit: milliseconds"
        }
    }

    private static func report(
        _ slug: String, _ title: String, _ model: ModelDefinition, _ metrics: [String], _ grain: Grain
    ) -> String {
        let columns = model.columns.map(\.name).filter { $0 != model.currencyColumn }
        let summed = model.columns.filter(\.isAdditive).map(\.name)
        var text = """
            # A start: edit it while `almanac reports preview \(slug) --tenant TENANT --watch` draws it.
            version: 1
            slug: \(slug)
            title: \(quoted(title))
            audience: tenant
            period: { grain: \(grain.rawValue), compare: previous }
            needs: { \(model.name): { fresh_within: 1d } }
            on_incomplete: mark
            formats: [pdf, xlsx, csv]
            headline:
              - "{{#\(metrics[0])}}{{label}} {{change}}.{{/\(metrics[0])}}"
            empty: "Nothing in {{period}}."
            sections:
              - kpis: [\(metrics.joined(separator: ", "))]

            """
        if let bucket = model.bucketColumn {
            text +=
                "  - chart: { mark: line, data: \(model.name), x: \(bucket), y: \(metrics[0]), compare: previous }\n"
        }
        if let category = model.columns.first(where: { $0.kind == .text && $0.name != model.currencyColumn })?.name {
            text += "  - chart: { mark: bars, data: \(model.name), x: \(category), y: \(metrics[0]), top: 10 }\n"
        }
        text += """
              - table:
                  data: \(model.name)
                  title: \(quoted(title))
                  page_rows: 30
                  columns: [\(columns.joined(separator: ", "))]

            """
        let totals = columns.filter(summed.contains)
        if !totals.isEmpty { text += "      total: [\(totals.joined(separator: ", "))]\n" }
        return text
    }

    private static func words(_ slug: String) -> String {
        let words = slug.replacing("-", with: " ").replacing("_", with: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    /// As a YAML text in double quotes.
    private static func quoted(_ text: String) -> String { ExactText.quoted(text) }
}
