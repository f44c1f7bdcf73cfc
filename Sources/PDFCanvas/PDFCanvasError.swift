/// Why a page could not be drawn.
package enum PDFCanvasError: Error, Equatable, Sendable {
    /// Cairo refused: its own words, and what was being done.
    case cairo(status: String, doing: String)
    /// The font configuration could not be read.
    case fontConfiguration
    /// A font that the design needs is not installed.
    case missingFont(family: String, weight: Int)
    /// No installed font has these characters; at most eight are named, as `U+0041`.
    case missingGlyphs(codePoints: [String], family: String)
    /// The picture is not a PNG, is damaged, or is larger than 4,096 pixels on a side.
    case image(reason: String)
    /// A structure element was ended that is not the innermost open one, or was left open.
    case unbalancedTags
    /// Cairo's file is not built as version 1.16 builds it, so that nothing can be appended.
    case unexpectedStructure
    /// An address with characters that an address can't have.
    case linkAddress
}

extension PDFCanvasError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .cairo(let status, let doing): "cannot \(doing)\n  Cairo says: \(status)"
        case .fontConfiguration: "cannot read the font configuration\n  try: almanac doctor"
        case .missingFont(let family, let weight):
            """
            cannot find the font \(family), weight \(weight)
              try: apt-get install \(Self.package(of: family))
            """
        case .missingGlyphs(let codePoints, let family):
            """
            cannot write \(codePoints.joined(separator: ", ")): neither \(family) nor any other installed font has it
              try: apt-get install fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji
            """
        case .image(let reason): "cannot draw the picture: \(reason)"
        case .unbalancedTags: "cannot finish the PDF file: its structure elements are not nested"
        case .unexpectedStructure:
            "cannot finish the PDF file: Cairo wrote it in an unknown form\n  try: Cairo 1.16, as in Debian 12"
        case .linkAddress: "cannot make a link: the address has characters that an address can't have"
        }
    }

    /// The Debian package that holds a family of the report's design.
    private static func package(of family: String) -> String {
        if family.hasPrefix("Inter") { return "fonts-inter" }
        if family.hasPrefix("JetBrains") { return "fonts-jetbrains-mono" }
        if family.contains("CJK") { return "fonts-noto-cjk" }
        return "fonts-noto-core"
    }
}
