/// Rows under heads, aligned for a terminal.
struct TextTable {
    /// On which side a column's texts are even.
    enum Alignment { case left, right }

    private let heads: [(text: String, alignment: Alignment)]
    private var rows: [[String]] = []

    init(_ heads: [(text: String, alignment: Alignment)]) { self.heads = heads }

    /// Adds a row, one text for each head.
    mutating func add(_ row: [String]) {
        precondition(row.count == heads.count)
        rows.append(row)
    }

    /// The table's lines, without blanks at their ends.
    var lines: [String] {
        let all = [heads.map(\.text)] + rows
        let widths = heads.indices.map { column in all.map { $0[column].columnCount }.max() ?? 0 }
        return all.map { row in
            let cells = row.indices.map { column -> String in
                let blanks = String(repeating: " ", count: widths[column] - row[column].columnCount)
                return heads[column].alignment == .left ? row[column] + blanks : blanks + row[column]
            }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }
}

extension String {
    /// How many columns of a terminal the text takes: East Asian wide characters take two.
    var columnCount: Int {
        reduce(0) { count, character in
            let wide = character.unicodeScalars.first.map(Self.isWide) ?? false
            return count + (wide ? 2 : 1)
        }
    }

    /// The ranges of wide characters that names use: CJK, Hangul, full-width forms, emoji.
    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }
}
