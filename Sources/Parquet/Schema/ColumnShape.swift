/// How a column is put together from the levels and values of its leaves.
///
/// Levels count nodes that may be missing or repeated, from the root on. Of the entries of any leaf at or below a
/// column, those with a definition level of at least that of the nearest repeated node above, and a repetition level
/// of at most its number, are the column's places; a place has a value where the definition level is at least
/// `definition`.
/// Source: Melnik et al., "Dremel", 2010, section 4; the Parquet format's LogicalTypes page, "Nested Types", with its
/// rules for lists and maps of older writers.
struct ColumnShape: Sendable {
    /// What is below a column.
    indirect enum Content: Sendable {
        case leaf(Int)
        case structure([ColumnShape])
        /// The definition and repetition level of an element.
        case list(ColumnShape, definition: Int, repetition: Int)
        case map(ColumnShape, ColumnShape, definition: Int, repetition: Int)
    }

    let name: String
    let isNullable: Bool
    /// The definition level from which on there is a value.
    let definition: Int
    let content: Content
    /// The leaves at or below it.
    let leaves: Range<Int>

    /// Whether it is a leaf itself.
    var isLeaf: Bool {
        if case .leaf = content { true } else { false }
    }

    /// - Parameters:
    ///   - definition: the definition level of what is around the node.
    ///   - repetition: its repetition level.
    init(_ node: SchemaNode, definition: Int, repetition: Int) {
        if node.isRepeated {
            // Repeated without a list around it: a list that is never missing, of elements that are never missing.
            let element = ColumnShape(inside: node, definition: definition + 1, repetition: repetition + 1)
            self.init(
                node, isNullable: false, definition: definition,
                .list(element, definition: definition + 1, repetition: repetition + 1))
        } else {
            let own = definition + (node.isOptional ? 1 : 0)
            self.init(inside: node, definition: own, repetition: repetition, isNullable: node.isOptional)
        }
    }

    private init(_ node: SchemaNode, isNullable: Bool, definition: Int, _ content: Content) {
        name = node.element.name
        self.isNullable = isNullable
        self.definition = definition
        self.content = content
        leaves = node.leaves
    }

    /// What a node holds, its own repetition being dealt with.
    private init(inside node: SchemaNode, definition: Int, repetition: Int, isNullable: Bool = false) {
        let content: Content
        if let children = node.children {
            if children.count == 1, children[0].isRepeated, Self.isMap(node.element),
                let entries = children[0].children, entries.count <= 2
            {
                content = Self.map(entries, definition + 1, repetition + 1)
            } else if children.count == 1, children[0].isRepeated, Self.isList(node.element) {
                let element = Self.element(of: node, children[0], definition + 1, repetition + 1)
                content = .list(element, definition: definition + 1, repetition: repetition + 1)
            } else {
                content = .structure(
                    children.map { ColumnShape($0, definition: definition, repetition: repetition) })
            }
        } else {
            content = .leaf(node.leaves.lowerBound)
        }
        self.init(node, isNullable: isNullable, definition: definition, content)
    }

    private static func isList(_ element: SchemaElement) -> Bool {
        element.logical == .list || (element.logical == nil && element.convertedType == 3)
    }

    private static func isMap(_ element: SchemaElement) -> Bool {
        element.logical == .map || (element.logical == nil && [1, 2].contains(element.convertedType))
    }

    private static func map(_ entries: [SchemaNode], _ definition: Int, _ repetition: Int) -> Content {
        let parts = entries.map { ColumnShape($0, definition: definition, repetition: repetition) }
        return parts.count == 2
            ? .map(parts[0], parts[1], definition: definition, repetition: repetition)
            : .list(parts[0], definition: definition, repetition: repetition)
    }

    /// The element of a list: the one field of the repeated group, or, by the rules for older writers, the repeated
    /// node itself.
    private static func element(
        of list: SchemaNode, _ repeated: SchemaNode, _ definition: Int, _ repetition: Int
    ) -> ColumnShape {
        let name = repeated.element.name
        guard let children = repeated.children, children.count == 1, !children[0].isRepeated, name != "array",
            name != list.element.name + "_tuple"
        else { return ColumnShape(inside: repeated, definition: definition, repetition: repetition) }
        return ColumnShape(children[0], definition: definition, repetition: repetition)
    }
}
