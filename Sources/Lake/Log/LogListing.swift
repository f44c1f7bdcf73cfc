extension DeltaLog {
    /// The names in a log's folder, by what they are.
    struct Listing: Sendable {
        /// Versions with a JSON file, ascending.
        let versions: [Int64]
        /// Names that have to do with checkpoints, with their version.
        let checkpoints: [(version: Int64, name: String)]

        init(_ names: [String]) {
            versions = names.compactMap { Self.version($0, suffix: ".json") }.sorted()
            checkpoints = names.compactMap { name in
                name.dropFirst(20).hasPrefix(".checkpoint.") ? Self.digits(name).map { ($0, name) } : nil
            }
        }

        /// The newest version, nil where there is no table.
        var last: Int64? { [versions.last, checkpoints.map(\.version).max()].compactMap(\.self).max() }

        /// The checkpoints at or before a version, newest first, each with its files.
        func checkpoints(upTo version: Int64) -> [(version: Int64, names: [String])] {
            Dictionary(grouping: checkpoints.filter { $0.version <= version }, by: \.version)
                .sorted { $0.key > $1.key }.map { ($0.key, $0.value.map(\.name)) }
        }

        /// Whether there is a JSON file for each version of a range.
        func isContiguous(_ range: ClosedRange<Int64>) -> Bool {
            var next = range.lowerBound
            for version in versions where version >= range.lowerBound {
                if version > range.upperBound { break }
                guard version == next else { return false }
                next += 1
            }
            return next == range.upperBound + 1
        }

        private static func version(_ name: String, suffix: String) -> Int64? {
            name.utf8.count == 20 + suffix.utf8.count && name.hasSuffix(suffix) ? digits(name) : nil
        }

        private static func digits(_ name: String) -> Int64? {
            let digits = name.utf8.prefix(20)
            guard digits.count == 20, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            // The greatest number is nobody's version: there is none behind it.
            return Int64(String(decoding: Array(digits), as: UTF8.self)).flatMap { $0 < .max ? $0 : nil }
        }
    }
}
