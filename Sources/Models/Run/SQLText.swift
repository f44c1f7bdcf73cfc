/// Names and texts as parts of a query.
enum SQLText {
    /// A name between quotes, which are doubled inside.
    static func name(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }
    /// A text between quotes, which are doubled inside.
    static func text(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }
}
