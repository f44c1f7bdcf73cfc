/// A colour in sRGB, each part 0 to 1.
package struct RGBColor: Hashable, Sendable {
    package var red: Double
    package var green: Double
    package var blue: Double

    package init(red: Double, green: Double, blue: Double) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// From `0xRRGGBB`.
    package init(_ hex: UInt32) {
        red = Double(hex >> 16 & 0xFF) / 255
        green = Double(hex >> 8 & 0xFF) / 255
        blue = Double(hex & 0xFF) / 255
    }

    /// From `#RRGGBB`; nil where the text is anything else.
    package init?(_ text: String) {
        guard text.utf8.count == 7, text.utf8.first == UInt8(ascii: "#"),
            text.utf8.dropFirst().allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let hex = UInt32(text.dropFirst(), radix: 16)
        else { return nil }
        self.init(hex)
    }

    /// `#RRGGBB`.
    package var hex: String {
        let parts = [red, green, blue].map { part in
            let byte = Int((min(1, max(0, part)) * 255).rounded())
            return (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
        return "#" + parts.joined()
    }

    /// Mixed with another colour: 0 is this one, 1 the other.
    package func mixed(with other: RGBColor, share: Double) -> RGBColor {
        RGBColor(
            red: red + (other.red - red) * share, green: green + (other.green - green) * share,
            blue: blue + (other.blue - blue) * share)
    }
}

extension RGBColor {
    package static let white = RGBColor(0xFFFFFF)
    package static let black = RGBColor(0x000000)

    /// Relative luminance, WCAG 2.1: 0 black, 1 white.
    package var luminance: Double {
        0.2126 * Self.linear(red) + 0.7152 * Self.linear(green) + 0.0722 * Self.linear(blue)
    }

    /// Contrast ratio, WCAG 2.1: 1 to 21; text needs 4.5, marks need 3.
    package func contrast(with other: RGBColor) -> Double {
        let (light, dark) = (max(luminance, other.luminance), min(luminance, other.luminance))
        return (light + 0.05) / (dark + 0.05)
    }

    /// Darker in small steps, hue kept, until it has the contrast with a light colour.
    package func darkened(untilContrast contrast: Double, with light: RGBColor) -> RGBColor {
        var color = self
        for _ in 0..<200 where color.contrast(with: light) < contrast {
            color = RGBColor(red: color.red * 0.97, green: color.green * 0.97, blue: color.blue * 0.97)
        }
        return color
    }

    private static func linear(_ part: Double) -> Double {
        part <= 0.04045 ? part / 12.92 : power((part + 0.055) / 1.055)
    }

    /// x^2.4 for 0 < x ≤ 1, without the C library: x² · (x²)^(1/5), the fifth root by Newton's steps.
    private static func power(_ x: Double) -> Double {
        let square = x * x
        guard square > 0 else { return 0 }
        var root = 1.0
        for _ in 0..<60 {
            let fourth = root * root * root * root
            let next = root - (fourth * root - square) / (5 * fourth)
            if (next - root).magnitude < 1e-15 { break }
            root = next
        }
        return square * root
    }
}
