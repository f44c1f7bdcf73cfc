internal import CCairo
internal import CPangoCairo

/// Shapes and measures text by Pango: kerning, bidirectional text, line breaks, fonts of other scripts.
///
/// Layout depends on no screen: 72 dots an inch (one Pango point is one PDF point), no hinting, glyphs at unrounded
/// places. Belongs to one thread.
@safe
package final class TextShaper {
    private let library: FontLibrary
    private let context: OpaquePointer
    private let language: OpaquePointer
    private let fallbackFamilies: String
    /// Font description and attributes of the styles in use.
    private var styles: [TextStyle: ShapedStyle] = [:]

    /// - Parameters:
    ///   - language: a BCP 47 tag; it chooses the Japanese or Chinese form of a character and language-specific
    ///     letters.
    ///   - isRightToLeft: whether lines without letters, and what is aligned, run from the right.
    package init(library: FontLibrary, language: String, isRightToLeft: Bool = false) throws(PDFCanvasError) {
        DrawingLock.take()
        defer { DrawingLock.release() }
        self.library = library
        fallbackFamilies = Self.fallbackFamilies(language: language)
        guard let context = unsafe pango_font_map_create_context(library.fontMap),
            let tag = unsafe pango_language_from_string(language)
        else { throw .fontConfiguration }
        unsafe self.context = context
        unsafe self.language = tag
        let options = unsafe cairo_font_options_create()
        defer { unsafe cairo_font_options_destroy(options) }
        unsafe cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
        unsafe cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
        unsafe pango_cairo_context_set_font_options(context, options)
        unsafe pango_cairo_context_set_resolution(context, 72)
        unsafe pango_context_set_round_glyph_positions(context, 0)
        unsafe pango_context_set_language(context, tag)
        unsafe pango_context_set_base_dir(context, isRightToLeft ? PANGO_DIRECTION_RTL : PANGO_DIRECTION_LTR)
    }

    deinit {
        DrawingLock.take()
        defer { DrawingLock.release() }
        unsafe g_object_unref(UnsafeMutableRawPointer(context))
    }

    /// Shapes a text.
    ///
    /// - Throws: `missingFont` where the style's own family or weight is not installed, `missingGlyphs` where no
    ///   font has one of the characters: a page never shows a box.
    package func shape(
        _ text: String, style: TextStyle, frame: TextFrame = .line
    ) throws(PDFCanvasError) -> ShapedText {
        DrawingLock.take()
        defer { DrawingLock.release() }
        let shapedStyle = try self.style(style)
        let printable = text.printable
        let layout = unsafe try layout(printable, shapedStyle)
        unsafe Self.fit(layout, to: frame, lineSpacing: style.lineSpacing)
        if unsafe pango_layout_get_unknown_glyphs_count(layout) > 0 {
            unsafe g_object_unref(UnsafeMutableRawPointer(layout))
            throw .missingGlyphs(codePoints: try missing(in: printable, shapedStyle), family: style.family)
        }
        return unsafe ShapedText(layout: layout)
    }

    private func layout(_ text: String, _ style: ShapedStyle) throws(PDFCanvasError) -> OpaquePointer {
        guard let layout = unsafe pango_layout_new(context) else {
            throw .cairo(status: "out of memory", doing: "set text")
        }
        unsafe pango_layout_set_font_description(layout, style.description)
        unsafe pango_layout_set_text(layout, text, Int32(clamping: text.utf8.count))
        unsafe pango_layout_set_attributes(layout, style.attributes)
        return unsafe layout
    }

    private static func fit(_ layout: OpaquePointer, to frame: TextFrame, lineSpacing: Double) {
        if lineSpacing > 0 { unsafe pango_layout_set_line_spacing(layout, Float(lineSpacing)) }
        guard let width = frame.width else {
            unsafe pango_layout_set_single_paragraph_mode(layout, 1)
            return
        }
        unsafe pango_layout_set_width(layout, pango_units_from_double(max(0, width)))
        unsafe pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR)
        let alignment =
            switch frame.alignment {
            case .leading: PANGO_ALIGN_LEFT
            case .center: PANGO_ALIGN_CENTER
            case .trailing: PANGO_ALIGN_RIGHT
            }
        unsafe pango_layout_set_alignment(layout, alignment)
        guard let linesMax = frame.linesMax, frame.ellipsis != .none else { return }
        unsafe pango_layout_set_height(layout, -Int32(clamping: linesMax))
        unsafe pango_layout_set_ellipsize(
            layout, frame.ellipsis == .middle ? PANGO_ELLIPSIZE_MIDDLE : PANGO_ELLIPSIZE_END)
    }

    /// The characters that no font has, each tried alone; at most eight.
    private func missing(in text: String, _ style: ShapedStyle) throws(PDFCanvasError) -> [String] {
        var seen: Set<Unicode.Scalar> = []
        var missing: [String] = []
        for scalar in text.unicodeScalars where missing.count < 8 && seen.insert(scalar).inserted {
            let layout = unsafe try layout(String(Character(scalar)), style)
            if unsafe pango_layout_get_unknown_glyphs_count(layout) > 0 { missing.append(scalar.codePoint) }
            unsafe g_object_unref(UnsafeMutableRawPointer(layout))
        }
        return missing
    }
}

// MARK: Fonts

extension TextShaper {
    /// The families behind Inter, Noto Sans by script. Chinese, Japanese and Korean share code points: the language
    /// says whose forms come first. An emoji font is never named here, it would claim digits and spaces; fontconfig
    /// finds it by itself.
    private static func fallbackFamilies(language: String) -> String {
        let tag = language.lowercased()
        let first =
            if tag.hasPrefix("ja") { "JP" } else if tag.hasPrefix("ko") {
                "KR"
            } else if tag.hasPrefix("zh-hant")
                || tag.hasPrefix("zh-tw")
            { "TC" } else if tag.hasPrefix("zh-hk") { "HK" } else { "SC" }
        let eastAsian = [first] + ["SC", "JP", "KR", "TC"].filter { $0 != first }
        let scripts = [
            "Arabic", "Hebrew", "Devanagari", "Bengali", "Tamil", "Telugu", "Gujarati", "Gurmukhi", "Kannada",
            "Malayalam", "Sinhala", "Thai", "Lao", "Khmer", "Myanmar", "Ethiopic", "Georgian", "Armenian",
        ]
        let families =
            ["Noto Sans"] + scripts.map { "Noto Sans \($0)" } + eastAsian.map { "Noto Sans CJK \($0)" }
            + ["Noto Sans Symbols", "Noto Sans Symbols2", "Noto Sans Math"]
        return families.joined(separator: ",")
    }

    private func style(_ style: TextStyle) throws(PDFCanvasError) -> ShapedStyle {
        if let known = styles[style] { return known }
        try demandFont(style)
        guard let description = unsafe pango_font_description_new(), let attributes = unsafe pango_attr_list_new()
        else { throw .cairo(status: "out of memory", doing: "set text") }
        unsafe pango_font_description_set_family(description, "\(style.family),\(fallbackFamilies)")
        unsafe Self.describe(style, description)
        unsafe pango_attr_list_insert(
            attributes, pango_attr_font_features_new(style.tabularFigures ? "tnum=1" : "tnum=0"))
        unsafe pango_attr_list_insert(attributes, pango_attr_language_new(language))
        let shaped = unsafe ShapedStyle(description: description, attributes: attributes)
        styles[style] = shaped
        return shaped
    }

    /// Checks, once for all sizes, that the family and weight asked for are what fontconfig finds: it always finds
    /// something.
    private func demandFont(_ style: TextStyle) throws(PDFCanvasError) {
        if styles.keys.contains(where: { $0.family == style.family && $0.weight == style.weight }) { return }
        let missing = PDFCanvasError.missingFont(family: style.family, weight: style.weight)
        let description = unsafe pango_font_description_new()
        defer { unsafe pango_font_description_free(description) }
        unsafe pango_font_description_set_family(description, style.family)
        unsafe Self.describe(style, description)
        guard let font = unsafe pango_context_load_font(context, description) else { throw missing }
        defer { unsafe g_object_unref(UnsafeMutableRawPointer(font)) }
        let found = unsafe pango_font_describe(font)
        defer { unsafe pango_font_description_free(found) }
        guard let family = unsafe pango_font_description_get_family(found),
            unsafe String(cString: family) == style.family,
            unsafe abs(Int(pango_font_description_get_weight(found).rawValue) - style.weight) < 50
        else { throw missing }
    }

    private static func describe(_ style: TextStyle, _ description: OpaquePointer?) {
        unsafe pango_font_description_set_weight(description, PangoWeight(rawValue: UInt32(clamping: style.weight)))
        unsafe pango_font_description_set_absolute_size(description, style.size * Double(PANGO_SCALE))
    }
}

/// Pango's form of a style.
@safe
private final class ShapedStyle {
    let description: OpaquePointer
    let attributes: OpaquePointer

    init(description: OpaquePointer, attributes: OpaquePointer) {
        unsafe self.description = description
        unsafe self.attributes = attributes
    }

    deinit {
        DrawingLock.take()
        defer { DrawingLock.release() }
        unsafe pango_font_description_free(description)
        unsafe pango_attr_list_unref(attributes)
    }
}

extension Unicode.Scalar {
    /// `U+0041`.
    fileprivate var codePoint: String {
        let digits = String(value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
