internal import Columnar

/// The file's schema as a tree, checked: what its flat list of elements means.
///
/// (1) Every element is used once; groups nest at most `depthMax` deep.
/// (2) Every leaf has a physical type that exists, and a length where it needs one.
struct SchemaTree: Sendable {
    /// How deep groups may nest.
    static let depthMax = 64
    /// How many elements a schema may have: each leaf keeps its whole path.
    static let elementCountMax = 1 << 17

    /// The leaves, in the order of the row groups' column chunks.
    let leaves: [LeafColumn]
    /// The top-level columns.
    let columns: [ColumnShape]

    init(_ elements: [SchemaElement]) throws(ParquetError) {
        guard let root = elements.first else { throw .corrupt("the schema is empty") }
        guard elements.count <= Self.elementCountMax else {
            throw ParquetError(.limit, "a schema of more than \(Self.elementCountMax) elements")
        }
        var builder = TreeBuilder(elements)
        let nodes = try builder.children(of: root, path: [], definition: 0, repetition: 0)
        guard builder.next == elements.count else { throw .corrupt("the schema has elements that belong to nothing") }
        leaves = builder.leaves
        var columns: [ColumnShape] = []
        for node in nodes { columns.append(ColumnShape(node, definition: 0, repetition: 0)) }
        self.columns = columns
    }
}

/// An element with those below it.
struct SchemaNode {
    let element: SchemaElement
    /// The elements below it; nil for a leaf.
    let children: [SchemaNode]?
    /// The leaves at or below it.
    let leaves: Range<Int>

    var isRepeated: Bool { element.repetition == 2 }
    var isOptional: Bool { element.repetition == 1 }
}

private struct TreeBuilder {
    let elements: [SchemaElement]
    var next = 1
    var leaves: [LeafColumn] = []

    init(_ elements: [SchemaElement]) { self.elements = elements }

    mutating func children(
        of parent: SchemaElement, path: [String], definition: Int, repetition: Int
    ) throws(ParquetError) -> [SchemaNode] {
        guard path.count < SchemaTree.depthMax else {
            throw .corrupt("the schema nests deeper than \(SchemaTree.depthMax) levels")
        }
        guard let count = parent.childCount, count >= 0, Int(count) <= elements.count - next else {
            throw .corrupt("a group of the schema claims columns that are not there")
        }
        var nodes: [SchemaNode] = []
        for _ in 0..<count { nodes.append(try node(path, definition, repetition)) }
        return nodes
    }

    private mutating func node(
        _ path: [String], _ definition: Int, _ repetition: Int
    ) throws(ParquetError) -> SchemaNode {
        guard next < elements.count else { throw .corrupt("a group of the schema claims columns that are not there") }
        let element = elements[next]
        next += 1
        guard let kind = element.repetition, (0...2).contains(kind) else {
            throw .corrupt("an element of the schema is neither required, optional nor repeated")
        }
        let path = path + [element.name]
        let definition = definition + (kind == 0 ? 0 : 1)
        let repetition = repetition + (kind == 2 ? 1 : 0)
        let first = leaves.count
        if element.type == nil {
            let children = try children(of: element, path: path, definition: definition, repetition: repetition)
            guard leaves.count > first else {
                throw ParquetError(.unsupported, "a group without columns", column: path.joined(separator: "."))
            }
            return SchemaNode(element: element, children: children, leaves: first..<leaves.count)
        }
        guard (element.childCount ?? 0) == 0 else { throw .corrupt("a column of the schema is also a group") }
        leaves.append(
            LeafColumn(
                path: path, type: element.type ?? 0, length: try Self.length(element), meaning: LeafMeaning(element),
                maxDefinition: definition, maxRepetition: repetition))
        return SchemaNode(element: element, children: nil, leaves: first..<first + 1)
    }

    private static func length(_ element: SchemaElement) throws(ParquetError) -> Int {
        switch element.type {
        case FileType.boolean, FileType.byteArray: return 0
        case FileType.int32, FileType.float: return 4
        case FileType.int64, FileType.double: return 8
        case FileType.int96: return 12
        case FileType.fixedByteArray:
            guard let length = element.typeLength, length > 0, length <= 1 << 24 else {
                throw ParquetError(
                    .corrupt, "values of a fixed length of \(element.typeLength ?? 0)", column: element.name)
            }
            return Int(length)
        default: throw ParquetError(.corrupt, "a physical type that does not exist", column: element.name)
        }
    }
}
