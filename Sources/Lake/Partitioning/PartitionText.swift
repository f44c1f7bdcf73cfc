internal import CivilTime
internal import Columnar

/// Values of partition columns as texts of the log.
///
/// Source: PROTOCOL.md of the Delta project, "Partition Value Serialization": integers and decimals as they are, dates
/// `2026-10-31`, timestamps `2026-10-31 04:00:00.000000` in UTC or ISO 8601 with `Z`, binary as text of its bytes; the
/// empty text and null are missing values.
enum PartitionText {
    /// What stands for a missing value in the name of a folder.
    static let missing = "__HIVE_DEFAULT_PARTITION__"

    /// A month as text: `2026-10`.
    static func month(_ day: Int32) -> String {
        let (year, month, _) = LocalDate(daysSinceEpoch: day).components
        let digits = String(year)
        return "\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)-\(month < 10 ? "0" : "")\(month)"
    }

    /// A value as text, nil for one that is missing.
    ///
    /// - Throws: `LakeError` (`schema`) for a type whose values cannot divide a table, and for the empty text.
    static func text(_ value: Scalar) throws(LakeError) -> String? {
        switch value {
        case .null: return nil
        case .bool(let value): return value ? "true" : "false"
        case .int(let value): return String(value)
        case .unsigned(let value): return String(value)
        case .decimal(let value): return value.description
        case .date(let value): return LocalDate(daysSinceEpoch: value).description
        case .timestamp(let value):
            let text = Instant(microsecondsSinceEpoch: value).description.dropLast()
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            let fraction = parts.count > 1 ? String(parts[1]) : ""
            let padded = fraction + String(repeating: "0", count: max(0, 6 - fraction.count))
            return parts[0].split(separator: "T").joined(separator: " ") + "." + padded
        case .text(let text):
            guard !text.isEmpty else {
                throw LakeError(.schema, "can't write an empty text into a partition column: Delta has none")
            }
            return text
        case .float, .double, .binary, .list, .structure, .map:
            throw LakeError(.unsupported, "can't divide a table by \(value.kind)")
        }
    }

    /// Reads a value.
    ///
    /// - Throws: `LakeError`: `damaged` for a text that is no value of the type, `unsupported` for a type that is not
    ///   built here.
    static func value(_ text: String?, _ type: LogicalType, column: String) throws(LakeError) -> Scalar {
        guard let text, !text.isEmpty else { return .null }
        func parsed<Value>(_ value: Value?) throws(LakeError) -> Value {
            guard let value else { throw DeltaReader.damaged("a value of partition column '\(column)' is no \(type)") }
            return value
        }
        switch type {
        case .bool: return .bool(try parsed(["true": true, "false": false][text.lowercased()]))
        case .int8: return .int(Int64(try parsed(Int8(text))))
        case .int16: return .int(Int64(try parsed(Int16(text))))
        case .int32: return .int(Int64(try parsed(Int32(text))))
        case .int64: return .int(try parsed(Int64(text)))
        case .float: return .float(try parsed(Float(text)))
        case .double: return .double(try parsed(Double(text)))
        case .decimal(_, let scale):
            let number = try parsed(ExactDecimal(text))
            let rescaled = ExactRange(.decimal(precision: 38, scale: number.scale))
                .flatMap { from in ExactRange(type).flatMap { from.converted(number.unscaled, to: $0) } }
            return .decimal(ExactDecimal(unscaled: try parsed(rescaled), scale: scale))
        case .date: return .date(try parsed(try? LocalDate(parsing: text)).daysSinceEpoch)
        case .timestamp: return .timestamp(try parsed(instant(text)).microsecondsSinceEpoch)
        case .text: return .text(text)
        case .binary: return .binary(Array(text.utf8))
        default: throw LakeError(.unsupported, "can't read the table: it is partitioned by a column of type \(type)")
        }
    }

    private static func instant(_ text: String) -> Instant? {
        if text.contains("T") { return try? Instant(parsing: text) }
        let words = text.split(separator: " ")
        return words.count == 2 ? try? Instant(parsing: "\(words[0])T\(words[1])Z") : nil
    }

    /// The folder of a partition, one name a column, escaped as Hive does.
    static func folder(_ columns: [String], _ values: [String?]) -> [String] {
        zip(columns, values).map { "\(escaped($0))=\($1.map(escaped) ?? missing)" }
    }

    private static func escaped(_ text: String) -> String {
        let special = Set("\"#%'*/:=?\\{[]^\u{7F}".unicodeScalars)
        var result = ""
        for scalar in text.unicodeScalars {
            if scalar.value < 0x20 || special.contains(scalar) {
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result += "%\(digits.count == 1 ? "0" : "")\(digits)"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
