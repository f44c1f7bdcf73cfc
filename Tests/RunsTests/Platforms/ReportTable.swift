import Foundation

/// A table of a report as its CSV file says it: cells by the names of their columns.
struct ReportTable {
    let rows: [[String: String]]

    init(csv text: String) {
        var lines = Self.records(text)
        let names = lines.isEmpty ? [] : lines.removeFirst()
        rows = lines.map { Dictionary(zip(names, $0)) { first, _ in first } }
    }

    /// Some columns of each row, between bars; `-` for an empty cell.
    func lines(_ columns: String...) -> [String] { rows.map { Self.line($0, columns) } }

    /// The same of the rows whose column has a value.
    func lines(where column: String, _ value: String, _ columns: String...) -> [String] {
        rows.filter { $0[column] == value }.map { Self.line($0, columns) }
    }

    private static func line(_ row: [String: String], _ columns: [String]) -> String {
        columns.map { row[$0].map { $0.isEmpty ? "-" : $0 } ?? "(no column \($0))" }.joined(separator: "|")
    }

    private static func records(_ text: String) -> [[String]] {
        var (records, record, cell, isQuoted): ([[String]], [String], String, Bool) = ([], [], "", false)
        for character in text {
            switch character {
            case "\"": isQuoted.toggle()
            case "," where !isQuoted:
                record.append(cell)
                cell = ""
            case "\n" where !isQuoted, "\r\n" where !isQuoted:
                records.append(record + [cell])
                (record, cell) = ([], "")
            case "\u{FEFF}": continue
            default: cell.append(character)
            }
        }
        return cell.isEmpty && record.isEmpty ? records : records + [record + [cell]]
    }
}

/// Whether two numbers are the same but for the last digits of doubles; two missing ones are.
func isClose(_ one: String?, _ other: String?) -> Bool {
    let (one, other) = (one ?? "-", other ?? "-")
    guard let a = Double(one), let b = Double(other) else { return one == other || (one.isEmpty && other == "-") }
    return (a - b).magnitude <= 1e-9 * max(1, a.magnitude, b.magnitude)
}
