internal import CivilTime
internal import Extract
internal import Lake

/// A watermark as the table's log keeps it.
extension Watermark {
    /// One line of JSON.
    var text: String {
        var members: [String: JSONValue] = ["version": .integer(1), "definition": .text(definition)]
        if let position { members["position"] = .integer(position) }
        if let bound { members["bound"] = .integer(bound) }
        if !openTransactions.isEmpty {
            members["open"] = .object(openTransactions.mapValues { $0.map { JSONValue.integer($0) } ?? .null })
        }
        if let keysComparedAt { members["keysComparedAt"] = .integer(keysComparedAt.microsecondsSinceEpoch) }
        if isOfChunk { members["chunk"] = .integer(1) }
        return JSONValue.object(members).canonicalText
    }

    /// Nil for a text that is no watermark of this version: everything is read again then.
    init?(text: String) {
        guard let json = try? JSONValue(parsing: text), json["version"]?.int64 == 1,
            let definition = json["definition"]?.text
        else { return nil }
        self.init(
            definition: definition, position: json["position"]?.int64, bound: json["bound"]?.int64,
            openTransactions: (json["open"]?.object ?? [:]).mapValues(\.int64),
            keysComparedAt: json["keysComparedAt"]?.int64.map { Instant(microsecondsSinceEpoch: $0) })
        isOfChunk = json["chunk"]?.int64 == 1
    }
}
