internal import Yams

/// One configuration file: a YAML mapping that starts with `version: 1`.
///
/// ```
/// let tenant = try YAMLDocument(text: text, file: "tenants/acme.yaml").mapping { map in
///     let id = map.required("id")?.text()
///     let locale = map.optional("locale")?.text() ?? "en"
///     let calendar = map.required("calendar")?.mapping { map in … }
///     guard let id, let calendar else { return nil }      // what is wrong is noted already
///     return Tenant(id, locale, calendar)
/// }
/// ```
/// Readers give nil where something is wrong and note it; `mapping` throws all that was noted, so that a user sees every
/// error of a file at once. Keys that no reader asked for are errors, with a suggestion.
///
/// Bounds, so that no file can exhaust the machine: 4 MiB of text, 200,000 values, nesting of 64, 16 aliases.
package struct YAMLDocument {
    /// The file's name, as errors show it.
    package let file: String
    private let text: String
    private let root: Node

    static let bytesMax = 4 << 20
    static let aliasesMax = 16

    /// Reads the text of a file.
    ///
    /// - Throws: `ConfigurationErrors` for what is no YAML, for a key that is there twice, and beyond the bounds.
    package init(text: String, file: String) throws(ConfigurationErrors) {
        self.file = file
        self.text = text
        guard text.utf8.count <= Self.bytesMax else {
            throw SyntaxErrors.tooLarge("the file is larger than 4 MiB", file)
        }
        guard !TextBounds.nestsDeeper(than: ErrorNotes.nestingMax, in: text) else {
            throw SyntaxErrors.tooLarge("the file nests deeper than \(ErrorNotes.nestingMax)", file)
        }
        guard !TextBounds.hasMoreAliases(than: Self.aliasesMax, in: text) else {
            throw SyntaxErrors.tooLarge("the file has more than \(Self.aliasesMax) aliases", file)
        }
        do {
            guard let node = try Yams.compose(yaml: text, .basic, .init([:], [:], [:]), .utf8) else {
                throw SyntaxErrors.tooLarge("the file is empty", file)
            }
            root = node
        } catch let error as ConfigurationErrors {
            throw error
        } catch let error as YamlError {
            throw SyntaxErrors.translated(error, text: text, file: file)
        } catch {
            throw SyntaxErrors.tooLarge("the file is not YAML", file)
        }
    }

    /// Reads the bytes of a file, which must be UTF-8.
    package init(bytes: [UInt8], file: String) throws(ConfigurationErrors) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SyntaxErrors.tooLarge("the file is not UTF-8 text", file)
        }
        try self.init(text: text, file: file)
    }

    /// Reads the file's mapping.
    ///
    /// - Parameters:
    ///   - subject: what the file describes, for messages: `tenant 'acme'`.
    ///   - read: reads the keys; nil means that something was wrong, and it was noted.
    /// - Throws: all errors that were noted, and those of the bounds.
    package func mapping<Result>(
        subject: String? = nil, _ read: (YAMLMapping) -> Result?
    ) throws(ConfigurationErrors) -> Result {
        let notes = ErrorNotes(file: file, text: text, subject: subject)
        notes.measure(root)
        let result: Result? =
            notes.isExhausted
            ? nil
            : YAMLValue(root, path: [], notes: notes).mapping { map in
                map.checkVersion()
                return read(map)
            }
        guard notes.errors.isEmpty else { throw ConfigurationErrors(notes.errors) }
        guard let result else {
            // A reader that gives nil must have noted why; this is the safety net for one that did not.
            throw SyntaxErrors.tooLarge("the file could not be read", file)
        }
        return result
    }
}
