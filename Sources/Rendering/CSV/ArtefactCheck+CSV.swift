internal import Checksum
internal import Columnar
package import Report

extension ArtefactCheck {
    /// Reads a CSV file and its sidecar back: the sidecar's tenant, hash, sizes, counts and totals, then every field of the
    /// file against the table.
    ///
    /// - Parameter options: how the file was written; nil for what the document says.
    package static func check(
        csv file: Artefact, sidecar: Artefact, of table: ReportTable, in document: ReportDocument,
        _ options: CSVOptions? = nil
    ) throws(ArtefactError) {
        let options = options ?? document.presentation.csv
        let read: CanonicalJSON
        do throws(CanonicalJSONError) {
            read = try CanonicalJSON(bytes: sidecar.bytes)
        } catch {
            throw ArtefactError(sidecar.name, error.description)
        }
        guard case .object(let keys) = read, keys["tenant"] == .text(document.identity.tenant) else {
            throw ArtefactError(sidecar.name, "it names another tenant")
        }
        guard keys["file"] == .text(file.name), keys["sha256"] == .text(file.sha256.description),
            keys["bytes"] == .integer(file.size), keys["rows"] == .integer(Int64(table.rows.count)),
            keys["totals"] == CSVRenderer.totals(table)
        else { throw ArtefactError(sidecar.name, "it does not describe the file") }
        guard case .integer(let size)? = keys["text_bytes"], size >= 0, size <= 1 << 40 else {
            throw ArtefactError(sidecar.name, "it does not say how long the text is")
        }
        let text: [UInt8]
        do {
            text = try TextPacker(options.compression).unpack(file.bytes, size: Int(size))
        } catch {
            throw ArtefactError(file.name, "it cannot be unpacked")
        }
        guard text.count == size else { throw ArtefactError(file.name, "its text is of another length") }
        try check(csv: text, of: table, in: document, options)
    }
}
