/// Writes Thrift's compact protocol: the form of footers and page headers.
///
/// ```
/// field     header byte: id delta (4 bits) | type (4 bits); delta 0: the id follows as a zigzag varint
/// integer   zigzag varint          binary  varint length, bytes
/// list      size (4 bits, 15: a varint follows) | element type      struct end  0x00
/// ```
/// Source: the Apache Thrift compact protocol specification.
struct CompactWriter {
    enum FieldType: UInt8 {
        case yes = 1
        case no = 2
        case byte = 3
        case int16 = 4
        case int32 = 5
        case int64 = 6
        case double = 7
        case binary = 8
        case list = 9
        case structure = 12
    }

    private(set) var bytes: [UInt8] = []
    private var lastFields: [Int16] = [0]

    mutating func int32(_ field: Int16, _ value: Int32?) {
        guard let value else { return }
        header(field, .int32)
        zigzag(Int64(value))
    }

    mutating func int64(_ field: Int16, _ value: Int64?) {
        guard let value else { return }
        header(field, .int64)
        zigzag(value)
    }

    mutating func int16(_ field: Int16, _ value: Int16?) {
        guard let value else { return }
        header(field, .int16)
        zigzag(Int64(value))
    }

    mutating func int8(_ field: Int16, _ value: Int8) {
        header(field, .byte)
        bytes.append(UInt8(bitPattern: value))
    }

    mutating func bool(_ field: Int16, _ value: Bool?) {
        guard let value else { return }
        header(field, value ? .yes : .no)
    }

    mutating func text(_ field: Int16, _ value: String?) {
        guard let value else { return }
        binary(field, Array(value.utf8))
    }

    mutating func binary(_ field: Int16, _ value: [UInt8]?) {
        guard let value else { return }
        header(field, .binary)
        element(value)
    }

    mutating func structure(_ field: Int16, _ body: (inout CompactWriter) -> Void) {
        header(field, .structure)
        element(body)
    }

    mutating func list<Element>(
        _ field: Int16, of type: FieldType, _ elements: [Element], _ write: (inout CompactWriter, Element) -> Void
    ) {
        header(field, .list)
        if elements.count < 15 {
            bytes.append(UInt8(elements.count) << 4 | type.rawValue)
        } else {
            bytes.append(0xF0 | type.rawValue)
            varint(UInt64(elements.count))
        }
        for element in elements { write(&self, element) }
    }

    /// A structure without a field header: the top one, or an element of a list.
    mutating func element(_ body: (inout CompactWriter) -> Void) {
        lastFields.append(0)
        body(&self)
        bytes.append(0)
        lastFields.removeLast()
    }

    mutating func element(_ value: [UInt8]) {
        varint(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    /// A truth value in a list is a byte of its own.
    mutating func element(_ value: Bool) { bytes.append(value ? 1 : 2) }

    mutating func element(_ value: Int64) { zigzag(value) }

    mutating func element(_ value: Int32) { zigzag(Int64(value)) }

    private mutating func header(_ field: Int16, _ type: FieldType) {
        let delta = field - lastFields[lastFields.count - 1]
        if delta > 0 && delta < 16 {
            bytes.append(UInt8(delta) << 4 | type.rawValue)
        } else {
            bytes.append(type.rawValue)
            zigzag(Int64(field))
        }
        lastFields[lastFields.count - 1] = field
    }

    private mutating func zigzag(_ value: Int64) { varint(UInt64(bitPattern: value << 1 ^ value >> 63)) }

    private mutating func varint(_ value: UInt64) {
        var value = value
        while value >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        bytes.append(UInt8(value))
    }
}
