package import Columnar

/// Why a value has no exact place in its column. Never the value itself.
package enum ValueFault: Sendable, Equatable, CustomStringConvertible {
    /// `infinity` or `-infinity` in a date or timestamp.
    case infinite
    /// An instant or date that 64-bit microseconds or 32-bit days do not reach.
    case outOfRange
    /// A local timestamp that is no instant.
    case noInstant
    /// `NaN` in a numeric.
    case notANumber
    /// `Infinity` or `-Infinity` in a numeric.
    case infiniteNumber
    /// More digits before the point than declared.
    case tooLarge(precision: Int, scale: Int)
    /// More digits behind the point than declared.
    case tooFine(precision: Int, scale: Int)
    /// Bytes that are not UTF-8, as a SQL_ASCII database lets through.
    case notUTF8
    /// An array of more than one dimension.
    case dimensions
    /// An array whose first element has another number than 1.
    case lowerBound

    package var description: String {
        switch self {
        case .infinite: "infinity has no place in a date or timestamp of the lake"
        case .outOfRange: "it is beyond what microseconds in 64 bits reach"
        case .noInstant: "this local time is no instant in the zone"
        case .notANumber: "NaN has no place in a decimal"
        case .infiniteNumber: "Infinity has no place in a decimal"
        case .tooLarge(let precision, let scale): "it has more digits than decimal(\(precision),\(scale)) holds"
        case .tooFine(let precision, let scale):
            "it has more digits behind the point than decimal(\(precision),\(scale)) holds"
        case .notUTF8: "the text is not UTF-8"
        case .dimensions: "an array of more than one dimension is no list"
        case .lowerBound: "an array that does not begin at 1 would lose its bounds"
        }
    }
}

/// Values that were left out, as the dataset's contract allows.
package struct CopyRejections: Sendable, Equatable {
    /// One value that was left out.
    package struct Example: Sendable, Equatable {
        /// The row's place in the stream, from 1.
        package fileprivate(set) var rowNumber: Int
        /// The row's key, in the order of `CopyRequest.keyColumns`: for a quarantine, never for a message.
        package let key: [Scalar]
        /// The column, by its name at the source.
        package let column: String
        /// Why.
        package let fault: ValueFault
        /// The first bytes of the value as the server sent it: for a quarantine, never for a message.
        package let bytes: [UInt8]
    }

    /// How many values became NULL.
    package internal(set) var valueCount = 0
    /// How many rows were left out.
    package internal(set) var rowCount = 0
    /// The first of them.
    package internal(set) var examples: [Example] = []

    /// How many examples are kept, and how many bytes of each.
    static let exampleCountMax = 1_000
    static let exampleBytesMax = 4_096

    package init() {}

    /// Adds those of the next part of the same table.
    ///
    /// - Parameter rowCountBefore: the rows of the parts before, which the part's row numbers do not count.
    package mutating func append(_ part: CopyRejections, rowCountBefore: Int) {
        valueCount += part.valueCount
        rowCount += part.rowCount
        for var example in part.examples.prefix(Self.exampleCountMax - examples.count) {
            example.rowNumber += rowCountBefore
            examples.append(example)
        }
    }
}
