import AlmanacTesting
import ChartGrammar
import Testing

/// The rules of contrast, as WCAG 2.1 counts them: 4.5:1 for text, 3:1 for marks.
@Suite struct PaletteTests {
    private let palette = Palette()

    @Test(arguments: [ColorRole.ink, .body, .mute, .axis, .good, .bad, .warn, .accent, .negativeText])
    func textCanBeReadOnPaperAndPanels(role: ColorRole) {
        #expect(palette.color(role).contrast(with: .white) >= 4.5)
        #expect(palette.color(role).contrast(with: palette.color(.panel)) >= 4.5)
    }

    @Test func marksCanBeSeenOnPaper() {
        for index in 0..<6 { #expect(palette.color(.series(index)).contrast(with: .white) >= 3) }
        #expect(palette.color(.context).contrast(with: .white) >= 3)
        #expect(palette.color(.negative).contrast(with: .white) >= 3)
        for index in 0..<6 { #expect(palette.color(.seriesText(index)).contrast(with: .white) >= 4.5) }
    }

    @Test func cellsCanBeRead() {
        for step in 1...4 { #expect(palette.color(.sequential(step)).contrast(with: palette.color(.ink)) >= 4.5) }
        for step in 6...7 { #expect(palette.color(.sequential(step)).contrast(with: .white) >= 4.5) }
        // The reason why nothing is written on step 5.
        #expect(palette.color(.sequential(5)).contrast(with: .white) < 4.5)
        #expect(palette.color(.sequential(5)).contrast(with: palette.color(.ink)) < 4.5)
    }

    @Test func theNightHasTheSameContrasts() {
        let night = palette.dark
        for role in [ColorRole.ink, .body, .mute, .axis, .good, .bad, .warn, .accent, .negativeText] {
            #expect(night.color(role).contrast(with: Palette.night) >= 4.5, "\(role)")
        }
        for index in 0..<6 {
            #expect(night.color(.series(index)).contrast(with: Palette.night) >= 3)
            #expect(night.color(.seriesText(index)).contrast(with: Palette.night) >= 4.5)
        }
        for palette in [palette, night] {
            for step in [1, 2, 3, 4, 6, 7] {
                #expect(palette.color(.sequential(step)).contrast(with: palette.color(.onSequential(step))) >= 4.5)
            }
        }
    }

    @Test func textCanBeReadOnMarks() {
        for palette in [palette, palette.dark] {
            for index in 0..<6 {
                #expect(palette.color(.onSeries(index)).contrast(with: palette.color(.series(index))) >= 4.5)
            }
            #expect(palette.color(.onSeries(1)).contrast(with: palette.color(.context)) >= 4.5)
            for step in [1, 7] { #expect(palette.color(.diverging(step)).contrast(with: palette.color(.paper)) >= 4.5) }
            for step in 3...5 { #expect(palette.color(.diverging(step)).contrast(with: palette.color(.ink)) >= 4.5) }
            for step in 1...3 { #expect(palette.color(.tint(step)).contrast(with: palette.color(.ink)) >= 4.5) }
        }
    }

    @Test func whiteCanBeReadOnEveryTenantsColour() {
        let random = SeededRandom(seed: 4)
        let extremes: [UInt32] = [0xFFFFFF, 0x000000, 0xFFFF00, 0x00FFFF, 0xF2B705, 0x173F66, 0xFF0000]
        for hex in extremes + (0..<2_000).map({ _ in UInt32(random.nextBits() & 0xFFFFFF) }) {
            let palette = Palette(brand: RGBColor(hex))
            #expect(palette.band.contrast(with: .white) >= 4.5)
            #expect(palette.accent.contrast(with: .white) >= 4.5)
            #expect(palette.color(.bandMute).contrast(with: palette.band) >= 3)
        }
    }

    @Test func aDarkColourIsLeftAsItIs() throws {
        let brand = try #require(RGBColor("#4A148C"))
        #expect(Palette(brand: brand).band.hex == "#4A148C")
    }

    @Test(arguments: ["", "173F66", "#173F6", "#173F6G", "#173F666", "#+73F66", "#１73F66"])
    func whatIsNoColourIsRefused(text: String) { #expect(RGBColor(text) == nil) }

    /// Reference ratios from the W3C's worked examples: black on white 21, #777777 on white 4.48.
    @Test func contrastIsThatOfTheStandard() {
        #expect((RGBColor.black.contrast(with: .white) - 21).magnitude < 1e-9)
        #expect((RGBColor(0x777777).contrast(with: .white) - 4.478).magnitude < 0.001)
    }
}
