internal import Mustache

/// A sentence with values: Mustache, of which only names and sections are allowed.
///
/// `{{#sales}}Sales {{change}}.{{/sales}}` writes the sentence if there is a value for `sales`. A section of a metric or
/// fact opens its own names (`SentenceScope`); names outside of sections are the document's. Every name is checked when
/// the definition is read: Mustache itself would write nothing for a mistyped one.
package struct SentenceTemplate: Sendable, Hashable {
    /// The text as written in the definition.
    package let text: String

    /// Reads and checks a template.
    ///
    /// - Parameter scope: the names that may be used.
    /// - Throws: `SentenceTemplateError`.
    package init(_ text: String, scope: SentenceScope) throws(SentenceTemplateError) {
        var open: [String] = []
        for tag in try TemplateTag.all(in: text) {
            switch tag.kind {
            case .comment: continue
            case .name: try scope.check(tag.name, open: open)
            case .section, .inverted:
                try scope.check(tag.name, open: open)
                open.append(tag.name)
            case .end:
                guard open.popLast() == tag.name else {
                    throw SentenceTemplateError(message: "'{{/\(tag.name)}}' closes nothing", name: tag.name)
                }
            }
        }
        if let name = open.last {
            throw SentenceTemplateError(message: "'{{#\(name)}}' is not closed", name: name)
        }
        self.text = text
    }

    /// The sentence with its values; spaces are single, none is at the ends.
    ///
    /// - Parameter values: nested dictionaries of text, truth values and dictionaries.
    func rendered(_ values: [String: SentenceValue]) throws(ReportError) -> String {
        do {
            // Plain text: the pages and cells escape for themselves.
            let template = try MustacheTemplate(string: "{{% CONTENT_TYPE:TEXT}}\n" + text)
            let rendered = template.render(values.mapValues(\.object))
            return rendered.split(whereSeparator: { " \n\t".contains($0) }).joined(separator: " ")
        } catch {
            throw .sentence("\(error)")
        }
    }
}

/// A value that a sentence can use.
enum SentenceValue: Sendable {
    case text(String)
    case truth(Bool)
    case group([String: SentenceValue])

    /// As Mustache takes it.
    fileprivate var object: any Sendable {
        switch self {
        case .text(let text): text
        case .truth(let truth): truth
        case .group(let values): values.mapValues(\.object)
        }
    }
}

/// The names that sentences of a report may use.
package struct SentenceScope: Sendable, Hashable {
    /// Names outside of sections: text.
    package var names: Set<String>
    /// Sections: metrics and facts, with the names inside.
    package var sections: [String: Set<String>]

    package init(names: Set<String>, sections: [String: Set<String>]) {
        self.names = names
        self.sections = sections
    }

    /// Names that are there in every report.
    package static let documentNames: Set<String> = ["tenant", "period", "comparison", "title"]
    /// Names inside the section of a metric.
    package static let metricNames: Set<String> = [
        "label", "value", "previous", "direction", "delta", "change", "base", "rose", "fell", "unchanged", "new",
        "compared",
    ]
    /// Names inside the section of a bar chart: its first and second category.
    package static let rankingNames: Set<String> = [
        "first", "value", "share", "second", "second_value", "count", "several",
    ]
    /// Names inside the section of a line chart: its highest and lowest bucket.
    package static let seriesNames: Set<String> = ["highest", "highest_value", "lowest", "lowest_value"]

    func check(_ name: String, open: [String]) throws(SentenceTemplateError) {
        if name == "." { return }
        let inside = open.reduce(Set<String>()) { $0.union(sections[$1] ?? []) }
        if names.contains(name) || inside.contains(name) || sections[name] != nil { return }
        throw SentenceTemplateError(
            message: "unknown name '\(name)' in the sentence", name: name,
            candidates: names.union(inside).union(sections.keys).sorted())
    }
}

/// What is wrong in a sentence.
package struct SentenceTemplateError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    package let message: String
    /// The name in question.
    package let name: String
    /// The names that would be good.
    package let candidates: [String]

    init(message: String, name: String, candidates: [String] = []) {
        self.message = message
        self.name = name
        self.candidates = candidates
    }

    package var description: String { message }
}

/// A `{{…}}` of a template.
struct TemplateTag {
    enum Kind { case name, section, inverted, end, comment }

    let kind: Kind
    let name: String

    /// All tags of a text in order.
    static func all(in text: String) throws(SentenceTemplateError) -> [TemplateTag] {
        var tags: [TemplateTag] = []
        var rest = text[...]
        while let start = rest.firstRange(of: "{{") {
            guard let end = rest[start.upperBound...].firstRange(of: "}}") else {
                throw SentenceTemplateError(message: "'{{' is not closed by '}}'", name: "")
            }
            tags.append(try tag(String(rest[start.upperBound..<end.lowerBound])))
            rest = rest[end.upperBound...]
        }
        if rest.contains("}}") { throw SentenceTemplateError(message: "'}}' without '{{'", name: "") }
        return tags
    }

    private static func tag(_ content: String) throws(SentenceTemplateError) -> TemplateTag {
        let kinds: [Character: Kind] = ["#": .section, "^": .inverted, "/": .end, "!": .comment]
        let kind = content.first.flatMap { kinds[$0] } ?? .name
        let name = content.dropFirst(kind == .name ? 0 : 1).filter { !$0.isWhitespace }
        let isName =
            !name.isEmpty && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") }
        guard kind == .comment || (isName && (name == "." || !name.contains("."))) else {
            throw SentenceTemplateError(message: "'{{\(content)}}' is no name, section or comment", name: content)
        }
        return TemplateTag(kind: kind, name: name)
    }
}
