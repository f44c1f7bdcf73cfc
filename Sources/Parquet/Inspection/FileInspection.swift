internal import Columnar

/// What a file's footer says of one of its columns, over all row groups.
package struct ColumnInspection: Sendable {
    /// The leaf's path, joined by dots.
    package internal(set) var column = ""
    /// The physical type, by the format's name.
    package internal(set) var physicalType = ""
    package internal(set) var codecs: [String] = []
    /// By the format's names; levels are RLE wherever there are some.
    package internal(set) var encodings: [String] = []
    /// Why the values are encoded so: what our writer noted of its last decision, else what the encodings mean.
    package internal(set) var reason = ""
    /// Values, missing ones included.
    package internal(set) var valueCount: Int64 = 0
    /// Nil where it is not said for every row group.
    package internal(set) var nullCount: Int64? = 0
    package internal(set) var compressedByteCount: Int64 = 0
    package internal(set) var uncompressedByteCount: Int64 = 0
    /// Row groups with bounds that readers may believe.
    package internal(set) var boundedRowGroupCount = 0
    package internal(set) var columnIndexCount = 0
    package internal(set) var offsetIndexCount = 0
    package internal(set) var bloomFilterCount = 0
    /// The row groups in all.
    package internal(set) var rowGroupCount = 0
    /// Its place in the order that the rows are sorted by, from 1; nil where it has none in some row group.
    package internal(set) var sortingPosition: Int?
    package internal(set) var isSortedDescending = false
    /// Whether its chunks are encrypted.
    package internal(set) var isEncrypted = false
}

extension ParquetFileReader {
    /// What the footer says of each leaf, in the file's order. Reads nothing more.
    package func inspection() -> [ColumnInspection] {
        tree.leaves.indices.map { leaf in
            var result = ColumnInspection()
            result.column = tree.leaves[leaf].name
            result.physicalType = FormatName.type(tree.leaves[leaf].type)
            result.rowGroupCount = metadata.rowGroups.count
            var encodings: Set<Int32> = []
            var codecs: Set<Int32> = []
            var hasDictionary = false
            for group in metadata.rowGroups {
                let chunk = group.columns[leaf]
                encodings.formUnion(chunk.encodings)
                codecs.insert(chunk.codec)
                hasDictionary = hasDictionary || chunk.dictionaryPageOffset != nil
                add(chunk, group, leaf, to: &result)
            }
            result.codecs = codecs.sorted().map(FormatName.codec)
            result.encodings = encodings.sorted().map(FormatName.encoding)
            // Our writer notes what it tried; of other files only what the encodings mean can be said.
            let noted = metadata[EncodingChoice.keyPrefix + tree.leaves[leaf].name]
            result.reason = noted ?? FormatName.reason(encodings, tree.leaves[leaf], hasDictionary: hasDictionary)
            if let places = sortingPlaces(leaf) { (result.sortingPosition, result.isSortedDescending) = places }
            return result
        }
    }

    private func add(
        _ chunk: ColumnChunkMetadata, _ group: RowGroupMetadata, _ leaf: Int, to result: inout ColumnInspection
    ) {
        result.valueCount = result.valueCount.addingReportingOverflow(chunk.valueCount).partialValue
        result.compressedByteCount =
            result.compressedByteCount.addingReportingOverflow(chunk.compressedByteCount).partialValue
        result.uncompressedByteCount =
            result.uncompressedByteCount.addingReportingOverflow(chunk.uncompressedByteCount).partialValue
        result.nullCount = chunk.statistics?.nullCount.flatMap { nulls in
            result.nullCount.map { $0.addingReportingOverflow(nulls).partialValue }
        }
        let facts = ColumnFacts(
            chunk.statistics, tree.leaves[leaf], rowCount: group.rowCount, metadata.trust(ofLeaf: leaf))
        if facts.bounds != nil { result.boundedRowGroupCount += 1 }
        if chunk.columnIndex != nil { result.columnIndexCount += 1 }
        if chunk.offsetIndex != nil { result.offsetIndexCount += 1 }
        if chunk.bloomFilter != nil { result.bloomFilterCount += 1 }
        result.isEncrypted = result.isEncrypted || chunk.crypto != nil
    }

    /// The place of a leaf in the sorting that all row groups share.
    private func sortingPlaces(_ leaf: Int) -> (Int, Bool)? {
        guard let first = metadata.rowGroups.first?.sorting,
            metadata.rowGroups.allSatisfy({ $0.sorting == first }),
            let position = first.firstIndex(where: { Int($0.leaf) == leaf })
        else { return nil }
        return (position + 1, first[position].isDescending)
    }
}

/// Names of `parquet.thrift`.
enum FormatName {
    static func type(_ type: Int32) -> String {
        let names = [
            "BOOLEAN", "INT32", "INT64", "INT96", "FLOAT", "DOUBLE", "BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY",
        ]
        return names.indices.contains(Int(type)) ? names[Int(type)] : "type \(type)"
    }

    static func codec(_ codec: Int32) -> String {
        let names = ["UNCOMPRESSED", "SNAPPY", "GZIP", "LZO", "BROTLI", "LZ4", "ZSTD", "LZ4_RAW"]
        return names.indices.contains(Int(codec)) ? names[Int(codec)] : "codec \(codec)"
    }

    static func encoding(_ encoding: Int32) -> String {
        let names = [
            "PLAIN", "1", "PLAIN_DICTIONARY", "RLE", "BIT_PACKED", "DELTA_BINARY_PACKED", "DELTA_LENGTH_BYTE_ARRAY",
            "DELTA_BYTE_ARRAY", "RLE_DICTIONARY", "BYTE_STREAM_SPLIT",
        ]
        return names.indices.contains(Int(encoding)) ? names[Int(encoding)] : "encoding \(encoding)"
    }

    /// What a writer finds in values for which it takes such encodings.
    static func reason(_ encodings: Set<Int32>, _ leaf: LeafColumn, hasDictionary: Bool) -> String {
        let isFallen = !encodings.isDisjoint(with: [
            FileEncoding.deltaBinaryPacked, FileEncoding.deltaByteArray, FileEncoding.deltaLengthByteArray,
            FileEncoding.byteStreamSplit,
        ])
        if hasDictionary {
            return isFallen ? "values repeat at first, then there are too many for the dictionary" : "values repeat"
        }
        if encodings.contains(FileEncoding.deltaBinaryPacked) { return "neighbours differ by little" }
        if encodings.contains(FileEncoding.deltaByteArray) { return "neighbours begin alike" }
        if encodings.contains(FileEncoding.deltaLengthByteArray) { return "texts seldom repeat" }
        if encodings.contains(FileEncoding.byteStreamSplit) { return "bytes of the same weight compress together" }
        if leaf.type == FileType.boolean { return "a bit each" }
        return encodings.contains(FileEncoding.plain) ? "nothing is smaller than the values themselves" : ""
    }
}
