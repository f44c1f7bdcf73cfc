extension DeltaTable {
    /// The number of the last version; nil where there is no table. Reads nothing but the names in the log's folder.
    package func latestVersion() throws -> Int64? { try log.listing().last }

    /// How far the table has followed its source, as the changes said that made it what it is: the last that said
    /// something. Nil where none did, where the log does not reach back so far, and where another overwrote the table.
    ///
    /// It lies in the log, and so belongs to the version: what a version brings and how far the source was followed
    /// for it come together or not at all, and a table that is restored goes on from the version that it was restored to.
    ///
    /// - Throws: `FileError`; `LakeError`: `damaged`.
    package func watermark() throws -> String? {
        guard var version = try log.listing().last else { return nil }
        while version >= 0, let entry = try log.entry(version) {
            let record = CommitRecord(entry)
            if let watermark = record.watermark { return watermark }
            if record.operation == "RESTORE" {
                // Versions only grow: a restore names an earlier one.
                guard let target = record.parameters["version"].flatMap({ Int64($0) }), target < version else {
                    return nil
                }
                version = target
                continue
            }
            if record.operation == "WRITE", record.parameters["mode"] == "Overwrite" { return nil }
            version -= 1
        }
        return nil
    }
}
