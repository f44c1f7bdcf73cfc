internal import CivilTime
internal import Configuration

/// Makes tenants of the rows of a tenants query, by the same reader as of files. A row that is wrong is an error for its
/// own tenant alone; a column that is no key is one for the query.
struct TenantRowReader {
    /// The keys that a tenant's file can have.
    static let keys = [
        "id", "platform", "name", "source.url", "source.isolation", "source.key", "source.setting", "source.column",
        "source.schema", "calendar.timezone", "calendar.week_start", "calendar.fiscal_year_start", "calendar.holidays",
        "locale", "currency", "brand.color", "brand.logo", "reports", "limits.memory_mib", "limits.seconds",
        "limits.rows", "retention.raw_days", "retention.artefacts_days", "requests.url", "requests.results",
    ]
    /// Those whose value is a list: an array in a query's column.
    private static let lists: Set<String> = ["reports", "calendar.holidays"]

    private let layout: RecordLayout
    private let idColumn: Int
    private let defaults: TenantDefaults
    private let zones: ZoneDatabase
    private let standardIsolation: String?

    /// - Throws: `configuration` for columns and defaults that are no keys.
    init(
        _ query: TenantQuery, columns: [String], defaults: TenantDefaults, zones: ZoneDatabase
    ) throws(TenancyError) {
        do {
            layout = try RecordLayout(
                query: TenantQuery.name, columns: columns, defaults: query.defaults, known: Self.keys)
        } catch {
            throw TenancyError(.configuration, "\(error)")
        }
        guard let idColumn = columns.firstIndex(of: "id") else {
            throw TenancyError(.configuration, "the tenants query has no column 'id'")
        }
        self.idColumn = idColumn
        self.defaults = defaults
        self.zones = zones
        let isolation = query.defaults.first { $0.name == "source.isolation" }
        standardIsolation = if case .text(let text)? = isolation?.value { text } else { nil }
    }

    /// The tenants by id, and the rows that are none.
    ///
    /// - Throws: `configuration` for an answer without rows: a missing grant or a policy must not look like no tenants.
    func listing(_ rows: [[String?]]) throws(TenancyError) -> TenantListing {
        guard !rows.isEmpty else {
            throw TenancyError(
                .configuration,
                "the tenants query gives no rows: no tenant is worked for; look at its condition, and at row-level "
                    + "security of the control database")
        }
        var places: [String: [Int]] = [:]
        for (index, row) in rows.enumerated() {
            if let id = row[idColumn] { places[id, default: []].append(index + 1) }
        }
        var listing = TenantListing()
        var refused: Set<String> = []
        for (index, row) in rows.enumerated() {
            if let id = row[idColumn], let twins = places[id], twins.count > 1 {
                if refused.insert(id).inserted { listing.failures.append(Self.duplicate(id, twins)) }
                continue
            }
            do throws(TenancyError) {
                listing.scopes.append(try scope(index + 1, row))
            } catch {
                let name = row[idColumn].map(ResourceName.shown) ?? "row \(index + 1)"
                listing.failures.append(TenantFailure(name: name, error: error))
            }
        }
        listing.scopes.sort { $0.id < $1.id }
        listing.failures.sort { $0.name < $1.name }
        return listing
    }

    private static func duplicate(_ id: String, _ rows: [Int]) -> TenantFailure {
        let shown = rows.prefix(5).map(String.init).joined(separator: ", ") + (rows.count > 5 ? ", …" : "")
        return TenantFailure(
            name: ResourceName.shown(id),
            error: TenancyError(
                .configuration,
                "the tenants query gives '\(ResourceName.shown(id))' \(rows.count) times, in rows \(shown): nobody can "
                    + "say which is meant"))
    }

    private func scope(_ row: Int, _ values: [String?]) throws(TenancyError) -> TenantScope {
        guard let text = values[idColumn] else {
            throw TenancyError(.configuration, "\(TenantQuery.name), row \(row): the id is NULL")
        }
        let id = try TenantID(text)
        do {
            let tenant = try layout.mapping(row: row, values: records(values), subject: "tenant '\(id)'") { map in
                TenantReader.read(map, id: id, defaults: defaults, zones: zones, needsSource: true)
            }
            return TenantScope(tenant)
        } catch {
            throw TenancyError(.configuration, "\(error)")
        }
    }

    /// The values, arrays as lists where the key takes one.
    private func records(_ values: [String?]) -> [RecordValue?] {
        let isolationColumn = layout.columns.firstIndex(of: "source.isolation")
        let isolation = isolationColumn.flatMap { values[$0] } ?? standardIsolation
        return zip(layout.columns, values).map { name, value in
            guard let value else { return nil }
            let takesList = Self.lists.contains(name) || (name == "source.key" && isolation == "fan-out")
            if takesList, let items = ArrayLiteral.items(of: value) { return .list(items) }
            return .text(value)
        }
    }
}

/// An array as Postgres writes it: `{a,"b c"}` (https://www.postgresql.org/docs/15/arrays.html#ARRAYS-IO).
enum ArrayLiteral {
    /// The items; nil for anything but an array of one dimension without NULL.
    static func items(of text: String) -> [String]? {
        var rest = text.unicodeScalars[...]
        guard rest.popFirst() == "{" else { return nil }
        if rest.first == "}" { return rest.count == 1 ? [] : nil }
        var items: [String] = []
        while let item = item(&rest) {
            items.append(item)
            switch rest.popFirst() {
            case ",": continue
            case "}": return rest.isEmpty ? items : nil
            default: return nil
            }
        }
        return nil
    }

    private static func item(_ rest: inout Substring.UnicodeScalarView) -> String? {
        var item = String.UnicodeScalarView()
        guard rest.first == "\"" else {
            while let next = rest.first, next != ",", next != "}" {
                guard next != "{", next != "\"", next != "\\" else { return nil }
                item.append(next)
                rest.removeFirst()
            }
            let text = String(item)
            return text.isEmpty || text.uppercased() == "NULL" ? nil : text
        }
        rest.removeFirst()
        while let next = rest.popFirst() {
            switch next {
            case "\"": return String(item)
            case "\\":
                guard let escaped = rest.popFirst() else { return nil }
                item.append(escaped)
            default: item.append(next)
            }
        }
        return nil
    }
}
