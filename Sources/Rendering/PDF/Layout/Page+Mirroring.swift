internal import ChartGrammar

extension Page {
    /// The page as right-to-left languages read it: what stood at the left edge stands at the right one. Charts keep
    /// their inside, which their own composer mirrors.
    func mirrored(width: Double) -> Page {
        Page(elements: elements.map { $0.mirrored(width: width) }, outline: outline)
    }
}

extension PageElement {
    fileprivate func mirrored(width: Double) -> PageElement {
        switch self {
        case .marks(let marks, let tag): return .marks(marks.map { $0.mirrored(width: width) }, tag: tag)
        case .scene(let scene, let at): return .scene(scene, at: Point(x: width - at.x - scene.width, y: at.y))
        case .image(let bytes, let box): return .image(bytes, in: box.mirrored(width: width))
        case .table(var slice):
            slice.mirrorWidth = width
            return .table(slice)
        case .heading(let text, let tag): return .heading(text.mirrored(width: width), tag: tag)
        case .contents: return self
        case .link(let marks, let page, let y):
            return .link(marks.map { $0.mirrored(width: width) }, page: page, y: y)
        }
    }
}

extension SceneMark {
    /// The mark on the other side of the middle of a width.
    func mirrored(width: Double) -> SceneMark {
        let point = { (point: Point) in Point(x: width - point.x, y: point.y) }
        switch self {
        case .rectangle(let box, let fill, let radius):
            return .rectangle(box.mirrored(width: width), fill: fill, radius: radius)
        case .line(let points, let stroke): return .line(points.map(point), stroke)
        case .area(let points, let fill): return .area(points.map(point), fill: fill)
        case .circle(let center, let radius, let fill): return .circle(point(center), radius: radius, fill: fill)
        case .hatch(let box, let color): return .hatch(box.mirrored(width: width), color: color)
        case .text(let text): return .text(text.mirrored(width: width))
        }
    }
}

extension SceneText {
    fileprivate func mirrored(width: Double) -> SceneText {
        var text = self
        text.at.x = width - at.x
        switch anchor {
        case .leading: text.anchor = .trailing
        case .trailing: text.anchor = .leading
        case .center: break
        }
        return text
    }
}

extension Box {
    fileprivate func mirrored(width: Double) -> Box { Box(x: width - right, y: y, width: self.width, height: height) }
}
