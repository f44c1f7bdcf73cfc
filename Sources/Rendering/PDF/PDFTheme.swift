/// How pages look: paper, margins, colours, families of type.
package struct PDFTheme: Sendable, Equatable {
    package var geometry: PageGeometry
    /// The family of texts and labels.
    package var textFamily: String
    /// The family of titles and large figures.
    package var displayFamily: String
    /// The family of run ids and hashes.
    package var monospaceFamily: String

    package init(
        geometry: PageGeometry = .a4, textFamily: String = "Inter", displayFamily: String = "Inter Display",
        monospaceFamily: String = "JetBrains Mono"
    ) {
        self.geometry = geometry
        self.textFamily = textFamily
        self.displayFamily = displayFamily
        self.monospaceFamily = monospaceFamily
    }

    /// A4, Inter, JetBrains Mono.
    package static let standard = PDFTheme()
}

/// A page's measures in points.
package struct PageGeometry: Sendable, Equatable {
    package var width: Double
    package var height: Double
    /// Left and right margin.
    package var side = 42.0
    /// Where content begins on pages with a running head.
    package var top = 62.0
    /// Content ends this far above the edge.
    package var foot = 50.0
    /// Between two charts side by side.
    package var gutter = 24.0

    package init(width: Double, height: Double) {
        self.width = width
        self.height = height
    }

    package static let a4 = PageGeometry(width: 595.28, height: 841.89)
    package static let letter = PageGeometry(width: 612, height: 792)

    var left: Double { side }
    var right: Double { width - side }
    var contentWidth: Double { width - 2 * side }
    var bottom: Double { height - foot }
    var halfWidth: Double { (contentWidth - gutter) / 2 }
}
