/// Names of checkpoint files: `N.checkpoint.parquet`, or `N.checkpoint.PART.COUNT.parquet` for each of several parts.
enum CheckpointName {
    /// The name of a checkpoint in one file.
    static func single(_ version: Int64) -> String { "\(DeltaLog.digits(version)).checkpoint.parquet" }

    /// The names of a checkpoint's files, in order; nil where parts are missing.
    ///
    /// - Throws: `LakeError` (`unsupported`) for a checkpoint that is named by a UUID: 'v2Checkpoint'.
    static func parts(_ names: [String]) throws(LakeError) -> [String]? {
        var byPart: [Int: [Int: String]] = [:]
        var isVersion2 = false
        for name in names.sorted() {
            let words = name.split(separator: ".").map(String.init)
            if words.count == 3, words[2] == "parquet" { return [name] }
            if words.count == 5, words[4] == "parquet", let part = Int(words[2]), let count = Int(words[3]) {
                byPart[count, default: [:]][part] = name
            } else if words.count == 4, words[2].count == 36 {
                isVersion2 = true
            }
        }
        for (count, parts) in byPart.sorted(by: { $0.key < $1.key }) where count > 0 && parts.count == count {
            let whole = (1...count).compactMap { parts[$0] }
            if whole.count == count { return whole }
        }
        if isVersion2 {
            throw LakeError(.unsupported, "can't read the table: it uses 'v2Checkpoint' of the Delta protocol")
        }
        return nil
    }
}
