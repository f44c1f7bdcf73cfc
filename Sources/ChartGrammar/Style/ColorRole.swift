/// What a colour is for; the palette says which it is.
package enum ColorRole: Hashable, Sendable {
    /// Text, from the strongest to that of axes.
    case ink, body, mute, axis
    /// Gridlines, the zero line, panels, the page.
    case rule, zero, panel, paper
    /// Good, bad and doubtful news, as text.
    case good, bad, warn
    /// A band behind an annotated range; a bar in a table's cell; slanted lines where data is missing.
    case highlight, cellBar, hatch
    /// The story, in the tenant's colour.
    case accent
    /// Everything beside the story: the compared period, "43 others".
    case context, contextFill
    /// Values below zero, as a mark and as text.
    case negative, negativeText
    /// Series 0 to 5 as marks.
    case series(Int)
    /// Series 0 to 5 as text, dark enough to read.
    case seriesText(Int)
    /// Text on marks of series 0 to 5, black or white, whichever can be read; 1 also on context and negative marks.
    case onSeries(Int)
    /// Text on the steps of the sequential scale, whichever of ink and paper can be read.
    case onSequential(Int)
    /// Steps 1 (pale) to 7 (dark).
    case sequential(Int)
    /// Steps 1 (far below) over 4 (the middle) to 7 (far above).
    case diverging(Int)
    /// The tenant's colour in pale steps, 1 (palest) to 3: areas, bands, what lies behind.
    case tint(Int)
    /// The cover band, the text on it, its quiet text, its pill.
    case band, bandText, bandMute, bandPill
    /// The dot of a freshness pill: complete, partial.
    case pillComplete, pillPartial
}

extension ColorRole: CustomStringConvertible {
    package var description: String {
        switch self {
        case .series(let index): "series\(index + 1)"
        case .seriesText(let index): "seriesText\(index + 1)"
        case .onSeries(let index): "onSeries\(index + 1)"
        case .onSequential(let step): "onSequential\(step)"
        case .sequential(let step): "sequential\(step)"
        case .diverging(let step): "diverging\(step)"
        case .tint(let step): "tint\(step)"
        case .ink: "ink"
        case .body: "body"
        case .mute: "mute"
        case .axis: "axis"
        case .rule: "rule"
        case .zero: "zero"
        case .panel: "panel"
        case .paper: "paper"
        case .good: "good"
        case .bad: "bad"
        case .warn: "warn"
        case .highlight: "highlight"
        case .cellBar: "cellBar"
        case .hatch: "hatch"
        case .accent: "accent"
        case .context: "context"
        case .contextFill: "contextFill"
        case .negative: "negative"
        case .negativeText: "negativeText"
        case .band: "band"
        case .bandText: "bandText"
        case .bandMute: "bandMute"
        case .bandPill: "bandPill"
        case .pillComplete: "pillComplete"
        case .pillPartial: "pillPartial"
        }
    }
}

extension ColorRole {
    /// Every role, for style sheets.
    package static let all: [ColorRole] =
        [
            .ink, .body, .mute, .axis, .rule, .zero, .panel, .paper, .good, .bad, .warn, .highlight, .cellBar, .hatch,
            .accent, .context, .contextFill, .negative, .negativeText, .band, .bandText, .bandMute, .bandPill,
            .pillComplete, .pillPartial,
        ] + (0..<6).map { .series($0) } + (0..<6).map { .seriesText($0) } + (0..<6).map { .onSeries($0) }
        + (1...7).map { .sequential($0) } + (1...7).map { .onSequential($0) }
        + (1...7).map { .diverging($0) } + (1...3).map { .tint($0) }
}
