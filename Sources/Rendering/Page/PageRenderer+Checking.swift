internal import Columnar
package import Formatting
package import Report

extension PageRenderer {
    /// Reads a page back and compares it with its document: whose it is, which run and period, and every total to its
    /// last digit.
    ///
    /// - Throws: `ArtefactError`.
    package func check(
        _ artefact: Artefact, of document: ReportDocument, formatter: ValueFormatter
    ) throws(ArtefactError) {
        guard let page = String(validating: artefact.bytes, as: UTF8.self) else {
            throw ArtefactError(artefact.name, "it is not UTF-8")
        }
        let facts = PageFacts(page)
        let identity = document.identity
        let wanted = [
            ("tenant", identity.tenant), ("report", identity.slug), ("run", identity.run),
            ("period", document.period.name), ("definition", identity.definitionHash),
        ]
        for (name, value) in wanted where facts[name] != value.printableText {
            throw ArtefactError(artefact.name, "its \(name) is not the report's")
        }
        let rows = document.tables.filter { !$0.rows.isEmpty && $0.pageRowsMax != 0 && $0.totals != nil }
        let feet = page.components(between: "<tfoot>", and: "</tfoot>")
        guard feet.count == rows.count else { throw ArtefactError(artefact.name, "it has not all totals") }
        for (table, foot) in zip(rows, feet) {
            for (index, total) in (table.totals ?? []).enumerated() where total != .null {
                let text = PageColumn(table, index, formatter).text(total, formatter).escapedForHTML
                guard foot.contains(">\(text)<") else {
                    throw ArtefactError(artefact.name, "a total of '\(table.name)' is not the report's")
                }
            }
        }
    }
}

extension String {
    /// What stands between each pair of marks.
    fileprivate func components(between start: String, and end: String) -> [Substring] {
        var (rest, found): (Substring, [Substring]) = (self[...], [])
        while let open = rest.firstRange(of: start), let close = rest[open.upperBound...].firstRange(of: end) {
            found.append(rest[open.upperBound..<close.lowerBound])
            rest = rest[close.upperBound...]
        }
        return found
    }
}
