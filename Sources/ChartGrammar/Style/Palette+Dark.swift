extension Palette {
    /// The page of dark screens.
    package static let night = RGBColor(0x10171E)
    /// Series 1 to 6 on it: as far apart in every kind of vision as the light ones.
    package static let darkSeries = [0x337DCC, 0xF18D00, 0x85D6B9, 0xCC4571, 0xDBBDF8, 0xCBE78F].map { RGBColor($0) }

    /// From light blue over the page's own darkness to light amber.
    package static let darkDiverging = [0x8FB8E0, 0x4F86BF, 0x2C4A68, 0x2A333C, 0x5A4320, 0xB9782B, 0xF3B766]
        .map { RGBColor($0) }

    /// A role's colour on a dark page: the same meaning, with contrast against night instead of paper.
    func darkColor(_ role: ColorRole) -> RGBColor {
        switch role {
        case .ink: RGBColor(0xE6EBF0)
        case .body: RGBColor(0xC9D2DA)
        case .mute: RGBColor(0xA3B0BC)
        case .axis: RGBColor(0x93A1AE)
        case .rule: RGBColor(0x2A3641)
        case .zero: RGBColor(0x5D6B78)
        case .panel: RGBColor(0x18222C)
        case .paper: Self.night
        case .good: RGBColor(0x5CC3AE)
        case .bad: RGBColor(0xF0925C)
        case .warn: RGBColor(0xE0B25A)
        case .highlight: RGBColor(0x2B241A)
        case .cellBar: RGBColor(0x2F5B86)
        case .hatch: RGBColor(0x3A4855)
        case .accent: darkAccent
        case .context: RGBColor(0x93A1AE)
        case .contextFill: RGBColor(0x4A5864)
        case .negative: RGBColor(0xF18D00)
        case .negativeText: RGBColor(0xF3A64A)
        case .series(let index): Self.darkSeries[index % Self.darkSeries.count]
        case .seriesText(let index): color(.series(index)).lightened(untilContrast: 4.5, with: Self.night)
        case .onSeries: .black
        case .onSequential(let step): step <= 2 ? darkColor(.ink) : .black
        // Far from the page means much, in both lights.
        case .sequential(let step): Self.sequential[7 - min(max(step, 1), 7)]
        case .diverging(let step): Self.darkDiverging[min(max(step, 1), 7) - 1]
        case .tint(let step): darkAccent.mixed(with: Self.night, share: [0.78, 0.64, 0.5][min(max(step, 1), 3) - 1])
        case .band: band == Self.houseBand ? RGBColor(0x14304D) : band.mixed(with: .black, share: 0.25)
        case .bandText: .white
        case .bandMute: band.mixed(with: .white, share: 0.8)
        case .bandPill: band.mixed(with: .white, share: 0.14)
        case .pillComplete: RGBColor(0x7ED7BA)
        case .pillPartial: RGBColor(0xFFC46B)
        }
    }

    /// The tenant's colour, light enough to read on the night.
    private var darkAccent: RGBColor {
        (accent == Self.houseAccent ? Self.darkSeries[0] : accent).lightened(untilContrast: 4.5, with: Self.night)
    }
}

extension RGBColor {
    /// Lighter in small steps, hue kept, until it has the contrast with a dark colour.
    package func lightened(untilContrast contrast: Double, with dark: RGBColor) -> RGBColor {
        var color = self
        for _ in 0..<200 where color.contrast(with: dark) < contrast { color = color.mixed(with: .white, share: 0.03) }
        return color
    }
}
