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
        var cells = XMLScanner(try archive.content("xl/worksheets/sheet\(sheet + 1).xml")).cursor("c")
        while let cell = cells.next() {
            guard let (row, column) = Self.place(cell.value(of: "r") ?? []) else {
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
                guard let (_, column) = WorkbookReader.place(cell.value(of: "r") ?? []) else {
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
    fileprivate static func place(_ reference: ArraySlice<UInt8>) -> (row: Int, column: Int)? {
        var (row, column) = (0, 0)
        for byte in reference {
            switch byte {
            case 0x41...0x5A where row == 0 && column < 100_000: column = column * 26 + Int(byte - 0x40)
            case 0x30...0x39 where row < 10_000_000: row = row * 10 + Int(byte - 0x30)
            default: return nil
            }
        }
        guard (1...1_048_576).contains(row), column > 0 else { return nil }
        return (row - 1, column - 1)
    }
}

/// Finds elements of one name in XML that has no comments, no CDATA and no element of that name within another.
///
/// Over bytes: a workbook is read back after every edition, so that this is a good part of making one.
struct XMLScanner {
    private let bytes: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { self.bytes = bytes[...] }

    private init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    /// An element: its attributes as written, and what lies between its tags.
    struct Element {
        fileprivate let head: ArraySlice<UInt8>
        fileprivate let body: ArraySlice<UInt8>

        /// An attribute's value.
        func attribute(_ name: String) -> String? { value(of: name).map(XMLScanner.unescaped) }

        /// An attribute's value as written.
        fileprivate func value(of name: String) -> ArraySlice<UInt8>? {
            let count = name.utf8.count
            var position = head.startIndex
            while let space = head[position...].firstIndex(of: 0x20) {
                let equals = space + 1 + count
                position = space + 1
                guard equals + 1 < head.endIndex else { return nil }
                guard head[equals] == UInt8(ascii: "="), head[equals + 1] == UInt8(ascii: "\""),
                    head[(space + 1)..<equals].elementsEqual(name.utf8)
                else { continue }
                let end = head[(equals + 2)...].firstIndex(of: UInt8(ascii: "\""))
                return end.map { head[(equals + 2)..<$0] }
            }
            return nil
        }

        /// The text of a child.
        func child(_ name: String) -> String? {
            var scanner = XMLScanner(body).cursor(name)
            return scanner.next().map { XMLScanner.unescaped($0.body) }
        }
    }

    /// All elements of a name, in order.
    func elements(_ name: String) -> [Element] {
        var found: [Element] = []
        var cursor = cursor(name)
        while let element = cursor.next() { found.append(element) }
        return found
    }

    /// The elements of a name, one after the other.
    func cursor(_ name: String) -> Cursor { Cursor(bytes: bytes, name: Array(name.utf8), position: bytes.startIndex) }

    /// Where a search for elements stands.
    struct Cursor {
        fileprivate let bytes: ArraySlice<UInt8>
        fileprivate let name: [UInt8]
        fileprivate var position: Int

        /// The next element; nil behind the last.
        mutating func next() -> Element? {
            while let start = tag(from: position, isClosing: false) {
                let behind = start + 1 + name.count
                position = behind
                // `<c` also begins `<cols`.
                guard behind < bytes.endIndex,
                    bytes[behind] == 0x20 || bytes[behind] == 0x3E || bytes[behind] == 0x2F,
                    let end = bytes[behind...].firstIndex(of: UInt8(ascii: ">"))
                else { continue }
                let isEmpty = bytes[end - 1] == UInt8(ascii: "/")
                let head = bytes[behind..<(isEmpty ? end - 1 : end)]
                guard !isEmpty, let close = tag(from: end + 1, isClosing: true) else {
                    position = end + 1
                    return Element(head: head, body: [])
                }
                position = close + name.count + 3
                return Element(head: head, body: bytes[(end + 1)..<close])
            }
            return nil
        }

        /// The place of the next `<name`, or of the next `</name>`.
        private func tag(from start: Int, isClosing: Bool) -> Int? {
            let length = name.count + (isClosing ? 3 : 1)
            var position = start
            while position + length <= bytes.endIndex,
                let first = bytes[position...].firstIndex(of: UInt8(ascii: "<")), first + length <= bytes.endIndex
            {
                let word = first + (isClosing ? 2 : 1)
                position = first + 1
                guard bytes[word..<(word + name.count)].elementsEqual(name) else { continue }
                if !isClosing { return first }
                if bytes[first + 1] == UInt8(ascii: "/"), bytes[word + name.count] == UInt8(ascii: ">") { return first }
            }
            return nil
        }
    }

    /// The text of bytes: entities, line ends and the escapes of cells (`_x000D_`) resolved.
    static func unescaped(_ bytes: ArraySlice<UInt8>) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        let isPlain = !bytes.contains { $0 == UInt8(ascii: "&") || $0 == UInt8(ascii: "_") }
        return isPlain ? text : unescaped(text)
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
        guard text.utf8.contains(UInt8(ascii: "_")) else { return text }
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
