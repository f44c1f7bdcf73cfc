internal import ChartGrammar
internal import PDFCanvas

/// A laid-out page: data only, so that its number is known before anything is drawn.
struct Page {
    /// Drawn in order.
    var elements: [PageElement] = []
    /// What the outline lists, with its height on the page.
    var outline: [OutlineEntry] = []
}

/// An entry of the outline.
struct OutlineEntry: Equatable {
    let title: String
    let y: Double
}

/// A part of a page.
enum PageElement {
    /// Marks that belong to one structure element, or to none: rules, running heads, backgrounds.
    case marks([SceneMark], tag: StructureTag?)
    /// A chart.
    case scene(Scene, at: Point)
    /// A picture from the bytes of a PNG or SVG file.
    case image([UInt8], in: Box)
    /// Rows of a table, formatted only when they are drawn: a page of a long table holds no text before.
    case table(TableSlice)
    /// The title of the document, a section.
    case heading(SceneText, tag: StructureTag)
    /// The places of the sections, filled in when their pages are known.
    case contents(ContentsList)
    /// Marks that lead to a page (from 1) at a height.
    case link([SceneMark], page: Int, y: Double)
}

extension Page {
    /// The page as text for tests; a table's rows as their range.
    var snapshot: String {
        let lines = elements.map { element in
            switch element {
            case .marks(let marks, let tag):
                (["marks \(tag?.rawValue ?? "-")"] + marks.map { "  " + $0.snapshot }).joined(separator: "\n")
            case .scene(let scene, let at): "scene at \(Int(at.x)),\(Int(at.y))\n\(scene.snapshot)"
            case .image(_, let box): "image \(Int(box.x)),\(Int(box.y)) \(Int(box.width)) × \(Int(box.height))"
            case .table(let slice): slice.snapshot
            case .heading(let text, let tag): "\(tag.rawValue) \(SceneMark.text(text).snapshot)"
            case .contents: "contents"
            case .link(let marks, let page, let y):
                (["link to page \(page) at \(Int(y))"] + marks.map { "  " + $0.snapshot }).joined(separator: "\n")
            }
        }
        return (["page"] + lines).joined(separator: "\n") + "\n"
    }
}

extension SceneMark {
    /// The mark elsewhere.
    func moved(x: Double, y: Double) -> SceneMark {
        let move = { (point: Point) in Point(x: point.x + x, y: point.y + y) }
        let moveBox = { (box: Box) in Box(x: box.x + x, y: box.y + y, width: box.width, height: box.height) }
        switch self {
        case .rectangle(let box, let fill, let radius): return .rectangle(moveBox(box), fill: fill, radius: radius)
        case .line(let points, let stroke): return .line(points.map(move), stroke)
        case .area(let points, let fill): return .area(points.map(move), fill: fill)
        case .circle(let center, let radius, let fill): return .circle(move(center), radius: radius, fill: fill)
        case .hatch(let box, let color): return .hatch(moveBox(box), color: color)
        case .text(var text):
            text.at = move(text.at)
            return .text(text)
        }
    }
}
