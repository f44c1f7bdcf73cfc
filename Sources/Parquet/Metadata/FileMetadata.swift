/// The footer of a Parquet file. Field numbers are those of `parquet.thrift`.
package struct ParquetFileMetadata: Sendable {
    /// Rows of the whole file.
    package internal(set) var rowCount: Int64 = 0
    /// Who wrote it.
    package internal(set) var createdBy: String?
    /// What the writer noted, in its order.
    package internal(set) var keyValues: [(key: String, value: String)] = []
    /// The row groups.
    package internal(set) var rowGroups: [RowGroupMetadata] = []
    var elements: [SchemaElement] = []
    /// For each leaf, whether the bounds of its statistics are in the order of its type; empty where nothing is said.
    var columnOrders: [Bool] = []
    /// How the file is encrypted, where the footer is signed and not encrypted.
    var encryption: EncryptionAlgorithm?
    var footerSigningKeyMetadata: [UInt8]?

    /// What the writer noted under a key.
    package subscript(key: String) -> String? { keyValues.first { $0.key == key }?.value }
}

/// Rows that lie together, column chunk by column chunk.
package struct RowGroupMetadata: Sendable {
    /// Its rows.
    package internal(set) var rowCount: Int64 = 0
    /// Its column chunks, in the schema's order.
    package internal(set) var columns: [ColumnChunkMetadata] = []
    var totalByteSize: Int64 = 0
    /// Its number, which only encrypted files need.
    var ordinal: Int16?
    /// How its rows are sorted: by the first of these columns, then by the second; empty where nothing is said.
    var sorting: [SortingColumn] = []
}

/// The values of one column in one row group.
package struct ColumnChunkMetadata: Sendable {
    var type: Int32 = 0
    var encodings: [Int32] = []
    var path: [String] = []
    var codec: Int32 = 0
    /// Values, missing ones included.
    package internal(set) var valueCount: Int64 = 0
    /// Bytes of all pages with their headers, before compression.
    package internal(set) var uncompressedByteCount: Int64 = 0
    /// Bytes in the file.
    package internal(set) var compressedByteCount: Int64 = 0
    var dataPageOffset: Int64 = 0
    var dictionaryPageOffset: Int64?
    var statistics: RawStatistics?
    /// Where its page index lies, and its bloom filter.
    package internal(set) var offsetIndex: Place?
    package internal(set) var columnIndex: Place?
    package internal(set) var bloomFilter: Place?

    /// A part of the file.
    package struct Place: Sendable, Equatable {
        /// In bytes from the file's start.
        package internal(set) var offset: Int64 = 0
        /// 0 where it is not said.
        package internal(set) var byteCount: Int32 = 0
    }

    /// Which key the chunk is encrypted with, nil where it is not.
    var crypto: ColumnCrypto?
    /// The fields above as an encrypted module.
    var encryptedMetadata: [UInt8]?
    /// Whether the fields above are written only as that module.
    var isSealed = false
    /// Why the chunk can't be read, where its key is not there.
    var failure: ParquetError?
}

/// A column that rows are sorted by.
struct SortingColumn: Sendable, Equatable {
    /// The number of the leaf.
    var leaf: Int32 = 0
    var isDescending = false
    /// Whether missing values come first.
    var nullsFirst = false
}

/// Statistics as they lie in the file.
struct RawStatistics: Sendable {
    var minimum: [UInt8]?
    var maximum: [UInt8]?
    var nullCount: Int64?
    var isExact = true
    /// Bounds as they were written before 2017, compared as signed whatever the type is.
    var oldMinimum: [UInt8]?
    var oldMaximum: [UInt8]?
    /// Whether the file says of a bound that it is a value, and not only next to one.
    var claimsExactMinimum = false
    var claimsExactMaximum = false
}

/// A node of the schema tree.
struct SchemaElement: Sendable {
    var type: Int32?
    var typeLength: Int32?
    var repetition: Int32?
    var name = ""
    var childCount: Int32?
    var convertedType: Int32?
    var scale: Int32?
    var precision: Int32?
    var logical: LogicalAnnotation?
}

/// The annotations that this reader knows.
enum LogicalAnnotation: Sendable, Equatable {
    case string, json, date, uuid
    case list, map, enumeration, bson, float16
    /// A column that holds nothing but missing values.
    case null
    case time(isUTC: Bool, unit: Int16)
    case decimal(scale: Int32, precision: Int32)
    case timestamp(isUTC: Bool, unit: Int16)
    case integer(bitWidth: Int8, isSigned: Bool)
    case other(Int16)
}

/// Physical types of `parquet.thrift`.
enum FileType {
    static let boolean: Int32 = 0
    static let int32: Int32 = 1
    static let int64: Int32 = 2
    static let int96: Int32 = 3
    static let float: Int32 = 4
    static let double: Int32 = 5
    static let byteArray: Int32 = 6
    static let fixedByteArray: Int32 = 7
}

/// Encodings of `parquet.thrift`.
enum FileEncoding {
    static let plain: Int32 = 0
    static let plainDictionary: Int32 = 2
    static let rle: Int32 = 3
    static let bitPacked: Int32 = 4
    static let deltaBinaryPacked: Int32 = 5
    static let deltaLengthByteArray: Int32 = 6
    static let deltaByteArray: Int32 = 7
    static let rleDictionary: Int32 = 8
    static let byteStreamSplit: Int32 = 9

    /// Whether values are codes of a dictionary, under the old name or the new one.
    static func isDictionary(_ encoding: Int32) -> Bool { encoding == plainDictionary || encoding == rleDictionary }
}

/// Codecs of `parquet.thrift`.
enum FileCodec {
    static let none: Int32 = 0
    static let snappy: Int32 = 1
    static let gzip: Int32 = 2
    static let brotli: Int32 = 4
    /// LZ4 as Hadoop frames it.
    static let lz4: Int32 = 5
    static let zstd: Int32 = 6
    static let lz4Raw: Int32 = 7
}
