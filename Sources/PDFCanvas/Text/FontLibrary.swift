internal import CPangoCairo
internal import CShims

/// The fonts that may be used: those of one fontconfig document and no others, so that two machines with the same
/// packages draw the same page. Libraries of the same document share what was loaded; every call is made under the
/// drawing lock.
@safe
package final class FontLibrary {
    let fontMap: UnsafeMutablePointer<PangoFontMap>

    /// The folders in which Debian installs Inter, Noto (also CJK and emoji) and JetBrains Mono.
    package static let debianFolders = [
        "/usr/share/fonts/opentype/inter", "/usr/share/fonts/opentype/noto", "/usr/share/fonts/truetype/noto",
        "/usr/share/fonts/truetype/jetbrains-mono",
    ]

    /// A fontconfig document that names folders, the caches that Debian's packages fill, and nothing else.
    package static func document(folders: [String]) -> String {
        let lines = folders.map { "  <dir>\($0)</dir>" }
        return """
            <?xml version="1.0"?>
            <!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
            <fontconfig>
            \(lines.joined(separator: "\n"))
              <cachedir>/var/cache/fontconfig</cachedir>
              <cachedir prefix="xdg">fontconfig</cachedir>
            </fontconfig>

            """
    }

    /// Opens the fonts of a fontconfig document, given as its text.
    package init(document: String = FontLibrary.document(folders: FontLibrary.debianFolders)) throws(PDFCanvasError) {
        DrawingLock.take()
        defer { DrawingLock.release() }
        guard let map = unsafe almanac_font_map_of(document) else { throw .fontConfiguration }
        unsafe fontMap = map
    }

    deinit {
        DrawingLock.take()
        defer { DrawingLock.release() }
        unsafe g_object_unref(UnsafeMutableRawPointer(fontMap))
    }

    /// One line for each font: family, style, version and file, tabs between, sorted. For receipts and `doctor`.
    package func listing() -> String {
        DrawingLock.take()
        defer { DrawingLock.release() }
        guard let text = unsafe almanac_font_map_list(fontMap) else { return "" }
        defer { unsafe g_free(text) }
        return unsafe String(cString: text)
    }
}
