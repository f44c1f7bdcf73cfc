internal import Checksum
internal import Columnar
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
        var bytes: [UInt8] = []
        write(content, into: &bytes)
        return SHA256Digest(of: bytes.span).description
    }

    /// Writes a value and all that is in it: `label=` before each part, brackets around parts. The types of a document
    /// are structures, enumerations, arrays and plain values, whose parts Swift lists in the order of declaration.
    ///
    /// The rows of tables and the values of charts, which are nearly all of a document, are written without reflection.
    private static func write(_ value: Any, into bytes: inout [UInt8]) {
        switch value {
        case let rows as [[Scalar]]: return rows.forEach { row in write(row, into: &bytes) }
        case let values as [Double?]:
            for value in values { write(value.map(Scalar.double) ?? .null, into: &bytes) }
            return
        default: break
        }
        let mirror = Mirror(reflecting: value)
        if mirror.children.isEmpty {
            write(text: "\(value)", into: &bytes)
            return
        }
        if mirror.displayStyle == .set || mirror.displayStyle == .dictionary {
            // Their order is another one in each process.
            let parts = mirror.children.map { child in
                var part: [UInt8] = []
                write(child.value, into: &part)
                return part
            }
            return write(parts.sorted { $0.lexicographicallyPrecedes($1) }, into: &bytes)
        }
        if mirror.displayStyle == .enum { bytes.append(UInt8(ascii: ".")) }
        bytes.append(UInt8(ascii: "["))
        for child in mirror.children {
            if let label = child.label { bytes += "\(label)=".utf8 }
            write(child.value, into: &bytes)
            bytes.append(UInt8(ascii: "]"))
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private static func write(_ parts: [[UInt8]], into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "["))
        for part in parts {
            bytes += part
            bytes.append(UInt8(ascii: "]"))
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private static func write(_ row: [Scalar], into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "["))
        for value in row { write(value, into: &bytes) }
        bytes.append(UInt8(ascii: "]"))
    }

    /// A value with a letter for its kind.
    private static func write(_ value: Scalar, into bytes: inout [UInt8]) {
        switch value {
        case .null: bytes.append(UInt8(ascii: "-"))
        case .bool(let truth): bytes += (truth ? "b1" : "b0").utf8
        case .int(let number): write("i", UInt64(bitPattern: number), into: &bytes)
        case .unsigned(let number): write("u", number, into: &bytes)
        case .double(let number): write("d", number.bitPattern, into: &bytes)
        case .float(let number): write("f", UInt64(number.bitPattern), into: &bytes)
        case .date(let day): write("y", UInt64(bitPattern: Int64(day)), into: &bytes)
        case .timestamp(let instant): write("t", UInt64(bitPattern: instant), into: &bytes)
        case .text(let text): write(text: text, into: &bytes)
        default: write(text: "\(value)", into: &bytes)
        }
    }

    private static func write(_ kind: Unicode.Scalar, _ bits: UInt64, into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: kind))
        for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: bits >> shift)) }
    }

    /// A text behind its length: no text can look like two.
    private static func write(text: String, into bytes: inout [UInt8]) {
        write("s", UInt64(text.utf8.count), into: &bytes)
        bytes += text.utf8
    }
}
