internal import Columnar
internal import Cryptography
internal import PostgresCopy

/// Takes personal data out of batches before anything else sees them.
///
/// | rule | of | becomes |
/// | --- | --- | --- |
/// | mask | text | `***` |
/// | mask | all else | missing |
/// | pseudonymise | text, binary, uuid, whole numbers | 32 hexadecimal digits: the first half of the HMAC-SHA-256 of the value's text under the tenant's key |
///
/// What is missing stays missing. A pseudonym of half the code's length still means that two values of one tenant meet
/// with a probability of 10^-20 among a thousand million.
struct PersonalDataFilter: ~Copyable {
    private enum Rule { case keep, mask, pseudonymise }

    /// The columns after the filter.
    let schema: Schema
    /// Whether batches stay as they are.
    let isEmpty: Bool
    private let rules: [Rule]
    private var authenticator: MessageAuthenticator?
    private var known = KnownDictionaries()

    /// The pseudonyms of the dictionaries seen last: batches that follow each other share theirs.
    private struct KnownDictionaries {
        var sources: [Int: BytesDictionary] = [:]
        var results: [Int: BytesDictionary] = [:]
    }

    /// - Parameters:
    ///   - names: the columns' names at the source, in the order of the schema.
    ///   - key: nil where the project has none.
    /// - Throws: `PostgresError.undeclaredType` for a type that has no pseudonyms, and where there is no key.
    init(_ dataset: Dataset, _ schema: Schema, names: [String], key: PersonalDataKey?) throws {
        let rules = names.map { Self.rule(dataset.columns[$0]?.personalData) }
        var fields: [Field] = []
        for (field, rule) in zip(schema.fields, rules) { fields.append(try Self.field(field, rule)) }
        let authenticator = rules.contains(.pseudonymise) ? try Self.authenticator(key) : nil
        self.rules = rules
        isEmpty = rules.allSatisfy { $0 == .keep }
        self.schema = Schema(fields)
        self.authenticator = authenticator
    }

    private static func rule(_ word: Dataset.PersonalData?) -> Rule {
        switch word {
        case .mask: .mask
        case .pseudonymise: .pseudonymise
        case nil, .keep, .drop: .keep
        }
    }

    private static func authenticator(_ key: PersonalDataKey?) throws -> MessageAuthenticator {
        guard let key else {
            throw PostgresError(
                .undeclaredType, "columns are to be pseudonymised, but the project has no secret for it",
                hint: "keys: { pseudonyms: env:NAME } in almanac.yaml; a good one: openssl rand -hex 32")
        }
        return try MessageAuthenticator(key: key.bytes)
    }

    private static func field(_ field: Field, _ rule: Rule) throws -> Field {
        switch rule {
        case .keep: return field
        case .mask:
            return Field(
                field.name, field.type, isNullable: field.isNullable || field.type != .text,
                metadata: field.metadata.merging(["almanac.pii": "mask"]) { $1 })
        case .pseudonymise:
            switch field.type {
            case .text, .binary, .uuid, .json, .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64: break
            default:
                throw PostgresError(
                    .undeclaredType, "column '\(field.name)' is \(field.type), which has no pseudonyms",
                    hint: "use pii: drop or mask, or declare it as text")
            }
            return Field(
                field.name, .text, isNullable: field.isNullable,
                metadata: field.metadata.merging(["almanac.pii": "pseudonymise"]) { $1 })
        }
    }

    /// A batch without personal data.
    mutating func apply(_ batch: ColumnBatch) throws -> ColumnBatch {
        if isEmpty { return batch }
        var columns = batch.columns
        for index in columns.indices {
            switch rules[index] {
            case .keep: break
            case .mask: columns[index] = try Self.masked(columns[index], schema.fields[index])
            case .pseudonymise: columns[index] = try pseudonymised(columns[index], index)
            }
        }
        return try ColumnBatch(schema: schema, columns: columns, rowCount: batch.rowCount)
    }

    private static func masked(_ column: Column, _ field: Field) throws -> Column {
        guard field.type == .text else {
            var nothing = ColumnBuilder(field)
            for _ in 0..<column.rowCount { try nothing.append(.null) }
            return try nothing.finish()
        }
        var builder = BytesBuilder()
        _ = builder.append("***")
        let codes = Buffer([UInt32](repeating: 0, count: column.rowCount))
        return Column(
            .text, validity: column.validity, .dictionary(codes: codes, BytesDictionary(builder.finish().values)))
    }

    // MARK: Pseudonyms

    private mutating func pseudonymised(_ column: Column, _ index: Int) throws -> Column {
        switch column.values {
        case .dictionary(let codes, let dictionary):
            if let source = known.sources[index], source === dictionary, let result = known.results[index] {
                return Column(.text, validity: column.validity, .dictionary(codes: codes, result))
            }
            let result = BytesDictionary(try pseudonyms(of: dictionary.values, validity: nil))
            known.sources[index] = dictionary
            known.results[index] = result
            return Column(.text, validity: column.validity, .dictionary(codes: codes, result))
        case .bytes(let buffer):
            return Column(
                .text, validity: column.validity, .bytes(try pseudonyms(of: buffer, validity: column.validity)))
        default:
            var texts = BytesBuilder()
            for row in 0..<column.rowCount { _ = texts.append(Self.text(column.scalar(row))) }
            return Column(
                .text, validity: column.validity,
                .bytes(try pseudonyms(of: texts.finish().values, validity: column.validity)))
        }
    }

    private static func text(_ value: Scalar) -> String {
        switch value {
        case .int(let number): String(number)
        case .unsigned(let number): String(number)
        default: ""
        }
    }

    private mutating func pseudonyms(of buffer: BytesBuffer, validity: Bitmap?) throws -> BytesBuffer {
        var texts = BytesBuilder()
        let bytes = buffer.bytes
        for row in 0..<buffer.count {
            var text: [UInt8] = []
            if validity?[row] != false {
                let message = bytes.slice(buffer.range(row))
                guard let code = try authenticator?.code(of: message.span) else { continue }
                text = Self.hexadecimal(code.prefix(16))
            }
            guard texts.append(text.span) else {
                throw PostgresError(.other, "a batch has more than 2 GiB of pseudonyms")
            }
        }
        return texts.finish().values
    }

    private static func hexadecimal(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }
}
