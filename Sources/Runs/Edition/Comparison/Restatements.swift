internal import CivilTime
internal import Columnar
internal import Formatting
internal import Rendering
internal import Report
internal import Tenancy

/// Finds what earlier editions said that is not so any more: of the same period, and of the period before.
///
/// (1) Only editions whose period was over count: figures of a running period are known to change.
/// (2) Figures that readers take away are compared: tiles and totals.
struct Restatements {
    let project: Project
    let scope: TenantScope
    let tables: EditionTables
    let variant: EditionVariant

    private var maker: EditionMaker { tables.maker }
    private var source: EditionSource { tables.source }

    /// The figures of earlier editions that are others now.
    ///
    /// - Parameter document: the edition that is being made, of `period`.
    func found(_ document: ReportDocument, _ period: Period, edition: Int64) throws -> [Receipt.Restatement] {
        let files = ReceiptFiles(project: project, scope: scope, report: try ResourceName(maker.report.slug))
        var found: [Receipt.Restatement] = []
        if let last = try files.newest(period, variant.folders), last.edition < edition {
            found += try restated(last, document.headlineFigures, period)
        }
        let before = scope.tenant.calendar.previous(of: period)
        // A report of another period now is worth its time only where there was an edition of it.
        if let last = try files.newest(before, variant.folders), isOver(last, before), !last.figures.isEmpty {
            let again = try maker.document(before, from: tables, variant)
            found += try restated(last, again.headlineFigures, before)
        }
        return found
    }

    private func isOver(_ receipt: Receipt, _ period: Period) -> Bool {
        receipt.asOf >= scope.tenant.calendar.instants(of: period).end
    }

    private func restated(
        _ receipt: Receipt, _ figures: [ReportFigure], _ period: Period
    ) throws -> [Receipt.Restatement] {
        guard isOver(receipt, period) else { return [] }
        var now: [String: String?] = [:]
        for figure in figures { now[figure.address] = figure.value.figureText }
        // A figure that the definition has dropped is not restated, it is not given out any more.
        let changed = receipt.figures.filter { old in now[old.address].map { $0 != old.value } ?? false }
        guard !changed.isEmpty else { return [] }
        let causes = try causes(receipt, period)
        return changed.map { old in
            Receipt.Restatement(
                address: old.address, period: period.name, run: receipt.run, before: old.value,
                now: now[old.address] ?? nil, causes: causes.map(\.rawValue))
        }
    }

    private func causes(_ receipt: Receipt, _ period: Period) throws -> [ChangeCause] {
        var causes: [ChangeCause] = []
        let calendar = scope.tenant.calendar
        if receipt.calendar != Receipt.calendar(calendar, own: receipt.subject != nil ? receipt : nil) {
            causes.append(.calendar)
        }
        if receipt.definition != maker.definitionHash { causes.append(.definition) }
        let before = Dictionary(receipt.inputs.map { ($0.name, $0.version) }) { $1 }
        let changes = try DataCauses(project: project, scope: scope).changes(
            before, source.inputs, cutOff: receipt.asOf)
        causes += changes.causes(in: period.dates)
        return causes.isEmpty ? [.unknown] : causes
    }

    // MARK: Words

    /// What a report says of its restatements, from its receipt alone and its own figures: the same each time.
    static func notice(
        _ restatements: [Receipt.Restatement], _ document: ReportDocument, _ calendar: TenantCalendar,
        _ text: EngineText
    ) throws -> Notice? {
        guard !restatements.isEmpty else { return nil }
        let formatter = ValueFormatter(
            locale: document.presentation.locale, currency: document.presentation.currency, words: text.words)
        var figures: [String: ReportFigure] = [:]
        // What is restated is a figure that readers take away; a report can have ten thousand others.
        for figure in document.headlineFigures { figures[figure.address] = figure }
        let lines = try restatements.map { restatement in
            let figure = figures[restatement.address]
            let unit = figure?.unit ?? .number(decimals: 0)
            let value = { (text: String?) in formatter.full(text.flatMap(Self.value) ?? .null, unit: unit) }
            let period = try calendar.period(parsing: restatement.period)
            let causes = restatement.causes.map { text(ChangeCause(rawValue: $0)?.words ?? .becauseUnknown) }
            return text(
                .noticeRestatement,
                [
                    "figure": figure?.label ?? restatement.address, "period": text.label(of: period, formatter),
                    "before": value(restatement.before), "now": value(restatement.now),
                    "why": causes.joined(separator: text(.listSeparator)),
                ])
        }
        return Notice(kind: .restated, title: text(.noticeRestated), lines: lines)
    }

    private static func value(_ text: String) -> Scalar? {
        guard let number = ExactDecimal(text) else { return Double(text).map(Scalar.double) }
        if number.scale == 0, let whole = Int64(exactly: number.unscaled) { return .int(whole) }
        return .decimal(number)
    }
}

extension ChangeCause {
    /// As a page says it.
    fileprivate var words: EngineText.Key {
        switch self {
        case .late, .new: .becauseLate
        case .deleted: .becauseDeleted
        case .corrected: .becauseCorrected
        case .definition: .becauseDefinition
        case .calendar: .becauseCalendar
        case .unknown: .becauseUnknown
        }
    }
}

extension Receipt {
    /// A calendar as receipts have it.
    ///
    /// - Parameter own: a person's receipt, whose own zone is taken; nil for the tenant's.
    static func calendar(_ calendar: TenantCalendar, own: Receipt? = nil) -> [String: String] {
        [
            "timezone": own?.calendar["timezone"] ?? calendar.zone.name, "week_start": calendar.weekStart.name,
            "fiscal_year_start": calendar.fiscalYearStart.description,
            "holidays": calendar.holidays.map(\.description).joined(separator: " "),
        ]
    }

    /// The calendar that the edition was made by.
    ///
    /// - Throws: `Failure` where a part of it is none.
    func tenantCalendar(_ environment: RunEnvironment) throws -> TenantCalendar {
        guard let zone = calendar["timezone"].flatMap({ try? environment.zones.zone($0) }),
            let weekStart = calendar["week_start"].flatMap(Weekday.init(name:)),
            let yearStart = calendar["fiscal_year_start"].flatMap({ try? MonthDay(parsing: $0) })
        else {
            throw Failure(.dataRefused, "the receipt's calendar can't be read", why: "of run \(run)")
        }
        let holidays = try (calendar["holidays"] ?? "").split(separator: " ").map { try LocalDate(parsing: $0) }
        return TenantCalendar(zone: zone, weekStart: weekStart, fiscalYearStart: yearStart, holidays: holidays)
    }
}
