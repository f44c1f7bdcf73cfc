package import ChartGrammar
internal import PDFCanvas

/// Writes scenes as SVG 1.1: text stays text, colours are CSS variables of their roles (`--series-1`), fonts are
/// classes (`label-strong`). No script, no link, nothing from the network.
///
/// A page that holds several charts writes `styles` and the variables once and each chart as an `element`; a file of
/// its own holds both.
package struct SVGWriter {
    let measurer: PangoMeasurer
    let idPrefix: String

    /// The whole file.
    func document(_ scene: Scene, palette: Palette, title: String) throws -> String {
        let margin = SceneRenderer.margin
        let (width, height) = (scene.width + 2 * margin, scene.height + 2 * margin)
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 \(width.shortText) \(height.shortText)" \
            width="\(width.shortText)" height="\(height.shortText)" role="img" \
            aria-labelledby="\(idPrefix)-title \(idPrefix)-text">
            \(words(scene, title))
            <style>
            \(Self.variables(palette, selector: ".chart"))
            \(Self.styles)
            </style>
            <rect width="100%" height="100%" style="fill:var(--paper)"/>
            <g transform="translate(\(margin.shortText) \(margin.shortText))">
            \(try body(scene))
            </g>
            </svg>

            """
    }

    /// One element for a page.
    func element(_ scene: Scene, title: String) throws -> String {
        """
        <svg class="chart" viewBox="0 0 \(scene.width.shortText) \(scene.height.shortText)" role="img" \
        aria-labelledby="\(idPrefix)-title \(idPrefix)-text">
        \(words(scene, title))
        \(try body(scene))
        </svg>
        """
    }

    private func words(_ scene: Scene, _ title: String) -> String {
        """
        <title id="\(idPrefix)-title">\(title.escapedForXML)</title>
        <desc id="\(idPrefix)-text">\(scene.alternativeText.escapedForXML)</desc>
        """
    }

    private func body(_ scene: Scene) throws -> String {
        var (definitions, lines): ([String], [String]) = ([], [])
        for mark in scene.marks { lines.append(contentsOf: try element(mark, &definitions)) }
        let defs = definitions.isEmpty ? [] : ["<defs>" + definitions.joined() + "</defs>"]
        return (defs + lines.filter { !$0.isEmpty }).joined(separator: "\n")
    }

    private func element(_ mark: SceneMark, _ definitions: inout [String]) throws -> [String] {
        switch mark {
        case .rectangle(let box, let fill, let radius):
            let corner = radius > 0 ? " rx=\"\(radius.shortText)\"" : ""
            return ["<rect \(Self.attributes(box))\(corner) style=\"fill:\(fill.variable)\"/>"]
        case .line(let points, let stroke): return [Self.line(points, stroke)]
        case .area(let points, let fill):
            return points.count < 3
                ? [] : ["<polygon points=\"\(Self.text(points))\" style=\"fill:\(fill.variable)\"/>"]
        case .circle(let center, let radius, let fill):
            return [
                """
                <circle cx="\(center.x.shortText)" cy="\(center.y.shortText)" r="\(radius.shortText)" \
                style="fill:\(fill.variable)"/>
                """
            ]
        case .hatch(let box, let color):
            let id = "\(idPrefix)-hatch-\(color.cssName)"
            let pattern = """
                <pattern id="\(id)" width="4" height="4" patternUnits="userSpaceOnUse">\
                <path d="M-1 1L1-1M0 4L4 0M3 5L5 3" style="stroke:\(color.variable);stroke-width:.6"/></pattern>
                """
            if !definitions.contains(pattern) { definitions.append(pattern) }
            return ["<rect \(Self.attributes(box)) fill=\"url(#\(id))\"/>"]
        case .text(let text): return try self.text(text)
        }
    }

    private static func attributes(_ box: Box) -> String {
        """
        x="\(box.x.shortText)" y="\(box.y.shortText)" width="\(max(0, box.width).shortText)" \
        height="\(max(0, box.height).shortText)"
        """
    }

    private static func line(_ points: [Point], _ stroke: Stroke) -> String {
        var style = "stroke:\(stroke.color.variable);stroke-width:\(stroke.width.shortText)"
        if !stroke.dashes.isEmpty {
            style += ";stroke-dasharray:\(stroke.dashes.map(\.shortText).joined(separator: " "))"
        }
        if stroke.isRound { style += ";stroke-linecap:round;stroke-linejoin:round" }
        return "<polyline points=\"\(text(points))\" style=\"fill:none;\(style)\"/>"
    }

    private static func text(_ points: [Point]) -> String {
        points.map { "\($0.x.shortText),\($0.y.shortText)" }.joined(separator: " ")
    }

    /// A text as it stands on pages: its lines as they are broken there, shortened with "…" where they are there.
    private func text(_ text: SceneText) throws -> [String] {
        guard !text.text.isEmpty else { return [] }
        let lines = try TextLines(measurer: measurer).lines(of: text)
        let specification = text.font.specification
        let anchor =
            switch text.anchor {
            case .leading: ""
            case .center: " text-anchor=\"middle\""
            case .trailing: " text-anchor=\"end\""
            }
        let pitch = try measurer.extent(of: "x\nx", font: text.font, width: 1_000, linesMax: nil).height / 2
        // Left to right for the anchor's sake: the script's own direction still orders the characters.
        let head = "<text class=\"\(specification.cssClass)\"\(anchor) style=\"fill:\(text.color.variable)\""
        if lines.count == 1 {
            return [
                "\(head) x=\"\(text.at.x.shortText)\" y=\"\(text.at.y.shortText)\">\(lines[0].escapedForXML)</text>"
            ]
        }
        let spans = lines.enumerated().map { index, line in
            let y = text.at.y + Double(index) * pitch
            return "<tspan x=\"\(text.at.x.shortText)\" y=\"\(y.shortText)\">\(line.escapedForXML)</tspan>"
        }
        return ["\(head)>\(spans.joined())</text>"]
    }
}

extension SVGWriter {
    /// The fonts' rules, once for all charts of a page.
    package static let styles: String = {
        let specifications = Set(FontRole.allCases.map(\.specification)).sorted { $0.cssClass < $1.cssClass }
        let rules = specifications.map { font in
            let family =
                switch font.family {
                case .text: "Inter,\"Noto Sans\",system-ui,sans-serif"
                case .display: "\"Inter Display\",Inter,\"Noto Sans\",system-ui,sans-serif"
                case .monospace: "\"JetBrains Mono\",ui-monospace,monospace"
                }
            let figures = font.tabularFigures ? ";font-variant-numeric:tabular-nums" : ""
            return """
                .chart .\(font.cssClass){font-family:\(family);font-weight:\(font.weight);\
                font-size:\(font.size.shortText)px\(figures)}
                """
        }
        return ([".chart text{direction:ltr;unicode-bidi:plaintext;white-space:pre}"] + rules).joined(separator: "\n")
    }()

    /// The colours of all roles as variables, light, and dark where the reader prefers that.
    package static func variables(_ palette: Palette, selector: String = ":root") -> String {
        let (light, dark) = (list(palette), list(palette.dark))
        return """
            \(selector){color-scheme:light dark;\(light)}
            @media (prefers-color-scheme:dark){\(selector){\(dark)}}
            """
    }

    private static func list(_ palette: Palette) -> String {
        ColorRole.all.map { "--\($0.cssName):\(palette.color($0).hex)" }.joined(separator: ";")
    }
}

extension ColorRole {
    /// Its name in style sheets: `series-1`, `negative-text`.
    package var cssName: String {
        var name = ""
        for character in description {
            if character.isUppercase {
                name += "-" + character.lowercased()
            } else if character.isNumber {
                name += "-\(character)"
            } else {
                name.append(character)
            }
        }
        return name
    }

    /// `var(--series-1)`.
    var variable: String { "var(--\(cssName))" }
}

extension FontSpecification {
    /// The class of all roles that look the same: `t600-8`, `d600-20`.
    var cssClass: String {
        let letter =
            switch family {
            case .text: "t"
            case .display: "d"
            case .monospace: "m"
            }
        return "\(letter)\(weight)-\(size.shortText.replacing(".", with: "_"))\(tabularFigures ? "n" : "")"
    }
}

extension String {
    /// Safe between tags and in attributes; characters that XML 1.0 has not are replaced.
    var escapedForXML: String {
        var result = ""
        result.reserveCapacity(utf8.count)
        for scalar in printable.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\t", "\n", "\r": result.unicodeScalars.append(" ")
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF:
                result.unicodeScalars.append("\u{FFFD}")
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension Double {
    /// Rounded to a hundredth, without trailing zeros: `12`, `12.5`, `-.25`.
    var shortText: String {
        guard isFinite, magnitude < 1e9 else { return "0" }
        let scaled = Int64((self * 100).rounded())
        let (whole, part) = (scaled.magnitude / 100, scaled.magnitude % 100)
        let sign = scaled < 0 ? "-" : ""
        if part == 0 { return "\(sign)\(whole)" }
        return part % 10 == 0 ? "\(sign)\(whole).\(part / 10)" : "\(sign)\(whole).\(part < 10 ? "0" : "")\(part)"
    }
}
