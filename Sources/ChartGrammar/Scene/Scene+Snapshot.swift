extension Scene {
    /// The scene as text, a line for each mark, numbers to a hundredth of a point: what tests compare.
    package var snapshot: String {
        let head = "scene \(width.hundredths) × \(height.hundredths)"
        let lines = marks.map(\.snapshot)
        return ([head, "  alt: \(alternativeText)"] + lines.map { "  " + $0 }).joined(separator: "\n") + "\n"
    }
}

extension SceneMark {
    /// The mark as one line of text.
    package var snapshot: String {
        switch self {
        case .rectangle(let box, let fill, let radius):
            "rectangle \(box.snapshot) fill \(fill)" + (radius > 0 ? " radius \(radius.hundredths)" : "")
        case .line(let points, let stroke): "line \(points.snapshot) \(stroke.snapshot)"
        case .area(let points, let fill): "area \(points.snapshot) fill \(fill)"
        case .circle(let center, let radius, let fill):
            "circle \(center.snapshot) radius \(radius.hundredths) fill \(fill)"
        case .hatch(let box, let color): "hatch \(box.snapshot) \(color)"
        case .text(let text): text.snapshot
        }
    }
}

extension SceneText {
    fileprivate var snapshot: String {
        var line = "text \"\(text)\" \(at.snapshot) \(font.rawValue) \(color) \(anchor.rawValue)"
        if let width { line += " width \(width.hundredths)" }
        if let linesMax { line += " lines \(linesMax)" }
        if ellipsis == .middle { line += " middle" }
        return line
    }
}

extension Stroke {
    fileprivate var snapshot: String {
        let dashed = dashes.isEmpty ? "" : " dashes \(dashes.map(\.hundredths).joined(separator: " "))"
        return "stroke \(color) \(width.hundredths)\(dashed)\(isRound ? " round" : "")"
    }
}

extension Box {
    fileprivate var snapshot: String { "\(x.hundredths) \(y.hundredths) \(width.hundredths) \(height.hundredths)" }
}

extension Point {
    fileprivate var snapshot: String { "\(x.hundredths),\(y.hundredths)" }
}

extension [Point] {
    fileprivate var snapshot: String { map(\.snapshot).joined(separator: " ") }
}

extension Double {
    /// Rounded to a hundredth, without trailing zeros: `12`, `12.5`, `-0.25`.
    fileprivate var hundredths: String {
        guard isFinite, magnitude < 1e12 else { return "?" }
        let scaled = Int64((self * 100).rounded())
        let (whole, part) = (scaled.magnitude / 100, scaled.magnitude % 100)
        let sign = scaled < 0 ? "-" : ""
        if part == 0 { return "\(sign)\(whole)" }
        return part % 10 == 0 ? "\(sign)\(whole).\(part / 10)" : "\(sign)\(whole).\(part < 10 ? "0" : "")\(part)"
    }
}
