package import Configuration
internal import Effects
internal import PostgresCopy
internal import SystemPackage
internal import Tenancy

extension RequestContract {
    /// Reads the contracts of a platform; none where it has no `requests.yaml`.
    ///
    /// - Throws: `ConfigurationErrors`, every error of the file; `FileError`.
    static func readAll(of platform: ResourceName, in project: Project) throws -> [RequestContract] {
        let file = project.layout.reports(of: platform).appending("requests.yaml")
        guard try project.environment.store.status(of: file) != nil else { return [] }
        let bytes = try project.environment.store.contents(of: file, limit: 1 << 20)
        return try read(bytes: bytes, file: "Reports/\(platform)/requests.yaml")
    }

    /// The contracts of a file.
    package static func read(bytes: [UInt8], file: String) throws(ConfigurationErrors) -> [RequestContract] {
        try YAMLDocument(bytes: bytes, file: file).mapping(subject: "the requests") { map in
            map.required("requests")?.entries { name, value in value.mapping { read(name, $0) } }
        }
    }

    private static func read(_ name: String, _ map: YAMLMapping) -> RequestContract? {
        let table = map.required("table").flatMap(Self.table)
        let report = map.required("report")?.text()
        let filter = map.optional("where")?.entries { key, value in value.text().map { (key, $0) } } ?? []
        let fresh = map.optional("fresh_within").map { $0.seconds() } ?? 900
        let columns = map.required("columns")?.mapping(Self.columns)
        let states = map.optional("states").map { $0.mapping(Self.states) } ?? .standard
        let parameters = map.optional("parameters")?.entries { key, value in value.text().map { (key, $0) } } ?? []
        let formats = map.optional("format").map { $0.mapping(Self.formats) } ?? .standard
        guard let table, let report, let fresh, let columns, let states, let formats else { return nil }
        if columns.parameters == nil, !parameters.isEmpty {
            map.refuse("'parameters' stand in no column", hint: "columns: { parameters: … }")
        }
        return RequestContract(
            name: name, table: table, filter: Dictionary(uniqueKeysWithValues: filter), report: report,
            freshWithinSeconds: fresh, columns: columns, states: states,
            parameters: Dictionary(uniqueKeysWithValues: parameters), formats: formats)
    }

    private static func table(_ value: YAMLValue) -> QualifiedName? {
        guard let text = value.text() else { return nil }
        guard let name = QualifiedName(text) else {
            value.refuse("'\(text)' is no name of a table", hint: "content_requests, or schema.content_requests")
            return nil
        }
        return name
    }

    private static func columns(_ map: YAMLMapping) -> Columns? {
        let key = map.required("key")?.text()
        let state = map.required("state")?.text()
        let createdAt = map.required("created_at")?.text()
        let columns = { (name: String) in map.optional(name)?.text() }
        let others = (
            subject: columns("subject"), from: columns("from"), to: columns("to"), parameters: columns("parameters")
        )
        let told = (
            progress: columns("progress"), updatedAt: columns("updated_at"), completedAt: columns("completed_at"),
            result: columns("result"), error: columns("error")
        )
        guard let key, let state, let createdAt else { return nil }
        return Columns(
            key: key, state: state, createdAt: createdAt, subject: others.subject, from: others.from, to: others.to,
            parameters: others.parameters, progress: told.progress, updatedAt: told.updatedAt,
            completedAt: told.completedAt, result: told.result, error: told.error)
    }

    private static func states(_ map: YAMLMapping) -> States? {
        let words = ["pending", "working", "done", "failed"].map { map.required($0)?.text() }
        guard let pending = words[0], let working = words[1], let done = words[2], let failed = words[3] else {
            return nil
        }
        guard Set(words).count == 4 else {
            map.refuse("two states have the same word")
            return nil
        }
        return States(pending: pending, working: working, done: done, failed: failed)
    }

    private static func formats(_ map: YAMLMapping) -> Formats? {
        let key = map.required("key")?.text()
        let standard = map.required("default")?.text()
        let words = map.required("words")?.entries { word, value in
            value.choice(of: ArtefactFormat.self).map { (word.uppercased(), $0.rawValue) }
        }
        guard let key, let standard, let words else { return nil }
        let known = Dictionary(words) { first, _ in first }
        guard known[standard.uppercased()] != nil else {
            map.refuse("the default '\(standard)' is none of the words")
            return nil
        }
        return Formats(key: key, words: known, standard: standard.uppercased())
    }
}

extension RequestContract.States {
    fileprivate static let standard = RequestContract.States(
        pending: "PENDING", working: "PROCESSING", done: "COMPLETED", failed: "FAILED")
}

extension RequestContract.Formats {
    fileprivate static let standard = RequestContract.Formats(
        key: "format", words: ["PDF": "pdf", "EXCEL": "xlsx", "XLSX": "xlsx", "CSV": "csv"], standard: "PDF")
}
