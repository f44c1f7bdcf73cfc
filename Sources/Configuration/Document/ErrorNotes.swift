internal import Yams

/// Collects what is wrong in one file while it is being read.
final class ErrorNotes {
    let file: String
    let subject: String?
    private(set) var errors: [ConfigurationError] = []
    private(set) var isExhausted = false
    private let lines: [Substring]
    /// Where values were written, if they are a query's row and not a file's.
    let record: Record?

    static let valuesMax = 200_000
    static let nestingMax = 64

    init(file: String, text: String, subject: String?) {
        self.file = file
        self.subject = subject
        lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        record = nil
    }

    init(record: Record, subject: String?) {
        file = record.query
        self.subject = subject
        lines = []
        self.record = record
    }

    func note(
        _ message: String, at position: SourcePosition, length: Int = 1, hint: String? = nil, hidesValue: Bool = false
    ) {
        let line = lines.indices.contains(position.line - 1) ? String(lines[position.line - 1]) : nil
        let shown = hidesValue ? line.map { $0.prefix(max(0, position.column - 1)) + "***" } : line
        let error = ConfigurationError(message, at: position, length: length, hint: hint, sourceLine: shown)
        // The same mistake seen by two readers is said once.
        if !errors.contains(error) { errors.append(error) }
    }

    func position(of node: Node) -> SourcePosition {
        SourcePosition(file: file, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    }

    /// Walks over all values once, aliases expanded, and notes a file that is beyond the bounds.
    func measure(_ root: Node) {
        var count = 0
        var open: [(node: Node, depth: Int)] = [(root, 1)]
        while let (node, depth) = open.popLast() {
            count += 1
            guard count <= Self.valuesMax, depth <= Self.nestingMax else {
                isExhausted = true
                let what = depth > Self.nestingMax ? "nests deeper than \(Self.nestingMax)" : "has too many values"
                note("the file \(what)", at: position(of: node))
                return
            }
            switch node {
            case .mapping(let mapping):
                for (key, value) in mapping { open += [(key, depth + 1), (value, depth + 1)] }
            case .sequence(let sequence):
                for value in sequence { open.append((value, depth + 1)) }
            case .scalar, .alias: break
            }
        }
    }
}
