internal import CivilTime
package import Columnar
package import Effects
internal import Kernels
package import Parquet
package import SystemPackage

/// A table of one CSV file (RFC 4180): the first line names the columns, and what all values of a column are decides its
/// type: boolean, bigint, decimal, double, date, timestamptz, or else text. An empty field is NULL, `""` the empty text.
package struct CSVTable: TableSource {
    package let name: String
    package let schema: Schema
    private let batches: [ColumnBatch]

    private static let batchRowCount = 1 << 16
    /// A file is read whole; larger ones belong into Parquet.
    package static let byteCountMax: Int64 = 1 << 30

    /// Reads the file.
    /// - Throws: `FileError`; `QueryError` where a line has another number of fields or a quote is not closed.
    package init(name: String, file: FilePath, store: any FileStore) throws {
        self.name = name
        let bytes = try store.contents(of: file, limit: Self.byteCountMax)
        var reader = CSVReader(bytes)
        guard let names = try reader.record(), !names.isEmpty else {
            throw QueryError(.input, "'\(file)' has no line with the names of its columns")
        }
        var fields = [[String?]](repeating: [], count: names.count)
        while let record = try reader.record() {
            guard record.count == names.count else {
                throw QueryError(
                    .input,
                    "line \(reader.line) of '\(file)' has \(record.count) fields, where the first has \(names.count)")
            }
            for index in record.indices { fields[index].append(record[index]) }
        }
        let types = fields.map(Self.type)
        schema = Schema(zip(names, types).map { Field($0.0 ?? "", $0.1) })
        var columns: [Column] = []
        for (values, type) in zip(fields, types) {
            let texts = try Column.make(.text, values.map { $0.map(Scalar.text) ?? .null })
            columns.append(type == .text ? texts : try Casting(zone: .utc, isTry: false).cast(texts, to: type))
        }
        let whole = try ColumnBatch(schema: schema, columns: columns, rowCount: fields.first?.count ?? 0)
        batches = stride(from: 0, to: whole.rowCount, by: Self.batchRowCount).map {
            whole.slice($0..<min(whole.rowCount, $0 + Self.batchRowCount))
        }
    }

    package var rowCount: Int64? { batches.reduce(0) { $0 + Int64($1.rowCount) } }
    package var partCount: Int { batches.count }

    package func readPart(
        _ index: Int, columns: [String], where predicate: ScanPredicate?, meter: ScanMeter,
        _ body: (ColumnBatch) throws -> Void
    ) throws {
        try body(try batches[index].selecting(columns))
    }

    /// The narrowest type that every value is text of, as our own writer writes it.
    private static func type(_ values: [String?]) -> LogicalType {
        let present = values.compactMap { $0 }
        guard !present.isEmpty else { return .text }
        if present.allSatisfy({ $0 == "true" || $0 == "false" }) { return .bool }
        if present.allSatisfy({ isInteger($0) && Int64($0) != nil }) { return .int64 }
        if let type = decimal(present) { return type }
        if present.allSatisfy(isDouble) { return .double }
        for type in [LogicalType.date, .timestamp] where isAll(present, type) { return type }
        return .text
    }

    private static func isInteger(_ text: String) -> Bool {
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        // Numbers with zeros in front are codes.
        return !digits.isEmpty && digits.utf8.allSatisfy { (48...57).contains($0) }
            && (digits.count == 1 || !digits.hasPrefix("0"))
    }

    /// Decimals of one scale, as money is written.
    private static func decimal(_ values: [String]) -> LogicalType? {
        var scale: Int?
        var whole = 1
        for value in values {
            let parts = value.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 2, isInteger(String(parts[0])) || parts[0] == "-0", !parts[1].isEmpty,
                parts[1].utf8.allSatisfy({ (48...57).contains($0) }), scale == nil || scale == parts[1].count
            else { return nil }
            scale = parts[1].count
            whole = max(whole, parts[0].count)
        }
        guard let scale, whole + scale <= 38 else { return nil }
        return .decimal(precision: min(38, max(18, whole + scale)), scale: scale)
    }

    private static func isDouble(_ text: String) -> Bool {
        if ["NaN", "Infinity", "-Infinity"].contains(text) { return true }
        guard let first = text.utf8.first, first == 45 || (48...57).contains(first) else { return false }
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        let isCode = digits.count > 1 && digits.hasPrefix("0") && !digits.hasPrefix("0.")
        return !isCode && text.utf8.allSatisfy { (48...57).contains($0) || [43, 45, 46, 69, 101].contains($0) }
            && Double(text) != nil
    }

    private static func isAll(_ values: [String], _ type: LogicalType) -> Bool {
        guard values.allSatisfy({ $0.utf8.first.map { (48...57).contains($0) } ?? false }),
            values.allSatisfy({ type == .date ? $0.utf8.count == 10 : $0.utf8.count > 10 }),
            let texts = try? Column.make(.text, values.map { .text($0) }),
            let made = try? Casting(zone: .utc, isTry: true).cast(texts, to: type)
        else { return false }
        return made.nullCount == 0
    }
}

/// Cuts CSV into records.
struct CSVReader {
    private let bytes: [UInt8]
    private var position = 0
    /// The line that was read last, from 1.
    private(set) var line = 0
    private var nextLine = 1

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// The next record's fields; nil behind the last. Empty lines are passed over.
    mutating func record() throws(QueryError) -> [String?]? {
        while position < bytes.count, bytes[position] == 10 || bytes[position] == 13 {
            if bytes[position] == 10 { nextLine += 1 }
            position += 1
        }
        guard position < bytes.count else { return nil }
        line = nextLine
        var fields: [String?] = []
        while true {
            fields.append(try field())
            guard position < bytes.count, bytes[position] == UInt8(ascii: ",") else { break }
            position += 1
        }
        if position < bytes.count, bytes[position] == 13 { position += 1 }
        if position < bytes.count, bytes[position] == 10 {
            position += 1
            nextLine += 1
        }
        return fields
    }

    private mutating func field() throws(QueryError) -> String? {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
            let start = position
            while position < bytes.count, ![10, 13, UInt8(ascii: ",")].contains(bytes[position]) { position += 1 }
            return start == position ? nil : String(decoding: bytes[start..<position], as: UTF8.self)
        }
        position += 1
        var content: [UInt8] = []
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "\"") {
                position += 1
                guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
                    return String(decoding: content, as: UTF8.self)
                }
            }
            if bytes[position] == 10 { nextLine += 1 }
            content.append(bytes[position])
            position += 1
        }
        throw QueryError(.input, "a quoted field that begins on line \(line) is not closed")
    }
}
