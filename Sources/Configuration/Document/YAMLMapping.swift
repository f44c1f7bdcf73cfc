internal import Yams

/// The keys and values of a mapping, while it is being read. Knows which keys were asked for: all others are errors.
package final class YAMLMapping {
    private let mapping: Node.Mapping
    private let value: YAMLValue
    private var known: [String] = []

    init(_ mapping: Node.Mapping, value: YAMLValue) {
        self.mapping = mapping
        self.value = value
    }

    /// Where the mapping begins.
    package var position: SourcePosition { value.position }

    /// The value of a key that may be left out; nil if it is, or if nothing is written after it.
    package func optional(_ key: String) -> YAMLValue? {
        known.append(key)
        guard let found = find(key), !found.isNull else { return nil }
        return found
    }

    /// The value of a key that must be there; a missing one is noted.
    package func required(_ key: String) -> YAMLValue? {
        known.append(key)
        guard let found = find(key) else {
            value.refuse("the key '\(key)' is missing\(place)")
            return nil
        }
        guard !found.isNull else {
            found.refuse("'\(key)' is empty\(place)")
            return nil
        }
        return found
    }

    /// Names keys that are good here although nobody reads them, such as those of another mode.
    package func ignore(_ keys: String...) { known += keys }

    /// Holds all keys for good: what is wrong was noted, and says which keys there would be.
    package func ignoreAll() { known += mapping.compactMap { $0.key.scalar?.string } }

    /// Notes that the mapping is wrong as a whole.
    package func refuse(_ message: String, hint: String? = nil) { value.refuse(message, hint: hint) }

    private func find(_ key: String) -> YAMLValue? {
        for (name, node) in mapping where name.scalar?.string == key {
            return YAMLValue(node, path: value.path + [key], notes: value.notes)
        }
        return nil
    }

    /// `version: 1`, the first key of every file.
    func checkVersion() {
        guard let version = required("version")?.integer() else { return }
        if version != 1 {
            find("version")?.refuse("version \(version) is not known", hint: "this Almanac reads version 1")
        }
    }

    func noteUnknownKeys() {
        for (node, _) in mapping {
            let key = YAMLValue(node, path: value.path, notes: value.notes)
            guard let name = node.scalar?.string else {
                key.refuse("a key must be a single word\(place)")
                continue
            }
            if known.contains(name) { continue }
            if name == "<<" {
                key.refuse("merge keys are not read\(place)", hint: "write the keys out")
                continue
            }
            let suggestion = Suggestion.nearest(to: name, among: known).map { "did you mean '\($0)'?" }
            key.refuse("unknown key '\(ConfigurationError.shown(name))'\(place)", hint: suggestion)
        }
    }

    /// ` in 'calendar' of tenant 'acme'`.
    private var place: String {
        let inside = value.path.isEmpty ? "" : " in '\(ConfigurationError.shown(value.path.joined(separator: ".")))'"
        guard let subject = value.notes.subject else { return inside }
        return inside + (inside.isEmpty ? " in \(subject)" : " of \(subject)")
    }
}
