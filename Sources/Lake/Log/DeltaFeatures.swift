/// What of the Delta protocol is built here; everything else is refused by its name, never half-read.
///
/// Read: reader version 1, and version 3 where every feature that it names is among those that change nothing for us.
/// Written: writer versions 1 and 2 (append-only tables, column invariants: the first is held to, a table that has the
/// second is refused), and version 7 under the same condition.
package enum DeltaFeatures {
    private static let readable: Set<String> = []
    private static let writable: Set<String> = ["appendOnly", "invariants"]

    /// - Throws: `LakeError` (`unsupported`) with the names of what is missing.
    package static func checkReadable(_ table: DeltaProtocol, _ metadata: DeltaMetadata) throws(LakeError) {
        var missing: [String] = []
        switch table.readerVersion {
        case 0, 1: break
        case 2: if isMapped(metadata) { missing = ["columnMapping"] }
        case 3: missing = table.readerFeatures.filter { !readable.contains($0) }
        default: missing = ["reader version \(table.readerVersion)"]
        }
        if isMapped(metadata), !missing.contains("columnMapping") { missing.append("columnMapping") }
        if metadata.formatProvider != "parquet" { missing.append("format \(metadata.formatProvider)") }
        try refuse(missing, "read")
    }

    /// - Throws: `LakeError` (`unsupported`) with the names of what is missing.
    package static func checkWritable(
        _ table: DeltaProtocol, _ metadata: DeltaMetadata, removing: Bool
    ) throws(LakeError) {
        try checkReadable(table, metadata)
        var missing: [String] = []
        switch table.writerVersion {
        case 0...2: break
        case 3: missing = ["checkConstraints"]
        case 4: missing = ["changeDataFeed", "generatedColumns"]
        case 5: missing = ["columnMapping"]
        case 6: missing = ["identityColumns"]
        case 7: missing = table.writerFeatures.filter { !writable.contains($0) }
        default: missing = ["writer version \(table.writerVersion)"]
        }
        if metadata.schemaText.contains("delta.invariants") { missing.append("invariants") }
        if metadata.configuration["delta.enableChangeDataFeed"] == "true" { missing.append("changeDataFeed") }
        try refuse(missing, "write")
        if removing, metadata.configuration["delta.appendOnly"] == "true" {
            throw LakeError(.conflict, "can't overwrite the table: its property delta.appendOnly is set")
        }
    }

    private static func isMapped(_ metadata: DeltaMetadata) -> Bool {
        (metadata.configuration["delta.columnMapping.mode"] ?? "none") != "none"
    }

    private static func refuse(_ missing: [String], _ verb: String) throws(LakeError) {
        guard !missing.isEmpty else { return }
        let names = missing.map { "'\($0)'" }.joined(separator: ", ")
        throw LakeError(.unsupported, "can't \(verb) the table: it uses \(names) of the Delta protocol")
    }
}
