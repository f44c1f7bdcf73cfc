internal import CivilTime
internal import Report

extension Receipt {
    /// The receipt's file: canonical JSON, version 1.
    package var bytes: [UInt8] {
        var keys: [String: CanonicalJSON] = [
            "version": .integer(1), "run": .text(run), "tenant": .text(tenant), "platform": .text(platform),
            "report": .text(report), "period": .text(period), "edition": .integer(edition), "engine": .text(engine),
            "as_of": .text(asOf.description), "definition": .text(definition), "template": .text(template),
            "fonts": .object(fonts.mapValues(CanonicalJSON.text)),
            "time_zone_data": timeZoneData.map(CanonicalJSON.text) ?? .null,
            "calendar": .object(calendar.mapValues(CanonicalJSON.text)), "locale": .text(locale),
            "currency": .text(currency), "tables": .list(tables.map(\.json)),
            "rows": .object([
                "read": .integer(rows.read), "written": .integer(rows.written), "rejected": .integer(rows.rejected),
            ]), "comparison": comparison.map(\.json) ?? .null, "artefacts": .list(artefacts.map(\.json)),
        ]
        // What most editions do not have is not written for them.
        if let subject { keys["subject"] = .text(subject) }
        if !parameters.isEmpty { keys["parameters"] = .object(parameters.mapValues(CanonicalJSON.text)) }
        if !inputs.isEmpty { keys["inputs"] = .list(inputs.map(\.json)) }
        if !figures.isEmpty { keys["figures"] = .list(figures.map(\.json)) }
        if !restatements.isEmpty { keys["restatements"] = .list(restatements.map(\.json)) }
        return CanonicalJSON.object(keys).bytes
    }

    /// Reads a receipt's file.
    ///
    /// - Throws: `ReceiptError` where it is no JSON, of another version, or a key is missing, unknown or of another kind.
    package init(bytes: [UInt8]) throws(ReceiptError) {
        let json: CanonicalJSON
        do {
            json = try CanonicalJSON(bytes: bytes)
        } catch {
            throw ReceiptError(message: "\(error)")
        }
        var keys = ReceiptKeys(json, "the receipt")
        let version = try keys.integer("version")
        guard version == 1 else { throw ReceiptError(message: "version \(version) is not known") }
        let asOfText = try keys.text("as_of")
        guard let asOf = try? Instant(parsing: asOfText) else { throw ReceiptError(message: "'as_of' is no instant") }
        var counts = ReceiptKeys(try keys.value("rows"), "'rows'")
        let rows = RowCounts(
            read: try counts.integer("read"), written: try counts.integer("written"),
            rejected: try counts.integer("rejected"))
        try counts.end()
        self.init(
            run: try keys.text("run"), tenant: try keys.text("tenant"), platform: try keys.text("platform"),
            report: try keys.text("report"), period: try keys.text("period"),
            subject: try keys.optional("subject", Self.text),
            parameters: try keys.optional("parameters", Self.texts) ?? [:], edition: try keys.integer("edition"),
            engine: try keys.text("engine"), asOf: asOf, definition: try keys.text("definition"),
            template: try keys.text("template"), fonts: try keys.texts("fonts"),
            timeZoneData: try keys.optionalText("time_zone_data"), calendar: try keys.texts("calendar"),
            locale: try keys.text("locale"), currency: try keys.text("currency"),
            tables: try keys.list("tables", Table.init(json:)), rows: rows,
            comparison: try keys.optional("comparison", SourceComparison.init(json:)),
            artefacts: try keys.list("artefacts", File.init(json:)))
        inputs = try keys.optionalList("inputs", Input.init(json:))
        figures = try keys.optionalList("figures", Figure.init(json:))
        restatements = try keys.optionalList("restatements", Restatement.init(json:))
        try keys.end()
    }

    private static func text(_ json: CanonicalJSON) throws(ReceiptError) -> String {
        guard case .text(let text) = json else { throw ReceiptError(message: "'subject' is no text") }
        return text
    }

    private static func texts(_ json: CanonicalJSON) throws(ReceiptError) -> [String: String] {
        var keys = ReceiptKeys(.object(["parameters": json]), "the receipt")
        return try keys.texts("parameters")
    }
}

extension SourceComparison {
    fileprivate var json: CanonicalJSON {
        .object([
            "at": .text(at.description), "tables": .integer(tableCount), "rows": .integer(rowCount),
            "differing": .integer(differingCount),
        ])
    }

    fileprivate init(json: CanonicalJSON) throws(ReceiptError) {
        var keys = ReceiptKeys(json, "'comparison'")
        guard let at = try? Instant(parsing: try keys.text("at")) else {
            throw ReceiptError(message: "'comparison.at' is no instant")
        }
        self.init(
            at: at, tableCount: try keys.integer("tables"), rowCount: try keys.integer("rows"),
            differingCount: try keys.integer("differing"))
        try keys.end()
    }
}

extension Receipt.File {
    fileprivate var json: CanonicalJSON {
        .object(["name": .text(name), "sha256": .text(sha256), "bytes": .integer(bytes)])
    }

    fileprivate init(json: CanonicalJSON) throws(ReceiptError) {
        var keys = ReceiptKeys(json, "a file")
        self.init(name: try keys.text("name"), sha256: try keys.text("sha256"), bytes: try keys.integer("bytes"))
        try keys.end()
        guard sha256.utf8.count == 64,
            sha256.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { throw ReceiptError(message: "a SHA-256 has 64 hexadecimal digits") }
    }
}

extension Receipt.Table {
    fileprivate var json: CanonicalJSON {
        .object([
            "name": .text(name), "version": .integer(version), "rows": .integer(rows),
            "files": .list(files.map(\.json)),
        ])
    }

    fileprivate init(json: CanonicalJSON) throws(ReceiptError) {
        var keys = ReceiptKeys(json, "a table")
        self.init(
            name: try keys.text("name"), version: try keys.integer("version"), rows: try keys.integer("rows"),
            files: try keys.list("files", Receipt.File.init(json:)))
        try keys.end()
    }
}

extension Receipt.Input {
    fileprivate var json: CanonicalJSON { .object(["name": .text(name), "version": .integer(version)]) }

    fileprivate init(json: CanonicalJSON) throws(ReceiptError) {
        var keys = ReceiptKeys(json, "an input")
        self.init(name: try keys.text("name"), version: try keys.integer("version"))
        try keys.end()
    }
}

extension Receipt.Figure {
    fileprivate var json: CanonicalJSON {
        .object(["address": .text(address), "value": value.map(CanonicalJSON.text) ?? .null])
    }

    fileprivate init(json: CanonicalJSON) throws(ReceiptError) {
        var keys = ReceiptKeys(json, "a figure")
        self.init(address: try keys.text("address"), value: try keys.optionalText("value"))
        try keys.end()
    }
}

extension Receipt.Restatement {
    fileprivate var json: CanonicalJSON {
        .object([
            "address": .text(address), "period": .text(period), "run": .text(run),
            "before": before.map(CanonicalJSON.text) ?? .null, "now": now.map(CanonicalJSON.text) ?? .null,
            "causes": .list(causes.map(CanonicalJSON.text)),
        ])
    }

    fileprivate init(json: CanonicalJSON) throws(ReceiptError) {
        var keys = ReceiptKeys(json, "a restatement")
        self.init(
            address: try keys.text("address"), period: try keys.text("period"), run: try keys.text("run"),
            before: try keys.optionalText("before"), now: try keys.optionalText("now"),
            causes: try keys.list("causes") { cause throws(ReceiptError) in
                guard case .text(let text) = cause else { throw ReceiptError(message: "a cause is no text") }
                return text
            })
        try keys.end()
    }
}

/// The keys of an object that is being read; what nobody asked for is an error.
private struct ReceiptKeys {
    private var values: [String: CanonicalJSON]
    private let name: String

    init(_ json: CanonicalJSON, _ name: String) {
        if case .object(let values) = json { self.values = values } else { values = [:] }
        self.name = name
    }

    mutating func value(_ key: String) throws(ReceiptError) -> CanonicalJSON {
        guard let value = values.removeValue(forKey: key) else {
            throw ReceiptError(message: "the key '\(key)' of \(name) is missing")
        }
        return value
    }

    mutating func text(_ key: String) throws(ReceiptError) -> String {
        guard case .text(let text) = try value(key) else { throw ReceiptError(message: "'\(key)' is no text") }
        return text
    }

    mutating func optionalText(_ key: String) throws(ReceiptError) -> String? {
        switch try value(key) {
        case .null: return nil
        case .text(let text): return text
        default: throw ReceiptError(message: "'\(key)' is no text")
        }
    }

    /// What receipts of before do not have, or have as null.
    mutating func optional<Value>(
        _ key: String, _ read: (CanonicalJSON) throws(ReceiptError) -> Value
    ) throws(ReceiptError) -> Value? {
        guard let value = values.removeValue(forKey: key) else { return nil }
        if case .null = value { return nil }
        return try read(value)
    }

    mutating func integer(_ key: String) throws(ReceiptError) -> Int64 {
        guard case .integer(let number) = try value(key) else {
            throw ReceiptError(message: "'\(key)' is no whole number")
        }
        return number
    }

    mutating func texts(_ key: String) throws(ReceiptError) -> [String: String] {
        guard case .object(let values) = try value(key) else { throw ReceiptError(message: "'\(key)' is no object") }
        var texts: [String: String] = [:]
        for (name, value) in values {
            guard case .text(let text) = value else { throw ReceiptError(message: "'\(key).\(name)' is no text") }
            texts[name] = text
        }
        return texts
    }

    /// What receipts without any do not have.
    mutating func optionalList<Item>(
        _ key: String, _ read: (CanonicalJSON) throws(ReceiptError) -> Item
    ) throws(ReceiptError) -> [Item] {
        values[key] == nil ? [] : try list(key, read)
    }

    mutating func list<Item>(
        _ key: String, _ read: (CanonicalJSON) throws(ReceiptError) -> Item
    ) throws(ReceiptError) -> [Item] {
        guard case .list(let values) = try value(key) else { throw ReceiptError(message: "'\(key)' is no list") }
        var items: [Item] = []
        for value in values { items.append(try read(value)) }
        return items
    }

    func end() throws(ReceiptError) {
        guard let key = values.keys.min() else { return }
        throw ReceiptError(message: "unknown key '\(key)' in \(name)")
    }
}
