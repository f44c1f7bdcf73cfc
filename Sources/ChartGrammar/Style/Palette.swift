/// The colours behind the roles, on white paper, with a tenant's colour worked in.
///
/// The fixed colours were chosen with a program that checks WCAG contrast and the distance (CIEDE2000) of any two
/// series under normal, protan, deutan and tritan vision; PaletteTests checks the contrasts again.
package struct Palette: Sendable, Equatable {
    /// The tenant's colour, dark enough for white text: at least 4.5:1.
    package let band: RGBColor
    /// The tenant's colour for the story's marks and labels: at least 4.5:1 on paper.
    package let accent: RGBColor

    /// Marks of series 1 to 6, whoever the tenant is: only these six are known to differ in every kind of vision, a
    /// tenant's green beside the third would not.
    package static let series = [0x1E5081, 0xD47D14, 0x448A6F, 0x842545, 0x8870BE, 0x766317].map { RGBColor($0) }
    /// Seven steps from pale to dark, even in lightness in all four visions.
    package static let sequential = [0xEAF1F7, 0xCBDDEA, 0xA4C3DA, 0x76A3C6, 0x4A82AE, 0x2B6594, 0x173F66]
        .map { RGBColor($0) }
    /// Seven steps around a pale middle, from blue (below) to amber (above).
    package static let diverging = [0x1E5081, 0x5F8BB5, 0xAFC7DC, 0xEFEFEF, 0xF0CFA2, 0xDB9440, 0x9A5708]
        .map { RGBColor($0) }
    /// The house's own band and accent.
    package static let houseBand = RGBColor(0x173F66)
    package static let houseAccent = RGBColor(0x1E5081)

    /// - Parameter brand: the tenant's colour. Its hue is kept; it is darkened in steps until white text can be
    ///   read on it. Nil, or the house's own band: the house colours.
    package init(brand: RGBColor? = nil) {
        guard let brand, brand != Self.houseBand else {
            (band, accent) = (Self.houseBand, Self.houseAccent)
            return
        }
        band = brand.darkened(untilContrast: 4.5, with: .white)
        accent = band
    }

    /// Whether the page is dark.
    package private(set) var isDark = false

    /// The same roles on a dark page.
    package var dark: Palette {
        var palette = self
        palette.isDark = true
        return palette
    }

    /// The colour of a role.
    package func color(_ role: ColorRole) -> RGBColor { isDark ? darkColor(role) : lightColor(role) }

    private func lightColor(_ role: ColorRole) -> RGBColor {
        switch role {
        case .ink: RGBColor(0x17212B)
        case .body: RGBColor(0x33414E)
        case .mute: RGBColor(0x56636F)
        case .axis: RGBColor(0x66737F)
        case .rule: RGBColor(0xDDE3E8)
        case .zero: RGBColor(0x8794A1)
        case .panel: RGBColor(0xF4F7F9)
        case .paper: .white
        case .good: RGBColor(0x00695C)
        case .bad: RGBColor(0xAD3B00)
        case .warn: RGBColor(0x8A5A00)
        case .highlight: RGBColor(0xFBF1E4)
        case .cellBar: accent == Self.houseAccent ? Self.sequential[2] : accent.mixed(with: .white, share: 0.6)
        case .hatch: RGBColor(0xCBD3DA)
        case .accent: accent
        case .context: RGBColor(0x8794A1)
        case .contextFill: RGBColor(0xC3CCD4)
        case .negative: RGBColor(0xD47D14)
        case .negativeText: RGBColor(0x9A5708)
        case .series(let index): Self.series[index % Self.series.count]
        case .seriesText(let index): color(.series(index)).darkened(untilContrast: 4.5, with: .white)
        case .onSeries(let index): [0, 3, 5].contains(index % 6) ? .white : .black
        case .onSequential(let step): step >= 6 ? .white : lightColor(.ink)
        case .sequential(let step): Self.sequential[min(max(step, 1), 7) - 1]
        case .diverging(let step): Self.diverging[min(max(step, 1), 7) - 1]
        case .tint(let step): accent.mixed(with: .white, share: [0.84, 0.72, 0.58][min(max(step, 1), 3) - 1])
        case .band: band
        case .bandText: .white
        case .bandMute: band.mixed(with: .white, share: 0.8)
        case .bandPill: band.mixed(with: .white, share: 0.14)
        case .pillComplete: RGBColor(0x7ED7BA)
        case .pillPartial: RGBColor(0xFFC46B)
        }
    }
}
