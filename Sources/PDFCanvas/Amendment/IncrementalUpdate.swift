/// What Cairo 1.16 cannot write, appended as an incremental update: the language, the title in the window's bar, the
/// words for figures, which readers of the screen speak, and the metadata once more as XMP.
///
/// ISO 32000-1, 7.5.6: changed objects under their old numbers, a cross-reference section for them, and a trailer
/// whose `/Prev` leads to the section before:
///
///     14 0 obj
///     << /Type /StructElem
///        /S /Figure
///        …
///        /Alt <FEFF0053…>
///     >>
///     endobj
///     xref
///     14 1
///     0000073312 00000 n⎵
///     trailer
///     << /Size 170
///        /Root 169 0 R
///        /Prev 73110
///     >>
///     startxref
///     73420
///     %%EOF
struct IncrementalUpdate {
    /// BCP 47, such as `en-NG`.
    let language: String
    /// One for each figure, in order.
    let alternativeTexts: [String]
    /// An XMP packet; nil for none.
    let metadata: String?

    /// The bytes to append.
    ///
    /// - Throws: `unexpectedStructure` where the file is not as Cairo 1.16 writes it.
    func bytes(after watch: ObjectWatch) throws(PDFCanvasError) -> [UInt8] {
        let figures = watch.figures
        guard let catalog = watch.catalog, let previous = watch.crossReferenceOffset, !watch.trailer.isEmpty,
            figures.count == alternativeTexts.count
        else { throw .unexpectedStructure }
        var objects = zip(figures, alternativeTexts).map { figure, text in
            ObjectWatch.Object(number: figure.number, entries: figure.entries + ["/Alt \(Self.text(text))"])
        }
        var entries =
            catalog.entries + ["/Lang \(Self.text(language))", "/ViewerPreferences << /DisplayDocTitle true >>"]
        var trailer = watch.trailer
        // A new object takes the first number that is free, which is the size of the old table.
        var packet: (number: Int, text: String)?
        if let metadata, let size = trailer.firstIndex(where: { $0.hasPrefix("/Size ") }),
            let number = Int(trailer[size].dropFirst(6))
        {
            entries.append("/Metadata \(number) 0 R")
            trailer[size] = "/Size \(number + 1)"
            packet = (number, metadata)
        }
        objects.append(ObjectWatch.Object(number: catalog.number, entries: entries))
        objects.sort { $0.number < $1.number }

        var body = ""
        var offsets: [(number: Int, offset: Int)] = []
        for object in objects {
            offsets.append((object.number, watch.byteCount + body.utf8.count))
            body += "\(object.number) 0 obj\n" + Self.dictionary(object.entries) + "endobj\n"
        }
        if let packet {
            offsets.append((packet.number, watch.byteCount + body.utf8.count))
            body += "\(packet.number) 0 obj\n<< /Type /Metadata\n   /Subtype /XML\n"
            body += "   /Length \(packet.text.utf8.count)\n>>\nstream\n\(packet.text)\nendstream\nendobj\n"
        }
        let start = watch.byteCount + body.utf8.count
        body += Self.crossReferences(offsets)
        body += "trailer\n" + Self.dictionary(trailer + ["/Prev \(previous)"])
        body += "startxref\n\(start)\n%%EOF\n"
        return Array(body.utf8)
    }

    private static func dictionary(_ entries: [String]) -> String {
        "<< " + entries.joined(separator: "\n   ") + "\n>>\n"
    }

    /// A subsection for each run of numbers; an entry has exactly 20 bytes.
    private static func crossReferences(_ offsets: [(number: Int, offset: Int)]) -> String {
        var text = "xref\n"
        var index = 0
        while index < offsets.count {
            var end = index + 1
            while end < offsets.count, offsets[end].number == offsets[end - 1].number + 1 { end += 1 }
            text += "\(offsets[index].number) \(end - index)\n"
            for entry in offsets[index..<end] {
                let digits = String(entry.offset)
                text += String(repeating: "0", count: max(0, 10 - digits.count)) + digits + " 00000 n \n"
            }
            index = end
        }
        return text
    }

    /// A text string as UTF-16BE in hexadecimal, with its byte order mark: no character needs an escape.
    private static func text(_ text: String) -> String {
        var result = "<FEFF"
        for unit in text.printable.utf16 {
            let digits = String(unit, radix: 16, uppercase: true)
            result += String(repeating: "0", count: 4 - digits.count) + digits
        }
        return result + ">"
    }
}
