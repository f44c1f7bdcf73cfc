/// Reads back the cells of a workbook that libxlsxwriter wrote: enough of ECMA-376 to compare it with its document.
struct WorkbookReader {
    /// What a cell holds.
    enum Cell: Equatable {
        case empty
        case number(Double)
        case truth(Bool)
        case text(String)
    }

    private let archive: ZipReader
    private let sharedTexts: [String]
    /// The names of the sheets, in order.
    let sheetNames: [String]

    init(_ bytes: [UInt8]) throws(ZipReader.Failure) {
        archive = try ZipReader(bytes)
        sheetNames = XMLScanner(try archive.content("xl/workbook.xml")).elements("sheet")
            .map { $0.attribute("name") ?? "" }
        // A workbook without texts has no list of them; one in constant memory keeps them in the cells.
        let texts = try? archive.content("xl/sharedStrings.xml")
        sharedTexts = texts.map { XMLScanner($0).elements("si").map { $0.child("t") ?? "" } } ?? []
    }

    /// The rows of a sheet, each of `columns` cells; rows that are not there are empty.
    func rows(sheet: Int, columns: Int) throws(ZipReader.Failure) -> [[Cell]] {
        var rows: [[Cell]] = []
        for cell in XMLScanner(try archive.content("xl/worksheets/sheet\(sheet + 1).xml")).elements("c") {
            guard let (row, column) = Self.place(cell.attribute("r") ?? "") else {
                throw ZipReader.Failure(message: "a cell has no place")
            }
            while rows.count <= row { rows.append(Array(repeating: .empty, count: columns)) }
            if column < columns { rows[row][column] = try content(cell) }
        }
        return rows
    }

    /// The rows of a large sheet: how many, and the cells of the last when they are asked for.
    struct RowCount {
        /// How many rows are written.
        let count: Int
        fileprivate let reader: WorkbookReader
        fileprivate let lastRow: [UInt8]

        /// The cells of the last row.
        func last(_ columns: Int) throws(ZipReader.Failure) -> [Cell] {
            var cells = [Cell](repeating: .empty, count: columns)
            for cell in XMLScanner(lastRow).elements("c") {
                guard let (_, column) = WorkbookReader.place(cell.attribute("r") ?? "") else {
                    throw ZipReader.Failure(message: "a cell has no place")
                }
                if column < columns { cells[column] = try reader.content(cell) }
            }
            return cells
        }
    }

    /// Counts the rows of a sheet.
    func rowCount(sheet: Int) throws(ZipReader.Failure) -> RowCount {
        let bytes = try archive.content("xl/worksheets/sheet\(sheet + 1).xml")
        let opening = Array("<row ".utf8)
        var (count, start) = (0, 0)
        var index = 0
        // `<` never stands within a text: there it is an entity.
        while index + opening.count <= bytes.count {
            if bytes[index] == opening[0], bytes[index..<index + opening.count].elementsEqual(opening) {
                count += 1
                start = index
                index += opening.count
            } else {
                index += 1
            }
        }
        return RowCount(count: count, reader: self, lastRow: count == 0 ? [] : Array(bytes[start...]))
    }

    /// The text of a property of ours.
    func property(_ name: String) throws(ZipReader.Failure) -> String? {
        XMLScanner(try archive.content("docProps/custom.xml")).elements("property")
            .first { $0.attribute("name") == name }?.child("vt:lpwstr")
    }

    fileprivate func content(_ cell: XMLScanner.Element) throws(ZipReader.Failure) -> Cell {
        let value = cell.child("v")
        switch cell.attribute("t") {
        case "s":
            guard let index = value.flatMap({ Int($0) }), sharedTexts.indices.contains(index) else {
                throw ZipReader.Failure(message: "a text is missing")
            }
            return .text(sharedTexts[index])
        case "inlineStr": return .text(cell.child("t") ?? "")
        case "b": return .truth(value == "1")
        default:
            guard let value else { return .empty }
            guard let number = Double(value) else { throw ZipReader.Failure(message: "a number is none") }
            return .number(number)
        }
    }

    /// `AB12` as row and column from 0.
    fileprivate static func place(_ reference: String) -> (row: Int, column: Int)? {
        var column = 0
        var digits = reference.utf8[...]
        while let letter = digits.first, (0x41...0x5A).contains(letter), column < 100_000 {
            column = column * 26 + Int(letter - 0x40)
            digits.removeFirst()
        }
        guard let row = Int(String(digits) ?? ""), (1...1_048_576).contains(row), column > 0 else { return nil }
        return (row - 1, column - 1)
    }
}

/// Finds elements of one name in XML that has no comments, no CDATA and no element of that name within another.
struct XMLScanner {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// An element: its attributes as written, and what lies between its tags.
    struct Element {
        fileprivate let head: String
        fileprivate let body: ArraySlice<UInt8>

        /// An attribute's value.
        func attribute(_ name: String) -> String? {
            guard let start = head.firstRange(of: " \(name)=\"")?.upperBound,
                let end = head[start...].firstIndex(of: "\"")
            else { return nil }
            return XMLScanner.unescaped(String(head[start..<end]))
        }

        /// The text of a child.
        func child(_ name: String) -> String? {
            XMLScanner(Array(body)).elements(name).first.map {
                XMLScanner.unescaped(String(decoding: $0.body, as: UTF8.self))
            }
        }
    }

    /// All elements of a name, in order.
    func elements(_ name: String) -> [Element] {
        let opening = Array("<\(name)".utf8)
        let closing = Array("</\(name)>".utf8)
        var found: [Element] = []
        var position = 0
        while let start = find(opening, from: position) {
            let behind = start + opening.count
            position = behind
            // `<c` also begins `<cols`.
            guard behind < bytes.count, bytes[behind] == 0x20 || bytes[behind] == 0x3E || bytes[behind] == 0x2F,
                let end = bytes[behind...].firstIndex(of: UInt8(ascii: ">"))
            else { continue }
            let isEmpty = bytes[end - 1] == UInt8(ascii: "/")
            let head = String(decoding: bytes[behind..<(isEmpty ? end - 1 : end)], as: UTF8.self)
            guard !isEmpty, let close = find(closing, from: end + 1) else {
                found.append(Element(head: head, body: []))
                position = end + 1
                continue
            }
            found.append(Element(head: head, body: bytes[(end + 1)..<close]))
            position = close + closing.count
        }
        return found
    }

    private func find(_ pattern: [UInt8], from start: Int) -> Int? {
        var position = start
        while position + pattern.count <= bytes.count {
            guard let first = bytes[position...].firstIndex(of: pattern[0]) else { return nil }
            guard first + pattern.count <= bytes.count else { return nil }
            if bytes[first..<first + pattern.count].elementsEqual(pattern) { return first }
            position = first + 1
        }
        return nil
    }

    /// Entities, line ends and the escapes of cells (`_x000D_`) resolved.
    static func unescaped(_ text: String) -> String {
        var result = text
        if result.contains("&") {
            for (entity, character) in [
                ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#xA;", "\n"),
            ] {
                result = result.replacing(entity, with: character)
            }
            result = result.replacing("&amp;", with: "&")
        }
        return withoutCellEscapes(result)
    }

    /// `_x0041_` as the character that it stands for.
    static func withoutCellEscapes(_ text: String) -> String {
        guard text.contains("_x") else { return text }
        let scalars = Array(text.unicodeScalars)
        var result = String.UnicodeScalarView()
        var index = 0
        while index < scalars.count {
            if index + 6 < scalars.count, scalars[index] == "_", scalars[index + 1] == "x", scalars[index + 6] == "_",
                let code = UInt32(String(String.UnicodeScalarView(scalars[(index + 2)..<(index + 6)])), radix: 16),
                let scalar = Unicode.Scalar(code)
            {
                result.append(scalar)
                index += 7
            } else {
                result.append(scalars[index])
                index += 1
            }
        }
        return String(result)
    }
}
