internal import Columnar
package import Formatting
internal import PDFCanvas
package import Report

/// A rendered report, and what was laid out in it.
package struct PDFFile: Sendable {
    package let bytes: [UInt8]
    package let pageCount: Int
    /// The columns that each table shows, in order: a table too wide for its page leaves out its last ones.
    let tables: [[ShownColumn]]

    struct ShownColumn: Sendable {
        let index: Int
        let isWhole: Bool
    }

    init(bytes: [UInt8], pageCount: Int, tables: [[ShownColumn]]) {
        self.bytes = bytes
        self.pageCount = pageCount
        self.tables = tables
    }

    /// Other bytes that are said to be the same report, as they come back from a disk.
    package init(bytes: [UInt8], like file: PDFFile) {
        self.init(bytes: bytes, pageCount: file.pageCount, tables: file.tables)
    }
}

extension PDFRenderer {
    /// Reads a file back and compares it with its document: whose it is and which run, the number of its pages, the
    /// figures of the tiles, and the total of every table to its last digit.
    ///
    /// - Throws: `ArtefactError`.
    package func check(
        _ file: PDFFile, name: String, of document: ReportDocument, formatter: ValueFormatter
    ) throws(ArtefactError) {
        do {
            var reader = try PDFReader(file.bytes)
            try compare(try reader.information(), with: document, name)
            let pages = try reader.pages()
            guard pages.count == file.pageCount, pages.count > 0 else {
                throw ArtefactError(name, "it has \(pages.count) pages, laid out were \(file.pageCount)")
            }
            var waiting = try figures(of: document, file, formatter, name)[...]
            for page in pages where !waiting.isEmpty {
                var rest = try Self.comparable(reader.text(of: page), formatter)[...]
                while let next = waiting.first,
                    let found = next.texts.lazy.compactMap({ rest.firstRange(of: $0) }).first
                {
                    rest = rest[found.upperBound...]
                    waiting.removeFirst()
                }
            }
            if let missing = waiting.first { throw ArtefactError(name, "it does not show \(missing.what)") }
        } catch let error as ArtefactError {
            throw error
        } catch let failure as PDFFailure {
            throw ArtefactError(name, failure.message)
        } catch {
            throw ArtefactError(name, "\(error)")
        }
    }

    private func compare(
        _ information: [String: String], with document: ReportDocument, _ name: String
    ) throws(ArtefactError) {
        let wanted = Self.information(document)
        for (key, value) in [("Title", wanted.title), ("Author", wanted.author), ("Keywords", wanted.keywords)]
        where information[key] != value.printableText {
            throw ArtefactError(
                name, "its \(key.lowercased()) is not the report's: it may be another tenant's or run's")
        }
    }

    /// What pages must show, in order: the figures of the tiles, then the totals of each table from left to right. Each
    /// in the orders in which it may stand there.
    private func figures(
        of document: ReportDocument, _ file: PDFFile, _ formatter: ValueFormatter, _ name: String
    ) throws(ArtefactError) -> [(what: String, texts: [String])] {
        var figures = document.tiles.map { tile in
            (
                what: "a figure of the summary",
                texts: Self.orders(
                    formatter.compact(tile.value, unit: tile.measure.unit, besides: tile.previous), formatter)
            )
        }
        let tables = document.onPages.tables.filter { !$0.rows.isEmpty }
        guard tables.count == file.tables.count else {
            throw ArtefactError(name, "it has \(file.tables.count) of \(tables.count) tables")
        }
        for (table, columns) in zip(tables, file.tables) {
            guard let totals = table.totals else { continue }
            let texts = columns.compactMap { shown -> [String]? in
                guard totals.indices.contains(shown.index), totals[shown.index] != .null else { return nil }
                let text = TableColumnWriter.text(
                    totals[shown.index], table.columns[shown.index], isWhole: shown.isWhole, formatter)
                return Self.orders(text, formatter)
            }
            // Where each stands in one order only, they stand side by side.
            let sure = texts.allSatisfy { $0.count == 1 }
            for texts in sure ? [[texts.joined().joined()]] : texts {
                figures.append((what: "the totals of '\(table.name)'", texts: texts))
            }
        }
        return figures.filter { $0.texts != [""] }
    }

    /// A figure as pages are compared by it. In a language that is written from the right, the numbers of "8 min 4 s" may
    /// stand the other way round (Unicode Standard Annex 9, rule L2).
    private static func orders(_ text: String, _ formatter: ValueFormatter) -> [String] {
        let whole = comparable(text, formatter)
        guard formatter.direction == .rightToLeft else { return [whole] }
        let numbers = text.printableText.unicodeScalars.split { $0.properties.isAlphabetic }
        let turned = numbers.reversed().map { comparable(String($0), formatter) }.joined()
        return whole == turned ? [whole] : [whole, turned]
    }

    /// A text without spaces and marks of direction. Where lines run from the right its letters and signs stand in
    /// another order on the page, digits don't.
    private static func comparable(_ text: String, _ formatter: ValueFormatter) -> String {
        let isRightToLeft = formatter.direction == .rightToLeft
        var result = String.UnicodeScalarView()
        for scalar in text.printableText.unicodeScalars {
            let properties = scalar.properties
            let isDigit = properties.numericType == .decimal
            let isSign = !properties.isWhitespace && properties.generalCategory != .format
            if isRightToLeft ? isDigit : isSign { result.append(scalar) }
        }
        return String(result)
    }
}

extension Page {
    /// The columns of the tables that begin on the page.
    var shownTables: [[PDFFile.ShownColumn]] {
        elements.compactMap { element in
            guard case .table(let slice) = element, slice.rows.lowerBound == 0 else { return nil }
            return slice.layout.columns.map { PDFFile.ShownColumn(index: $0.index, isWhole: $0.isWhole) }
        }
    }
}
