internal import CivilTime
internal import Columnar
internal import Effects
internal import Formatting
internal import Rendering
internal import Report
package import SystemPackage
internal import Tenancy

/// What two editions of one report and period say differently, and why.
package struct EditionDifference: Sendable {
    /// A figure that is another.
    package struct Figure: Sendable {
        /// Where it stands in the report.
        package let address: String
        /// What it is, for people.
        package let label: String
        /// Whether it is one that readers take away: a tile or a total.
        package let isHeadline: Bool
        /// The values as the report writes them; nil where there is none.
        package let before: String?
        package let after: String?
        /// The same as exact texts.
        package let exactBefore: String?
        package let exactAfter: String?
        /// What changed it, in the order in which it was found out; the steps' amounts add up to the whole change.
        package let steps: [Step]
    }

    /// A part of a figure's change.
    package struct Step: Sendable {
        /// Why; several where rows of several kinds changed at once.
        package let causes: [ChangeCause]
        /// By how much, as the report writes it; nil where there is no number before or after.
        package let amount: String?
    }

    /// The report, its period, and both runs.
    package let report: String
    package let period: String
    package let runs: (before: String, after: String)
    /// The figures that are others, in the order of the second edition.
    package let figures: [Figure]
    /// How many figures were compared.
    package let figureCount: Int
    /// The datasets that changed.
    package let datasets: [DatasetChanges]
    /// The files of definitions that are others: `models/sales_daily.sql`.
    package let definitions: [String]
    /// The parts of the calendar that are others: `timezone`.
    package let calendar: [String]
}

/// Compares two editions of one report and period by their receipts: both are computed again, and between them the
/// second's tables under the first's definitions, then both under the first's calendar. So the change of every figure
/// falls into parts that add up.
package struct EditionComparison {
    private let project: Project

    package init(in project: Project) { self.project = project }

    /// - Parameters:
    ///   - before: the receipt of the first edition.
    ///   - after: that of the second.
    /// - Throws: `Failure` where they are not of one report and period, or what one names is not there any more.
    package func run(_ before: FilePath, _ after: FilePath) throws(Failure) -> EditionDifference {
        do {
            return try difference(try receipt(before), try receipt(after))
        } catch {
            throw Failure(classifying: error, doing: "compare \(before) with \(after)")
        }
    }

    private func receipt(_ path: FilePath) throws -> Receipt {
        let bytes = try project.environment.store.contents(of: path, limit: 16 << 20)
        do {
            return try Receipt(bytes: bytes)
        } catch let error as ReceiptError {
            throw Failure(
                .dataRefused, "\(path) is no receipt", why: "\(error)",
                remedy: "almanac diff OUT/editions/1/receipt.json OUT/receipt.json")
        }
    }

    private func difference(_ first: Receipt, _ second: Receipt) throws -> EditionDifference {
        let pairs = [
            ("tenant", first.tenant, second.tenant), ("report", first.report, second.report),
            ("period", first.period, second.period), ("subject", first.subject ?? "", second.subject ?? ""),
        ]
        if let other = pairs.first(where: { $0.1 != $0.2 }) {
            throw Failure(
                .usage, "these are no two editions of one report and period", why: "the \(other.0) is another",
                remedy: "almanac diff OUT/editions/1/receipt.json OUT/receipt.json")
        }
        let scope = try project.tenants.scope(named: first.tenant)
        let (old, new) = (try recall(first, scope), try recall(second, scope))
        let start = try old.document()
        // The second's tables may lack what the first's definitions need: then both changes are one.
        let moved = try? EditionRecall(old.receipt, new.source, old.maker, project).document()
        let redefined = try EditionRecall(first, new.source, new.maker, project).document()
        let end = try new.document()
        let stages = Stages(start: start, data: moved, definition: redefined, end: end)
        let datasets = try DataCauses(project: project, scope: scope).changes(
            Dictionary(first.inputs.map { ($0.name, $0.version) }) { $1 },
            Dictionary(second.inputs.map { ($0.name, $0.version) }) { $1 }, cutOff: first.asOf)
        let definitions = Self.changed(old.maker.definitions, new.maker.definitions)
        let period = try new.calendar.period(parsing: second.period)
        var causes = datasets.causes(in: period.dates)
        if definitions.contains(where: { $0.hasPrefix("models/") }) { causes.append(.definition) }
        let words = Words(end, new.maker.text, dataCauses: causes.isEmpty ? [.unknown] : causes)
        let keys = Set(first.calendar.keys).union(second.calendar.keys).sorted()
        return EditionDifference(
            report: second.report, period: second.period, runs: (first.run, second.run),
            figures: stages.changes(words), figureCount: end.figures.count, datasets: datasets,
            definitions: definitions,
            calendar: keys.filter { first.calendar[$0] != second.calendar[$0] }
                + (first.timeZoneData == second.timeZoneData ? [] : ["time_zone_data"]))
    }

    private func recall(_ receipt: Receipt, _ scope: TenantScope) throws -> EditionRecall {
        try EditionRecall(receipt, project, scope)
    }

    private static func changed(_ old: PlatformDefinitions, _ new: PlatformDefinitions) -> [String] {
        let before = Dictionary(old.sources.map { ($0.path, $0.bytes) }) { $1 }
        let after = Dictionary(new.sources.map { ($0.path, $0.bytes) }) { $1 }
        return Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }.sorted()
    }

    /// How changes are told.
    private struct Words {
        let formatter: ValueFormatter
        let dataCauses: [ChangeCause]

        init(_ document: ReportDocument, _ text: EngineText, dataCauses: [ChangeCause]) {
            formatter = ValueFormatter(
                locale: document.presentation.locale, currency: document.presentation.currency, words: text.words)
            self.dataCauses = dataCauses
        }
    }

    /// The report between the two editions, one thing changed after the other.
    private struct Stages {
        let start: ReportDocument
        let data: ReportDocument?
        let definition: ReportDocument
        let end: ReportDocument

        func changes(_ words: Words) -> [EditionDifference.Figure] {
            let values = [start, data, definition, end].map { document in
                document.map { document in
                    Dictionary(document.figures.map { ($0.address, $0) }) { first, _ in first }
                }
            }
            let order = end.figures + start.figures.filter { values[3]?[$0.address] == nil }
            return order.compactMap { figure in
                let at = values.map { stage in stage.map { $0[figure.address]?.value ?? .null } }
                let (before, after) = (at[0] ?? .null, at[3] ?? .null)
                guard before.figureText != after.figureText else { return nil }
                let causes: [[ChangeCause]] = [words.dataCauses, [.definition], [.calendar]]
                var steps: [EditionDifference.Step] = []
                var last = before
                var pending: [ChangeCause] = []
                for (stage, cause) in zip(at.dropFirst(), causes) {
                    pending += cause
                    // What could not be computed belongs to the next step.
                    guard let value = stage else { continue }
                    if value.figureText != last.figureText {
                        let amount = Self.amount(last, value)
                        steps.append(
                            EditionDifference.Step(
                                causes: pending, amount: amount.map { words.formatter.full($0, unit: figure.unit) }))
                    }
                    (last, pending) = (value, [])
                }
                let written = { (value: Scalar) in
                    value == .null ? nil : words.formatter.full(value, unit: figure.unit)
                }
                return EditionDifference.Figure(
                    address: figure.address, label: figure.label, isHeadline: figure.isHeadline,
                    before: written(before), after: written(after),
                    exactBefore: before.figureText, exactAfter: after.figureText, steps: steps)
            }
        }

        /// The difference of two numbers, exact where both are.
        private static func amount(_ before: Scalar, _ after: Scalar) -> Scalar? {
            if case .int(let old) = before, case .int(let new) = after {
                let (change, overflow) = new.subtractingReportingOverflow(old)
                return overflow ? nil : .int(change)
            }
            guard let old = before.approximateNumber, let new = after.approximateNumber else { return nil }
            return .double(new - old)
        }
    }
}

/// An edition as its receipt tells it, ready to be computed again.
struct EditionRecall {
    let receipt: Receipt
    let source: EditionSource
    let maker: EditionMaker
    let calendar: TenantCalendar
    private let project: Project

    /// - Throws: `Failure` where its definitions are neither in the project nor kept.
    init(_ receipt: Receipt, _ project: Project, _ scope: TenantScope) throws {
        var versions: [String: Int64] = [:]
        for table in receipt.tables { versions[table.name] = table.version }
        var source = EditionSource(versions: versions, asOf: receipt.asOf, comparison: receipt.comparison)
        source.inputs = Dictionary(receipt.inputs.map { ($0.name, $0.version) }) { $1 }
        try self.init(receipt, source, try EditionMaker(receipt, for: scope, in: project), project)
    }

    /// The edition's period, person and parameters, with what is given: other tables, other definitions.
    init(_ receipt: Receipt, _ source: EditionSource, _ maker: EditionMaker, _ project: Project) throws {
        self.receipt = receipt
        self.source = source
        self.project = project
        calendar = try receipt.tenantCalendar(project.environment)
        self.maker = maker
    }

    /// What the edition is made of: its period, tables, and whose it is.
    private func parts() throws -> (period: Period, tables: EditionTables, variant: EditionVariant) {
        let period = try calendar.period(parsing: receipt.period)
        let values = try maker.report.values(receipt.parameters.map { (name: $0.key, text: $0.value) })
        let tables = try EditionTables(maker, from: source, values)
        let people = try maker.report.people(
            receipt.subject.map { [$0] } ?? [], in: period, try tables.shared(period), of: maker.scope)
        guard people.count == 1, people[0]?.key == receipt.subject else {
            throw Failure(.dataRefused, "this edition can't be made again", why: "it is of nobody, or of several")
        }
        return (period, tables, try EditionVariant(people[0], values))
    }

    /// The document, with what the receipt says of earlier editions.
    func document() throws -> ReportDocument {
        let (period, tables, variant) = try parts()
        var document = try maker.document(period, from: tables, variant, calendar: calendar)
        document.identity.run = receipt.run
        if let notice = try Restatements.notice(receipt.restatements, document, calendar, maker.text) {
            document.notices.append(notice)
        }
        return document
    }

    /// What a figure of the document was computed from.
    func trace(_ address: String, _ document: ReportDocument) throws -> FigureTrace {
        let (period, tables, variant) = try parts()
        let (request, assembler) = try maker.request(period, from: source, variant, calendar: calendar)
        return try assembler.trace(
            address, in: document, maker.report, request,
            tables: try tables.tables(period, variant.subject, request.calendar), subject: variant.subject)
    }
}
