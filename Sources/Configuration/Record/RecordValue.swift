internal import Yams

/// A value of a query's answer that is read as a value of a configuration file. It has no type of its own: what asks for
/// it says what it must be, so that a key `4711` is a text and a limit `4711` is a number.
package enum RecordValue: Sendable, Hashable {
    /// One value, as the server writes it.
    case text(String)
    /// The items of an array.
    case list([String])

    var node: Node {
        switch self {
        // In double quotes, so that no reader sees more than a text in it.
        case .text(let text): .scalar(.init(text, .implicit, .doubleQuoted))
        case .list(let items): .sequence(.init(items.map { .scalar(.init($0, .implicit, .doubleQuoted)) }))
        }
    }
}

/// What a column has where a row says nothing.
package struct RecordDefault: Sendable, Hashable {
    /// The column's name, dotted: `source.isolation`.
    package let name: String
    /// The value.
    package let value: RecordValue
    /// Where it is written.
    package let position: SourcePosition
}

extension YAMLValue {
    /// The values below this mapping by their dotted names, in the order of the file: `source: { isolation: rls }` is
    /// `source.isolation`. Items of lists must be single values.
    package func recordDefaults() -> [RecordDefault]? {
        guard case .mapping(let mapping) = node else {
            refuse("\(name) must be a mapping of keys and values")
            return nil
        }
        return recordDefaults(mapping, prefix: "")
    }

    private func recordDefaults(_ mapping: Node.Mapping, prefix: String) -> [RecordDefault] {
        var defaults: [RecordDefault] = []
        for (key, node) in mapping {
            guard let word = key.scalar?.string else {
                YAMLValue(key, path: path, notes: notes).refuse("a key must be a single word")
                continue
            }
            let value = YAMLValue(node, path: path + [word], notes: notes)
            if case .mapping(let inner) = node {
                defaults += recordDefaults(inner, prefix: prefix + word + ".")
            } else if let record = value.recordValue {
                defaults.append(RecordDefault(name: prefix + word, value: record, position: value.position))
            }
        }
        return defaults
    }

    private var recordValue: RecordValue? {
        switch node {
        case .scalar(let scalar): isNull ? nil : .text(scalar.string)
        case .sequence: list { $0.scalar }.map { .list($0) }
        case .mapping, .alias: nil
        }
    }
}
