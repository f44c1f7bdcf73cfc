/// A field of a CSV file: quotes make the difference between an empty text and a missing value.
package struct CSVField: Sendable, Hashable {
    /// Its text, quotes resolved.
    package let text: String
    /// Whether it stood in quotes.
    package let isQuoted: Bool

    /// Whether the value is missing.
    package var isNull: Bool { text.isEmpty && !isQuoted }
}

/// Why a text is no CSV of ours, and in which line.
package struct CSVError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    package let message: String
    /// The record, from 1, the head being the first.
    package let record: Int

    package var description: String { "the CSV file can't be read: \(message) in record \(record)" }
}

/// Reads back what `CSVRenderer` writes: strict RFC 4180, records of equal length, LF or CRLF.
package enum CSVReader {
    /// All records, the head first.
    package static func records(
        _ bytes: [UInt8], delimiter: UInt8 = UInt8(ascii: ",")
    ) throws(CSVError) -> [[CSVField]] {
        var rest = bytes[...]
        if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
        var records: [[CSVField]] = []
        while !rest.isEmpty {
            var record: [CSVField] = []
            repeat {
                record.append(try field(&rest, records.count + 1, delimiter))
            } while take(delimiter, &rest)
            _ = take(0x0D, &rest)
            guard take(0x0A, &rest) else { throw CSVError(message: "no line end", record: records.count + 1) }
            guard record.count == records.first?.count ?? record.count else {
                throw CSVError(message: "\(record.count) fields", record: records.count + 1)
            }
            records.append(record)
        }
        return records
    }

    private static func field(
        _ rest: inout ArraySlice<UInt8>, _ record: Int, _ delimiter: UInt8
    ) throws(CSVError) -> CSVField {
        let quote = UInt8(ascii: "\"")
        guard rest.first == quote else {
            let end = rest.firstIndex { $0 == delimiter || $0 == 0x0A || $0 == 0x0D } ?? rest.endIndex
            let content = rest[..<end]
            guard !content.contains(quote) else { throw CSVError(message: "a quote within a field", record: record) }
            rest = rest[end...]
            return CSVField(text: String(decoding: content, as: UTF8.self), isQuoted: false)
        }
        var content: [UInt8] = []
        rest.removeFirst()
        while let byte = rest.popFirst() {
            guard byte == quote else {
                content.append(byte)
                continue
            }
            guard rest.first == quote else {
                return CSVField(text: String(decoding: content, as: UTF8.self), isQuoted: true)
            }
            rest.removeFirst()
            content.append(quote)
        }
        throw CSVError(message: "a quote is not closed", record: record)
    }

    private static func take(_ byte: UInt8, _ rest: inout ArraySlice<UInt8>) -> Bool {
        guard rest.first == byte else { return false }
        rest.removeFirst()
        return true
    }
}
