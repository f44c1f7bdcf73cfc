internal import Checksum
internal import Report

/// What makes two documents the same edition: everything that a reader sees, but not who made it and from which
/// versions (decision 0006).
enum DocumentFingerprint {
    /// The SHA-256 of a document's content.
    ///
    /// - Parameter differsFromSource: whether the data was found to differ from its source, which readers must be told.
    static func hash(_ document: ReportDocument, differsFromSource: Bool = false) -> String {
        var content = document
        content.identity.run = ""
        content.sources = []
        // A comparison that found nothing says nothing new about the figures.
        if !differsFromSource, let comparison = content.freshness.comparison {
            content.freshness.notes.removeAll { $0 == comparison }
            content.freshness.comparison = nil
        }
        var text = ""
        write(content, into: &text)
        return SHA256Digest(of: text).description
    }

    /// Writes a value and all that is in it: `label=` before each part, brackets around parts. The types of a document
    /// are structures, enumerations, arrays and plain values, whose parts Swift lists in the order of declaration.
    private static func write(_ value: Any, into text: inout String) {
        let mirror = Mirror(reflecting: value)
        if mirror.children.isEmpty {
            text += "\(value)".replacing("\\", with: "\\\\").replacing("]", with: "\\]")
            return
        }
        if mirror.displayStyle == .enum { text += "." }
        text += "["
        for child in mirror.children {
            if let label = child.label { text += "\(label)=" }
            write(child.value, into: &text)
            text += "]"
        }
        text += "]"
    }
}
