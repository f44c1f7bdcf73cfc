/// The values of one column of a batch.
///
/// `values` follows from the type: see `LogicalType.physicalType`; bytes come plain or as codes of a dictionary.
/// Where `validity` says that a value is missing, what lies in `values` is unspecified (0 and empty by our builders).
package struct Column: Sendable {
    /// What the values mean.
    package let type: LogicalType
    /// Which rows have a value; nil where all have.
    package let validity: Bitmap?
    /// The values.
    package let values: ColumnValues

    /// - Precondition: `values` is of the type's layout, and `validity` has as many bits as there are rows.
    package init(_ type: LogicalType, validity: Bitmap? = nil, _ values: ColumnValues) {
        precondition(values.physicalType == type.physicalType, "\(type) does not lie in memory as these values")
        precondition(validity.map { $0.count == values.rowCount } ?? true)
        self.type = type
        self.validity = validity
        self.values = values
    }

    /// The number of rows.
    package var rowCount: Int { values.rowCount }

    /// How many rows have no value.
    package var nullCount: Int { validity.map { $0.count - $0.setCount } ?? 0 }

    /// Whether a row has a value.
    @inlinable
    package func isValid(_ row: Int) -> Bool { validity.map { $0[row] } ?? true }

    /// The values of a range of rows; no copy but of bitmaps.
    package func slice(_ rows: Range<Int>) -> Column {
        Column(type, validity: validity?.slice(rows), values.slice(rows))
    }
}

/// The values of a column by their layout in memory.
package indirect enum ColumnValues: Sendable {
    case bool(Bitmap)
    case int32(Buffer<Int32>)
    case int64(Buffer<Int64>)
    case int128(Buffer<Int128>)
    case float(Buffer<Float>)
    case double(Buffer<Double>)
    case bytes(BytesBuffer)
    /// Codes of a shared dictionary; the code of a missing value is any that the dictionary has, or 0.
    case dictionary(codes: Buffer<UInt32>, BytesDictionary)
    /// Row `i` has the elements `offsets[i]..<offsets[i + 1]`; one offset more than rows.
    case list(offsets: Buffer<Int32>, elements: Column)
    /// One column for each field, each of `rowCount` rows.
    case structure([Column], rowCount: Int)
    /// Row `i` has the entries `offsets[i]..<offsets[i + 1]`.
    case map(offsets: Buffer<Int32>, keys: Column, values: Column)

    /// The number of rows.
    package var rowCount: Int {
        switch self {
        case .bool(let bits): bits.count
        case .int32(let buffer): buffer.count
        case .int64(let buffer): buffer.count
        case .int128(let buffer): buffer.count
        case .float(let buffer): buffer.count
        case .double(let buffer): buffer.count
        case .bytes(let buffer): buffer.count
        case .dictionary(let codes, _): codes.count
        case .list(let offsets, _), .map(let offsets, _, _): offsets.count - 1
        case .structure(_, let rowCount): rowCount
        }
    }

    /// The layout.
    package var physicalType: PhysicalType {
        switch self {
        case .bool: .bool
        case .int32: .int32
        case .int64: .int64
        case .int128: .int128
        case .float: .float
        case .double: .double
        case .bytes, .dictionary: .bytes
        case .list: .list
        case .structure: .structure
        case .map: .map
        }
    }

    /// The values of a range of rows.
    package func slice(_ rows: Range<Int>) -> ColumnValues {
        switch self {
        case .bool(let bits): .bool(bits.slice(rows))
        case .int32(let buffer): .int32(buffer.slice(rows))
        case .int64(let buffer): .int64(buffer.slice(rows))
        case .int128(let buffer): .int128(buffer.slice(rows))
        case .float(let buffer): .float(buffer.slice(rows))
        case .double(let buffer): .double(buffer.slice(rows))
        case .bytes(let buffer): .bytes(buffer.slice(rows))
        case .dictionary(let codes, let dictionary): .dictionary(codes: codes.slice(rows), dictionary)
        case .list(let offsets, let elements):
            .list(offsets: offsets.slice(rows.lowerBound..<rows.upperBound + 1), elements: elements)
        case .structure(let columns, _): .structure(columns.map { $0.slice(rows) }, rowCount: rows.count)
        case .map(let offsets, let keys, let values):
            .map(offsets: offsets.slice(rows.lowerBound..<rows.upperBound + 1), keys: keys, values: values)
        }
    }
}
