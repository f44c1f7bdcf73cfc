internal import Checksum
internal import CivilTime
package import Configuration
internal import Query

extension ModelDefinition {
    /// Reads a model's file.
    ///
    /// - Parameters:
    ///   - name: the file's name without its extension.
    ///   - bytes: its content.
    ///   - file: its name for errors.
    /// - Throws: `ConfigurationErrors`, every error of the front matter; then the first of the query.
    package init(name: String, bytes: [UInt8], file: String) throws(ConfigurationErrors) {
        let model = try ModelFile(bytes: bytes, file: file)
        let matter = try model.document.mapping(subject: "model '\(name)'") { map in FrontMatter(name, map) }
        let references: QueryReferences
        do {
            references = try QueryReferences(of: model.query)
        } catch {
            throw ConfigurationErrors([ConfigurationError(error, in: model.query)])
        }
        self.init(
            name: name, description: matter.description, materialization: matter.materialization, grain: matter.grain,
            grainPosition: matter.grainPosition, bucket: matter.bucket, currencyColumn: matter.currency,
            subjectColumn: matter.subject, lookbackDays: matter.lookbackDays, sealedAfterDays: matter.sealedAfterDays,
            isPublished: matter.isPublished, columns: matter.columns, tests: matter.tests, query: model.query,
            fileHash: SHA256Digest(of: bytes.span).description, references: references, adjustedModel: nil)
    }
}

/// What a model's front matter says.
private struct FrontMatter {
    var description = ""
    var materialization = ModelDefinition.Materialization.table
    var grain: [String] = []
    let grainPosition: SourcePosition
    var bucket: ModelBucket?
    var currency: String?
    var subject: String?
    var lookbackDays = 0
    var sealedAfterDays: Int?
    var isPublished = false
    var columns: [ModelColumn] = []
    var tests: [ModelTest] = []

    /// Nil where something is wrong, which was noted.
    init?(_ name: String, _ map: YAMLMapping) {
        let isName = name.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "_") }
        guard isName, name.first.map({ $0.isLetter || $0 == "_" }) ?? false else {
            map.refuse("a model can't be named '\(name)'", hint: "small letters, digits and '_', a letter first")
            return nil
        }
        let description = map.required("description")?.text()
        let kind = map.optional("materialized").map { $0.choice(of: ModelDefinition.Materialization.self) } ?? .table
        let grain = map.required("grain")
        let columns = map.required("columns")?.entries { key, value in ModelColumn.read(key, value) }
        guard let description, let columns, let grain, let kind else {
            map.ignore("bucket", "currency", "subject", "incremental", "seal", "publish", "tests")
            return nil
        }
        self.description = description
        grainPosition = grain.position
        materialization = kind
        let publish = map.optional("publish").map { $0.boolean() } ?? (kind != .view)
        self.columns = columns
        let names = columns.map(\.name)
        let clash = columns.first { CommonColumns.names.contains($0.name) && $0.name != CommonColumns.zone }
        if let clash {
            map.refuse("every model has a column '\(clash.name)' of its own", hint: "name it otherwise")
            return nil
        }
        var isGood = publish != nil
        isPublished = publish ?? false
        if let found = grain.knownColumns(names) { self.grain = found } else { isGood = false }
        if let value = map.optional("bucket") {
            bucket = Self.bucket(value, columns)
            isGood = isGood && bucket != nil
        }
        if let value = map.optional("currency") {
            currency = value.knownColumn(names)
            isGood = isGood && currency != nil
        }
        if let value = map.optional("subject") {
            subject = value.knownColumn(names)
            isGood = isGood && subject != nil
        }
        if let value = map.optional("tests") {
            let found = value.list { ModelTest.read($0, names) }
            tests = found ?? []
            isGood = isGood && found != nil
        }
        isGood = readIncremental(map) && isGood
        guard readSeal(map), isGood else { return nil }
    }

    private mutating func readIncremental(_ map: YAMLMapping) -> Bool {
        let value = map.optional("incremental")
        guard materialization == .incremental else {
            value?.refuse("'incremental' is only for 'materialized: incremental'")
            return value == nil
        }
        guard bucket != nil else {
            map.refuse(
                "an incremental model needs a bucket: the days that it is computed for",
                hint: "bucket: { column: day, grain: day }")
            return false
        }
        guard let value else { return true }
        guard let days = Self.days("lookback", in: value, hint: "lookback: 7d") else { return false }
        lookbackDays = days
        return true
    }

    private mutating func readSeal(_ map: YAMLMapping) -> Bool {
        guard let value = map.optional("seal") else { return true }
        guard bucket != nil, materialization != .view else {
            value.refuse("only the buckets of a stored model can be sealed")
            return false
        }
        if let name = columns.map(\.name).first(where: ModelDefinition.adjustmentColumns.contains) {
            map.refuse(
                "the adjustments of a sealed model have a column '\(name)' of their own", hint: "name it otherwise")
            return false
        }
        sealedAfterDays = Self.days("after", in: value, hint: "after: 35d")
        return sealedAfterDays != nil
    }

    /// A mapping with one key, a whole number of days.
    private static func days(_ key: String, in value: YAMLValue, hint: String) -> Int? {
        value.mapping { map in
            guard let seconds = map.required(key)?.seconds() else { return nil }
            guard seconds % 86_400 == 0, seconds <= 3_660 * 86_400 else {
                map.refuse("'\(key)' is a whole number of days, at most ten years", hint: hint)
                return nil
            }
            return Int(seconds / 86_400)
        }
    }

    private static func bucket(_ value: YAMLValue, _ columns: [ModelColumn]) -> ModelBucket? {
        let grains: [(word: String, value: Grain)] = [
            ("day", .day), ("week", .week), ("month", .month), ("quarter", .quarter), ("year", .year),
        ]
        let bucket: ModelBucket? = value.mapping { map in
            let column = map.required("column")?.knownColumn(columns.map(\.name))
            let grain = map.required("grain")?.choice(among: grains)
            guard let column, let grain else { return nil }
            return ModelBucket(column: column, grain: grain)
        }
        guard let bucket else { return nil }
        guard columns.first(where: { $0.name == bucket.column })?.kind == .date else {
            value.refuse("the bucket column '\(bucket.column)' must be a date")
            return nil
        }
        return bucket
    }
}

extension ModelColumn {
    fileprivate static func read(_ name: String, _ value: YAMLValue) -> ModelColumn? {
        value.mapping { map in
            let kind = map.required("type")?.choice(of: Kind.self)
            let unit = UnitName.read(map, default: UnitName.none)
            let description = map.required("description")?.text()
            let label = map.optional("label").map { $0.text() } ?? name.replacing("_", with: " ").capitalizedFirst
            let isAdditive = map.optional("additive").map { $0.boolean() } ?? true
            guard let kind, let unit, let description, let label, let isAdditive else { return nil }
            if unit != .none && !kind.isNumeric {
                map.refuse("a column of type '\(kind.rawValue)' has no unit")
                return nil
            }
            return ModelColumn(
                name: name, kind: kind, label: label, unit: unit, description: description,
                isAdditive: isAdditive && kind.isNumeric)
        }
    }
}

extension String {
    /// With a capital first letter.
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
