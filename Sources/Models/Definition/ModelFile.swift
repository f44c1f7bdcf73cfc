internal import Configuration
internal import Query

/// A model's file, cut into its front matter and its query.
///
/// ```
/// /*---
/// version: 1
/// …
/// ---*/
/// SELECT …
/// ```
/// The first line is `/*---`, the front matter is YAML up to the line `---*/`, and all behind it is the query. Both parts
/// keep the places that they have in the file, for errors: the other one stands there as blanks.
struct ModelFile {
    let document: YAMLDocument
    let query: SourceText

    private static let opening = "/*---"
    private static let closing = "---*/"

    /// - Throws: `ConfigurationErrors` for what is no such file.
    init(bytes: [UInt8], file: String) throws(ConfigurationErrors) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Self.error("the file is not UTF-8 text", file, 1, nil)
        }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard Self.isBare(lines[0], Self.opening) else {
            throw Self.error(
                "a model begins with its front matter", file, 1, lines[0], hint: "the first line is /*---, then YAML")
        }
        guard let end = lines.firstIndex(where: { Self.isBare($0, Self.closing) }) else {
            throw Self.error("the front matter is not closed", file, 1, lines[0], hint: "its last line is ---*/")
        }
        // A comment of YAML in the place of the first line.
        let matter = (["#"] + lines[1..<end]).joined(separator: "\n")
        document = try YAMLDocument(text: matter + "\n", file: file)
        let blank = String(repeating: "\n", count: end)
        query = SourceText(blank + "\n" + lines[(end + 1)...].joined(separator: "\n"), name: file)
    }

    private static func isBare(_ line: Substring, _ mark: String) -> Bool {
        line.prefix(mark.count) == mark && line.dropFirst(mark.count).allSatisfy(\.isWhitespace)
    }

    private static func error(
        _ message: String, _ file: String, _ line: Int, _ source: Substring?, hint: String? = nil
    ) -> ConfigurationErrors {
        ConfigurationErrors([
            ConfigurationError(
                message, at: SourcePosition(file: file, line: line, column: 1), length: source?.count ?? 1, hint: hint,
                sourceLine: source.map(String.init))
        ])
    }
}

extension ConfigurationError {
    /// What is wrong in a model's query, with its place in the file.
    init(_ error: QueryError, in source: SourceText) {
        // An error without a place is of the query as a whole: it is shown where that begins.
        let beginning = source.bytes.firstIndex(where: { $0 > 32 }) ?? 0
        let range = error.range ?? SourceRange(beginning, beginning + 1)
        let place = source.place(of: range.start)
        let excerpt = source.excerpt(range).split(separator: "\n", omittingEmptySubsequences: false)
        self.init(
            error.message, at: SourcePosition(file: source.name, line: place.line, column: place.column),
            length: excerpt.last?.count { $0 == "^" } ?? 1, hint: error.suggestion.map { "try \($0)" },
            sourceLine: excerpt.first.map(String.init))
    }

    /// What is wrong with a name in a model's query.
    init(_ message: String, _ range: SourceRange, in source: SourceText, hint: String?) {
        let place = source.place(of: range.start)
        let excerpt = source.excerpt(range).split(separator: "\n", omittingEmptySubsequences: false)
        self.init(
            message, at: SourcePosition(file: source.name, line: place.line, column: place.column),
            length: range.end - range.start, hint: hint, sourceLine: excerpt.first.map(String.init))
    }
}
