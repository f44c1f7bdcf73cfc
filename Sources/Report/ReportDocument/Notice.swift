/// Something that readers must know before they read the figures: on the first page, on the workbook's first sheet, and
/// beside every table in files.
package struct Notice: Sendable, Hashable {
    /// What it is about.
    package enum Kind: String, Sendable, Hashable {
        /// Data is missing.
        case incomplete
        /// Figures of an edition that was given out are others now.
        case restated
    }

    /// What it is about.
    package var kind: Kind
    /// What it is, in a few words.
    package var title: String
    /// A sentence for each thing.
    package var lines: [String]

    package init(kind: Kind, title: String, lines: [String]) {
        self.kind = kind
        self.title = title
        self.lines = lines
    }
}
