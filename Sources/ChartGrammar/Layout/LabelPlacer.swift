/// Finds room for labels, one after the other: the first placement that lies inside and touches no other label.
struct LabelPlacer {
    /// Where labels may lie.
    let bounds: Box
    private(set) var taken: [Box] = []

    init(bounds: Box) { self.bounds = bounds }

    /// Keeps a place free.
    mutating func block(_ box: Box) { taken.append(box) }

    /// The first of some boxes that has room; nil where none has. What is found is taken.
    mutating func place(_ candidates: [Box]) -> Int? {
        guard let found = candidates.firstIndex(where: hasRoom) else { return nil }
        taken.append(candidates[found])
        return found
    }

    private func hasRoom(_ box: Box) -> Bool {
        box.x >= bounds.x - 0.5 && box.right <= bounds.right + 0.5 && box.y >= bounds.y - 0.5
            && box.bottom <= bounds.bottom + 0.5 && !taken.contains { $0.overlaps(box) }
    }
}

extension Box {
    /// Whether two boxes share more than an edge.
    func overlaps(_ other: Box) -> Bool {
        x < other.right && other.x < right && y < other.bottom && other.y < bottom
    }
}
