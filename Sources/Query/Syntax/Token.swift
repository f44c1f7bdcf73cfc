/// A word of SQL.
struct Token: Sendable {
    enum Kind: Sendable, Equatable {
        /// A name or keyword as it is written; keywords are told apart by the parser.
        case word
        /// A name in double quotes: never a keyword, its case is kept.
        case quotedName
        /// Digits, with a point or exponent perhaps.
        case number
        case text
        /// `x'00ff'`.
        case binary
        /// `:name`; the token's text is the name.
        case parameter
        /// An operator or punctuation.
        case symbol
        case end
    }

    let kind: Kind
    /// The text: of names lower-cased where they are not quoted, of texts without quotes, of symbols themselves.
    let text: String
    let range: SourceRange
}
