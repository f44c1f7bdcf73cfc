extension DeltaAction {
    /// The action as one JSON object with one member.
    package var json: JSONValue {
        switch self {
        case .protocol(let value): .object(["protocol": value.json])
        case .metadata(let value): .object(["metaData": value.json])
        case .add(let value): .object(["add": value.json])
        case .remove(let value): .object(["remove": value.json])
        case .transaction(let value): .object(["txn": value.json])
        case .commitInfo(let value): .object(["commitInfo": value])
        }
    }

    /// Reads the action of one line; nil for an action that is none of those a table is made of.
    ///
    /// - Throws: `LakeError` (`damaged`) where a member is missing or of another type; (`unsupported`) for a file with
    ///   a deletion vector.
    package init?(_ json: JSONValue) throws(LakeError) {
        guard let members = json.object else { throw DeltaReader.damaged("a line is no object") }
        let known = members.filter { $0.value != .null }
        if let value = known["add"] {
            self = .add(try AddedFile(value))
        } else if let value = known["remove"] {
            self = .remove(try RemovedFile(value))
        } else if let value = known["metaData"] {
            self = .metadata(try DeltaMetadata(value))
        } else if let value = known["protocol"] {
            self = .protocol(try DeltaProtocol(value))
        } else if let value = known["txn"] {
            self = .transaction(try DeltaTransaction(value))
        } else if let value = known["commitInfo"] {
            self = .commitInfo(value)
        } else {
            return nil
        }
    }
}

/// Reads members of actions and says which one is wrong.
enum DeltaReader {
    static func damaged(_ reason: String) -> LakeError { LakeError(.damaged, "the table's log is damaged: \(reason)") }

    static func text(_ json: JSONValue, _ name: String) throws(LakeError) -> String {
        guard let text = json[name]?.text else { throw damaged("'\(name)' is missing or no text") }
        return text
    }

    static func integer(_ json: JSONValue, _ name: String) throws(LakeError) -> Int64 {
        guard let number = json[name]?.int64 else { throw damaged("'\(name)' is missing or no integer") }
        return number
    }

    static func small(_ json: JSONValue, _ name: String) throws(LakeError) -> Int {
        guard let number = Int(exactly: try integer(json, name)) else { throw damaged("'\(name)' is too large") }
        return number
    }

    static func bool(_ json: JSONValue, _ name: String) throws(LakeError) -> Bool {
        guard let value = json[name]?.bool else { throw damaged("'\(name)' is missing or no truth value") }
        return value
    }

    static func texts(_ json: JSONValue, _ name: String) throws(LakeError) -> [String] {
        guard let value = json[name] else { return [] }
        guard let texts = value.array?.map(\.text), texts.allSatisfy({ $0 != nil }) else {
            throw damaged("'\(name)' is no list of texts")
        }
        return texts.compactMap { $0 }
    }

    /// A map of texts; null values are kept as nil.
    static func map(_ json: JSONValue, _ name: String) throws(LakeError) -> [String: String?] {
        guard let value = json[name] else { return [:] }
        guard let members = value.object else { throw damaged("'\(name)' is no map") }
        var map: [String: String?] = [:]
        for (key, value) in members {
            guard value == .null || value.text != nil else { throw damaged("'\(name)' is no map of texts") }
            map.updateValue(value.text, forKey: key)
        }
        return map
    }

    static func json(_ map: [String: String?]) -> JSONValue {
        .object(map.mapValues { $0.map { .text($0) } ?? .null })
    }

    static func json(_ map: [String: String]) -> JSONValue? {
        map.isEmpty ? nil : .object(map.mapValues { .text($0) })
    }

    /// A path or vector that leads to a second file of truth is not skipped.
    static func refuseDeletionVector(_ json: JSONValue) throws(LakeError) {
        guard json["deletionVector"] == nil else {
            throw LakeError(.unsupported, "can't read the table: it uses the Delta feature 'deletionVectors'")
        }
    }
}

extension DeltaProtocol {
    init(_ json: JSONValue) throws(LakeError) {
        self.init(
            readerVersion: try DeltaReader.small(json, "minReaderVersion"),
            writerVersion: try DeltaReader.small(json, "minWriterVersion"),
            readerFeatures: try DeltaReader.texts(json, "readerFeatures"),
            writerFeatures: try DeltaReader.texts(json, "writerFeatures"))
    }

    var json: JSONValue {
        .object(dropping: [
            "minReaderVersion": .integer(readerVersion), "minWriterVersion": .integer(writerVersion),
            "readerFeatures": readerVersion >= 3 ? .array(readerFeatures.map { .text($0) }) : nil,
            "writerFeatures": writerVersion >= 7 ? .array(writerFeatures.map { .text($0) }) : nil,
        ])
    }
}

extension DeltaMetadata {
    init(_ json: JSONValue) throws(LakeError) {
        let configuration = try DeltaReader.map(json, "configuration")
        self.init(
            id: try DeltaReader.text(json, "id"), name: json["name"]?.text, description: json["description"]?.text,
            schemaText: try DeltaReader.text(json, "schemaString"),
            partitionColumns: try DeltaReader.texts(json, "partitionColumns"),
            configuration: configuration.compactMapValues { $0 }, createdMilliseconds: json["createdTime"]?.int64,
            formatProvider: json["format"]?["provider"]?.text ?? "parquet")
    }

    var json: JSONValue {
        .object(dropping: [
            "id": .text(id), "name": name.map { .text($0) }, "description": description.map { .text($0) },
            "format": .object(["provider": .text(formatProvider), "options": .object([:])]),
            "schemaString": .text(schemaText), "partitionColumns": .array(partitionColumns.map { .text($0) }),
            "configuration": .object(configuration.mapValues { .text($0) }),
            "createdTime": createdMilliseconds.map { .integer($0) },
        ])
    }
}

extension AddedFile {
    init(_ json: JSONValue) throws(LakeError) {
        try DeltaReader.refuseDeletionVector(json)
        self.init(
            path: try DeltaReader.text(json, "path"), partitionValues: try DeltaReader.map(json, "partitionValues"),
            size: try DeltaReader.integer(json, "size"),
            modifiedMilliseconds: try DeltaReader.integer(json, "modificationTime"),
            isDataChange: try DeltaReader.bool(json, "dataChange"), statisticsText: json["stats"]?.text,
            tags: try DeltaReader.map(json, "tags").compactMapValues { $0 })
    }

    var json: JSONValue {
        .object(dropping: [
            "path": .text(path), "partitionValues": DeltaReader.json(partitionValues), "size": .integer(size),
            "modificationTime": .integer(modifiedMilliseconds), "dataChange": .bool(isDataChange),
            "stats": statisticsText.map { .text($0) }, "tags": DeltaReader.json(tags),
        ])
    }
}

extension RemovedFile {
    init(_ json: JSONValue) throws(LakeError) {
        self.init(
            path: try DeltaReader.text(json, "path"), deletedMilliseconds: json["deletionTimestamp"]?.int64,
            isDataChange: try DeltaReader.bool(json, "dataChange"),
            partitionValues: try DeltaReader.map(json, "partitionValues"), size: json["size"]?.int64,
            tags: try DeltaReader.map(json, "tags").compactMapValues { $0 })
    }

    /// The removal of a file as it was added.
    init(_ file: AddedFile, atMilliseconds milliseconds: Int64) {
        self.init(
            path: file.path, deletedMilliseconds: milliseconds, partitionValues: file.partitionValues,
            size: file.size, tags: file.tags)
    }

    var json: JSONValue {
        .object(dropping: [
            "path": .text(path), "deletionTimestamp": deletedMilliseconds.map { .integer($0) },
            "dataChange": .bool(isDataChange), "extendedFileMetadata": size.map { _ in .bool(true) },
            "partitionValues": size.map { _ in DeltaReader.json(partitionValues) },
            "size": size.map { .integer($0) }, "tags": DeltaReader.json(tags),
        ])
    }
}

extension DeltaTransaction {
    init(_ json: JSONValue) throws(LakeError) {
        self.init(
            application: try DeltaReader.text(json, "appId"), version: try DeltaReader.integer(json, "version"),
            updatedMilliseconds: json["lastUpdated"]?.int64)
    }

    var json: JSONValue {
        .object(dropping: [
            "appId": .text(application), "version": .integer(version),
            "lastUpdated": updatedMilliseconds.map { .integer($0) },
        ])
    }
}
