/// Where a setting comes from.
package enum SettingOrigin: Sendable, Hashable, CustomStringConvertible {
    /// A flag of the command line: `--lake`.
    case flag(String)
    /// A variable of the environment: `ALMANAC_LAKE`.
    case variable(String)
    /// A configuration file.
    case file(SourcePosition)
    /// Nobody said anything.
    case standard

    package var description: String {
        switch self {
        case .flag(let name): "flag \(name)"
        case .variable(let name): "variable \(name)"
        case .file(let position): "\(position)"
        case .standard: "default"
        }
    }
}

/// A value and where it comes from.
package struct Setting<Value: Sendable>: Sendable {
    /// The value.
    package let value: Value
    /// Where it comes from.
    package let origin: SettingOrigin

    package init(_ value: Value, from origin: SettingOrigin) {
        self.value = value
        self.origin = origin
    }
}

extension Setting: Equatable where Value: Equatable {}

/// Settings as texts in layers; an earlier layer wins.
///
/// The order is flag, variable, the project's file, the user's file, the system's file, default. `keys` and `origin` are
/// what `config show --origin` prints.
package struct SettingLayers: Sendable {
    private var layers: [[String: Setting<String>]] = []

    package init() {}

    /// Adds a layer below those that are there.
    package mutating func append(_ layer: [String: Setting<String>]) { layers.append(layer) }

    /// Adds the variables of the environment that set one of some keys: `lake` is set by `ALMANAC_LAKE`.
    package mutating func appendVariables(_ environment: [String: String], keys: [String], prefix: String = "ALMANAC_")
    {
        var layer: [String: Setting<String>] = [:]
        for key in keys {
            let name = prefix + key.uppercased().map { $0 == "." || $0 == "-" ? "_" : $0 }
            if let value = environment[name], !value.isEmpty { layer[key] = Setting(value, from: .variable(name)) }
        }
        layers.append(layer)
    }

    /// The setting of the first layer that has the key.
    package subscript(key: String) -> Setting<String>? {
        for layer in layers { if let setting = layer[key] { return setting } }
        return nil
    }

    /// All keys, sorted.
    package var keys: [String] { Set(layers.flatMap(\.keys)).sorted() }
}
