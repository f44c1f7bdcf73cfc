package import Configuration

extension PDFTheme {
    /// Reads a theme, such as `Templates/themes/almanac.yaml`. What it leaves out is as in `standard`.
    ///
    /// - Throws: all that is wrong in the file, with places.
    package init(reading document: YAMLDocument) throws(ConfigurationErrors) {
        self = try document.mapping(subject: "theme") { map in
            var theme = PDFTheme.standard
            let papers: [(word: String, value: PageGeometry)] = [("a4", .a4), ("letter", .letter)]
            if let paper = map.optional("paper") { theme.geometry = paper.choice(among: papers) ?? .a4 }
            guard let fonts = map.optional("fonts") else { return theme }
            return fonts.mapping { map in
                theme.textFamily = map.optional("text")?.text() ?? theme.textFamily
                theme.displayFamily = map.optional("display")?.text() ?? theme.displayFamily
                theme.monospaceFamily = map.optional("monospace")?.text() ?? theme.monospaceFamily
                return theme
            }
        }
    }
}
