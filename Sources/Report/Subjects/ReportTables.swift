package import CivilTime
internal import Columnar
internal import Models

/// The tables of a report's models, read and checked once for all of its editions: the tenant's, or one for each person,
/// of which each sees its own rows alone.
///
/// (1) Rows of a person are chosen before anything is computed from them: an edition of one never has those of another
///     in its memory of rows.
/// (2) A row without a subject is nobody's.
package struct ReportTables: Sendable {
    private let whole: [String: BoxedTable]
    private let subjects: SubjectList?

    /// Boxes the tables and puts the rows of each person together.
    ///
    /// - Parameter tables: by the models' names; those of views that are asked for each person are left out.
    /// - Throws: `ReportError.wrongTable`.
    package init(
        _ report: ReportDefinition, _ definitions: PlatformDefinitions, tables: [String: ModelTable]
    ) throws(ReportError) {
        var whole: [String: BoxedTable] = [:]
        for name in report.models(definitions.metrics) {
            guard let table = tables[name], let model = definitions.models.first(where: { $0.name == name }) else {
                continue
            }
            // The list of the people is theirs even where the model does not say so.
            let own = report.subjects.flatMap { $0.model == name ? $0.keyColumn : nil }
            whole[name] = try BoxedTable(
                model, table, subjectColumn: report.subjects == nil ? nil : own ?? model.subjectColumn)
        }
        self.whole = whole
        subjects = report.subjects
    }

    /// The same tables with those of views that were asked for one person. Where a view says whose its rows are, rows of
    /// others that it has all the same are left out.
    package func adding(
        _ tables: [String: ModelTable], of report: ReportDefinition, _ definitions: PlatformDefinitions
    ) throws(ReportError) -> ReportTables {
        var all = whole
        for (name, table) in tables {
            guard let model = definitions.models.first(where: { $0.name == name }) else { continue }
            all[name] = try BoxedTable(model, table, subjectColumn: model.subjectColumn)
        }
        return ReportTables(whole: all, subjects: subjects)
    }

    private init(whole: [String: BoxedTable], subjects: SubjectList?) {
        self.whole = whole
        self.subjects = subjects
    }

    /// The people, each once, by key. Of several rows of one person the last says name and zone.
    ///
    /// - Parameter period: whose buckets count, where the list has buckets.
    package func people(in period: Period) -> [ReportSubject] {
        guard let subjects, let table = whole[subjects.model] else { return [] }
        var people: [String: ReportSubject] = [:]
        for row in 0..<table.rowCount {
            if let bucket = table.model.bucketColumn {
                guard case .date(let day) = table.value(bucket, row),
                    period.contains(LocalDate(daysSinceEpoch: day))
                else { continue }
            }
            guard let key = table.value(subjects.keyColumn, row).subjectKey,
                subjects.conditions.allSatisfy({ $0.takes(table.value($0.column, row)) })
            else { continue }
            let name = subjects.nameColumn.flatMap { table.value($0, row).subjectKey } ?? key
            let zone = subjects.zoneColumn.flatMap { table.value($0, row).subjectKey }
            people[key] = ReportSubject(key: key, name: name, zone: zone)
        }
        return people.values.sorted { $0.key < $1.key }
    }

    /// The rows that an edition is made of.
    ///
    /// - Parameters:
    ///   - subject: whose; nil for the tenant's, which is all rows.
    ///   - currency: the tenant's: other amounts are refused.
    func rows(of subject: ReportSubject?, currency: String) throws(ReportError) -> [String: ModelRows] {
        var rows: [String: ModelRows] = [:]
        for (name, table) in whole { rows[name] = try table.rows(of: subject?.key, currency: currency) }
        return rows
    }
}

/// A table's declared columns, boxed, and the places of each person's rows.
struct BoxedTable: Sendable {
    let model: ModelDefinition
    let version: Int64?
    let rowCount: Int
    private let values: [String: [Scalar]]
    /// Nil for a table that is taken whole.
    private let places: [String: [Int]]?

    init(_ model: ModelDefinition, _ table: ModelTable, subjectColumn: String?) throws(ReportError) {
        self.model = model
        version = table.version
        rowCount = table.rowCount
        values = try ModelRows.boxed(model, table)
        places = subjectColumn.map { [values] column in
            var places: [String: [Int]] = [:]
            for (row, value) in (values[column] ?? []).enumerated() {
                if let key = value.subjectKey { places[key, default: []].append(row) }
            }
            return places
        }
    }

    func value(_ column: String, _ row: Int) -> Scalar { values[column]?[row] ?? .null }

    func rows(of key: String?, currency: String) throws(ReportError) -> ModelRows {
        let own = key.flatMap { key in places.map { $0[key] ?? [] } }
        // A model that tells its rows apart by their currency may have several.
        if let column = model.currencyColumn, model.grain.contains(column) {
            return try rows(own ?? Array(0..<rowCount), byCurrencyIn: column, currency, isOnePersons: own != nil)
        }
        return try rows(own, currency)
    }

    /// Some rows, or all of them.
    private func rows(_ places: [Int]?, _ currency: String) throws(ReportError) -> ModelRows {
        guard let places else {
            return try ModelRows(model, values: values, rowCount: rowCount, version: version, currency: currency)
        }
        let gathered = values.mapValues { column in places.map { column[$0] } }
        return try ModelRows(model, values: gathered, rowCount: places.count, version: version, currency: currency)
    }

    /// The rows in the tenant's currency, with those of each other one beside them: no figure is made of both.
    ///
    /// - Throws: `ReportError.otherCurrencies` where all amounts of the tenant are in others: its own is not right then.
    ///   A person may have none in it.
    private func rows(
        _ places: [Int], byCurrencyIn column: String, _ currency: String, isOnePersons: Bool
    ) throws(ReportError) -> ModelRows {
        var groups: [String: [Int]] = [:]
        for row in places {
            let code = value(column, row).subjectKey ?? currency
            groups[code, default: []].append(row)
        }
        let own = groups.removeValue(forKey: currency) ?? []
        guard !own.isEmpty || groups.isEmpty || isOnePersons else {
            throw .otherCurrencies(ForeignAmounts(model, found: Set(groups.keys), tenantCurrency: currency))
        }
        var rows = try rows(own, currency)
        for (code, places) in groups { rows.otherCurrencies[code] = try self.rows(places, code) }
        return rows
    }
}

extension Scalar {
    /// A person's key as text, whatever the source stores it as; nil for none.
    var subjectKey: String? {
        switch self {
        case .text(let text): text.isEmpty ? nil : text
        case .int(let number): String(number)
        case .unsigned(let number): String(number)
        default: nil
        }
    }
}
