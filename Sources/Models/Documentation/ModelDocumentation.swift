internal import CivilTime
internal import Query

/// What a platform's models are, as Markdown: made of the files alone, so that it is always true.
package struct ModelDocumentation {
    private let graph: ModelGraph

    package init(_ graph: ModelGraph) { self.graph = graph }

    /// The lines around what is made, in a page of other text.
    package static let beginning = "<!-- models:begin -->"
    package static let end = "<!-- models:end -->"

    /// All models, in the graph's order: a section each.
    package var markdown: String {
        graph.order.map(section).joined(separator: "\n")
    }

    /// A page with the part between the marks made anew; nil where it has no marks.
    package func page(_ text: String) -> String? {
        guard let start = text.range(of: Self.beginning), let stop = text.range(of: Self.end),
            start.upperBound <= stop.lowerBound
        else { return nil }
        return text[..<start.upperBound] + "\n" + markdown + text[stop.lowerBound...]
    }

    private func section(_ model: ModelDefinition) -> String {
        var lines = ["### `\(model.name)`", "", model.description, ""]
        var facts = ["materialized: \(model.materialization.rawValue)", "grain: \(names(model.grain))"]
        if let bucket = model.bucket { facts.append("bucket: `\(bucket.column)` by \(bucket.grain.rawValue)") }
        if let days = model.sealedAfterDays { facts.append("sealed after \(days) days") }
        if model.lookbackDays > 0 { facts.append("lookback: \(model.lookbackDays) days") }
        if let currency = model.currencyColumn { facts.append("currency: `\(currency)`") }
        if let subject = model.subjectColumn { facts.append("subject: `\(subject)`") }
        lines.append(facts.joined(separator: " · "))
        lines.append("")
        if let adjusted = model.adjustedModel {
            let own = model.columns.suffix(ModelDefinition.adjustmentColumns.count)
            lines.append("The columns of `\(adjusted)`, its numbers as differences, and \(names(own.map(\.name))).")
            lines.append("")
            return lines.joined(separator: "\n")
        }
        let inputs = model.references.tableNames
        if !inputs.isEmpty {
            lines.append("Reads \(names(inputs)).")
            lines.append("")
        }
        lines += ["| column | type | unit | what it is |", "| --- | --- | --- | --- |"]
        lines += model.columns.map(row)
        lines.append("")
        if !model.tests.isEmpty {
            lines.append("Tests: \(model.tests.map { "`\($0.label)`" }.joined(separator: ", ")).")
            lines.append("")
        }
        return lines.joined(separator: "\n")
    }

    private func row(_ column: ModelColumn) -> String {
        let unit = column.unit == .none ? "" : column.unit.word
        let additive = column.isAdditive || !column.kind.isNumeric ? "" : " (not additive)"
        let text = column.description.replacing("|", with: "\\|").replacing("\n", with: " ")
        return "| `\(column.name)` | \(column.kind.rawValue) | \(unit)\(additive) | \(text) |"
    }

    private func names(_ names: [String]) -> String { names.map { "`\($0)`" }.joined(separator: ", ") }
}

extension String {
    /// Where a text stands first.
    fileprivate func range(of text: String) -> Range<String.Index>? { firstRange(of: text) }
}
