/// A column of the file that holds values: a leaf of its schema.
struct LeafColumn: Sendable {
    /// The names from the root on, without the root's.
    let path: [String]
    /// The physical type: `FileType`.
    let type: Int32
    /// The bytes of a value of fixed width, 0 for texts.
    let length: Int
    /// What the values mean.
    let meaning: LeafMeaning
    /// The definition level of a value that is there.
    let maxDefinition: Int
    /// How many repeated nodes are above or at it.
    let maxRepetition: Int

    /// The path as text.
    var name: String { path.joined(separator: ".") }
}

/// What the values of a leaf mean: its logical annotation, or else the converted type of older writers.
enum LeafMeaning: Sendable, Equatable {
    case plain
    case text, enumeration, json, bson, uuid, float16, interval, null
    case date
    case decimal(precision: Int, scale: Int)
    case time(TimeUnit)
    case timestamp(TimeUnit, isUTC: Bool)
    case integer(bitWidth: Int, isSigned: Bool)

    /// The units of times and timestamps, numbered as `parquet.thrift` does.
    enum TimeUnit: Int16, Sendable {
        case milliseconds = 1
        case microseconds = 2
        case nanoseconds = 3
    }

    init(_ element: SchemaElement) {
        let meaning = Self.logical(element.logical) ?? Self.converted(element)
        self = Self.fits(meaning, element) ? meaning : .plain
    }

    private static func logical(_ annotation: LogicalAnnotation?) -> LeafMeaning? {
        switch annotation {
        case .string: .text
        case .enumeration: .enumeration
        case .json: .json
        case .bson: .bson
        case .uuid: .uuid
        case .float16: .float16
        case .null: .null
        case .date: .date
        case .decimal(let scale, let precision): .decimal(precision: Int(precision), scale: Int(scale))
        case .time(_, let unit): TimeUnit(rawValue: unit).map { .time($0) }
        case .timestamp(let isUTC, let unit): TimeUnit(rawValue: unit).map { .timestamp($0, isUTC: isUTC) }
        case .integer(let width, let isSigned): .integer(bitWidth: Int(width), isSigned: isSigned)
        case .list, .map, .other, nil: nil
        }
    }

    private static func converted(_ element: SchemaElement) -> LeafMeaning {
        switch element.convertedType {
        case 0: .text
        case 4: .enumeration
        case 5: .decimal(precision: Int(element.precision ?? 0), scale: Int(element.scale ?? 0))
        case 6: .date
        case 7: .time(.milliseconds)
        case 8: .time(.microseconds)
        case 9: .timestamp(.milliseconds, isUTC: true)
        case 10: .timestamp(.microseconds, isUTC: true)
        case 11: .integer(bitWidth: 8, isSigned: false)
        case 12: .integer(bitWidth: 16, isSigned: false)
        case 13: .integer(bitWidth: 32, isSigned: false)
        case 14: .integer(bitWidth: 64, isSigned: false)
        case 15: .integer(bitWidth: 8, isSigned: true)
        case 16: .integer(bitWidth: 16, isSigned: true)
        case 17: .integer(bitWidth: 32, isSigned: true)
        case 18: .integer(bitWidth: 64, isSigned: true)
        case 19: .json
        case 20: .bson
        case 21: .interval
        default: .plain
        }
    }

    /// Whether a meaning can be that of the element's physical type; else the values are what they are.
    private static func fits(_ meaning: LeafMeaning, _ element: SchemaElement) -> Bool {
        let type = element.type
        switch meaning {
        case .plain, .null: return true
        case .text, .enumeration, .json, .bson: return type == FileType.byteArray
        case .uuid: return type == FileType.fixedByteArray && element.typeLength == 16
        case .float16: return type == FileType.fixedByteArray && element.typeLength == 2
        case .interval: return type == FileType.fixedByteArray && element.typeLength == 12
        case .date: return type == FileType.int32
        case .decimal(let precision, let scale):
            guard precision > 0, (0...precision).contains(scale) else { return false }
            return [FileType.int32, FileType.int64, FileType.byteArray, FileType.fixedByteArray].contains(type)
        case .time(let unit): return type == (unit == .milliseconds ? FileType.int32 : FileType.int64)
        case .timestamp: return type == FileType.int64
        case .integer(let width, _):
            return width == 64 ? type == FileType.int64 : [8, 16, 32].contains(width) && type == FileType.int32
        }
    }
}
