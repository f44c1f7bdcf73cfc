internal import Columnar

/// The encodings of values that the writer knows; the raw values are the format's own names.
package enum ParquetEncoding: String, Sendable, CaseIterable {
    case plain = "PLAIN"
    case dictionary = "RLE_DICTIONARY"
    case deltaBinaryPacked = "DELTA_BINARY_PACKED"
    case deltaLengthByteArray = "DELTA_LENGTH_BYTE_ARRAY"
    case deltaByteArray = "DELTA_BYTE_ARRAY"
    case byteStreamSplit = "BYTE_STREAM_SPLIT"

    /// The number in the file.
    var number: Int32 {
        switch self {
        case .plain: FileEncoding.plain
        case .dictionary: FileEncoding.rleDictionary
        case .deltaBinaryPacked: FileEncoding.deltaBinaryPacked
        case .deltaLengthByteArray: FileEncoding.deltaLengthByteArray
        case .deltaByteArray: FileEncoding.deltaByteArray
        case .byteStreamSplit: FileEncoding.byteStreamSplit
        }
    }

    /// Whether values of a type can be written so.
    func suits(_ type: LogicalType) -> Bool {
        switch (self, type.physicalType) {
        case (.plain, _): true
        case (_, .bool), (_, .int128), (_, .list), (_, .structure), (_, .map): false
        case (.dictionary, _): true
        case (.deltaBinaryPacked, .int32), (.deltaBinaryPacked, .int64): true
        case (.deltaLengthByteArray, .bytes), (.deltaByteArray, .bytes): true
        case (.byteStreamSplit, .bytes): false
        case (.byteStreamSplit, _): true
        default: false
        }
    }
}

/// Why a column's values are encoded as they are: the last decision of the writer.
package struct EncodingChoice: Sendable, Equatable {
    /// An encoding that was tried, and the bytes that the sample had in it after compression.
    package struct Trial: Sendable, Equatable {
        package let encoding: ParquetEncoding
        package let byteCount: Int
    }

    /// The encoding.
    package let encoding: ParquetEncoding
    /// The values of the sample; 0 where nothing was tried.
    package let sampleValueCount: Int
    /// What was tried, in the order of trying.
    package let trials: [Trial]
    /// Why, in words.
    package let reason: String

    /// The footer notes a choice under this and the leaf's path, joined by dots.
    static let keyPrefix = "almanac.encoding/"

    /// The encoding and why, as the footer notes it.
    var note: String { "\(encoding.rawValue): \(reason)" }

    /// The only encoding there is, or the one that was asked for.
    init(_ encoding: ParquetEncoding, reason: String) {
        (self.encoding, self.reason, sampleValueCount, trials) = (encoding, reason, 0, [])
    }

    /// The smallest of some; the first of those of equal size.
    init(sampleValueCount: Int, _ trials: [Trial]) {
        var best = trials[0]
        for trial in trials where trial.byteCount < best.byteCount { best = trial }
        encoding = best.encoding
        self.sampleValueCount = sampleValueCount
        self.trials = trials
        let sizes = trials.map { "\($0.encoding.rawValue) \($0.byteCount)" }.joined(separator: ", ")
        reason = "smallest for \(sampleValueCount) values, in compressed bytes: \(sizes)"
    }
}

/// The values of a page that are tried in several encodings at most: enough to see repetitions, few enough to cost little.
let trialValueCountMax = 16_384

/// Row groups that go by one trial.
let trialRowGroupCount = 4
