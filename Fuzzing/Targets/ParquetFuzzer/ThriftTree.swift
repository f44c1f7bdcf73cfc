/// Any structure of Thrift's compact protocol as a tree, to change it and write it again. Written without the reader's
/// code, for sound files only.
indirect enum ThriftTree {
    case bool(Bool)
    case byte(UInt8)
    /// With its type on the wire: 4, 5 or 6.
    case integer(Int64, UInt8)
    case double([UInt8])
    case binary([UInt8])
    case list([ThriftTree], element: UInt8)
    case structure([(id: Int16, value: ThriftTree)])

    struct Malformed: Error {}

    // MARK: Reading

    /// Reads a structure; gives also where it ends.
    static func read(_ bytes: [UInt8], at start: Int) throws -> (tree: ThriftTree, end: Int) {
        var reader = Reader(bytes: bytes, position: start)
        let tree = try reader.structure()
        return (tree, reader.position)
    }

    private struct Reader {
        let bytes: [UInt8]
        var position: Int

        mutating func byte() throws -> UInt8 {
            guard position < bytes.count else { throw Malformed() }
            defer { position += 1 }
            return bytes[position]
        }

        mutating func varint() throws -> UInt64 {
            var (value, shift): (UInt64, UInt64) = (0, 0)
            while true {
                let next = try byte()
                value |= UInt64(next & 0x7F) << shift
                if next < 0x80 { return value }
                shift += 7
                if shift > 63 { throw Malformed() }
            }
        }

        mutating func zigzag() throws -> Int64 {
            let value = try varint()
            return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
        }

        mutating func take(_ count: Int) throws -> [UInt8] {
            guard count >= 0, count <= bytes.count - position else { throw Malformed() }
            defer { position += count }
            return Array(bytes[position..<position + count])
        }

        mutating func structure() throws -> ThriftTree {
            var fields: [(id: Int16, value: ThriftTree)] = []
            var last: Int16 = 0
            while true {
                let header = try byte()
                if header == 0 { return .structure(fields) }
                let delta = Int16(header >> 4)
                last = delta == 0 ? Int16(truncatingIfNeeded: try zigzag()) : last &+ delta
                fields.append((last, try value(header & 15, isField: true)))
            }
        }

        mutating func value(_ type: UInt8, isField: Bool) throws -> ThriftTree {
            switch type {
            case 1: return .bool(isField ? true : try byte() == 1)
            case 2: return .bool(isField ? false : try byte() == 1)
            case 3: return .byte(try byte())
            case 4, 5, 6: return .integer(try zigzag(), type)
            case 7: return .double(try take(8))
            case 8: return .binary(try take(Int(truncatingIfNeeded: try varint())))
            case 9, 10:
                let header = try byte()
                let count = header >> 4 == 15 ? try varint() : UInt64(header >> 4)
                guard count <= UInt64(bytes.count) else { throw Malformed() }
                var elements: [ThriftTree] = []
                for _ in 0..<count { elements.append(try value(header & 15, isField: false)) }
                return .list(elements, element: header & 15)
            case 12: return try structure()
            default: throw Malformed()
            }
        }
    }

    // MARK: Writing

    func encoded() -> [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }

    private var type: UInt8 {
        switch self {
        case .bool(let value): value ? 1 : 2
        case .byte: 3
        case .integer(_, let type): type
        case .double: 7
        case .binary: 8
        case .list: 9
        case .structure: 12
        }
    }

    private func write(to bytes: inout [UInt8]) {
        switch self {
        case .bool(let value): bytes.append(value ? 1 : 2)
        case .byte(let value): bytes.append(value)
        case .integer(let value, _): Self.varint(UInt64(bitPattern: value << 1 ^ value >> 63), to: &bytes)
        case .double(let value): bytes += value
        case .binary(let value):
            Self.varint(UInt64(value.count), to: &bytes)
            bytes += value
        case .list(let elements, let element):
            if elements.count < 15 {
                bytes.append(UInt8(elements.count) << 4 | element)
            } else {
                bytes.append(0xF0 | element)
                Self.varint(UInt64(elements.count), to: &bytes)
            }
            for value in elements { value.write(to: &bytes) }
        case .structure(let fields):
            for (id, value) in fields {
                bytes.append(value.type)
                Self.varint(UInt64(bitPattern: Int64(id) << 1 ^ Int64(id) >> 63), to: &bytes)
                if case .bool = value { continue }
                value.write(to: &bytes)
            }
            bytes.append(0)
        }
    }

    private static func varint(_ value: UInt64, to bytes: inout [UInt8]) {
        var value = value
        while value >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        bytes.append(UInt8(value))
    }

    // MARK: Looking and changing

    /// A field of a structure.
    subscript(field: Int16) -> ThriftTree? {
        get {
            guard case .structure(let fields) = self else { return nil }
            return fields.first { $0.id == field }?.value
        }
        set {
            guard case .structure(var fields) = self else { return }
            let index = fields.firstIndex { $0.id == field }
            if let index, let newValue {
                fields[index].value = newValue
            } else if let index {
                fields.remove(at: index)
            } else if let newValue {
                fields.append((field, newValue))
            }
            self = .structure(fields)
        }
    }

    var number: Int64? { if case .integer(let value, _) = self { value } else { nil } }
    var elements: [ThriftTree] { if case .list(let elements, _) = self { elements } else { [] } }

    /// The number of nodes.
    var count: Int {
        switch self {
        case .list(let elements, _): elements.reduce(1) { $0 + $1.count }
        case .structure(let fields): fields.reduce(1) { $0 + $1.value.count }
        default: 1
        }
    }

    /// Changes one node.
    func changed(_ choices: inout Choices) -> ThriftTree {
        var target = choices.below(count)
        return changed(&target, &choices)
    }

    private func changed(_ target: inout Int, _ choices: inout Choices) -> ThriftTree {
        target -= 1
        if target == -1 { return mutated(&choices) }
        switch self {
        case .list(let elements, let element):
            var result: [ThriftTree] = []
            for value in elements { result.append(target >= 0 ? value.changed(&target, &choices) : value) }
            return .list(result, element: element)
        case .structure(let fields):
            var result: [(id: Int16, value: ThriftTree)] = []
            for (id, value) in fields {
                result.append((id, target >= 0 ? value.changed(&target, &choices) : value))
            }
            return .structure(result)
        default: return self
        }
    }

    private func mutated(_ choices: inout Choices) -> ThriftTree {
        switch self {
        case .bool(let value): return .bool(!value)
        case .byte: return .byte(UInt8(choices.below(256)))
        case .integer(let value, let type): return .integer(choices.number(near: value), type)
        case .double(let value): return .double(value.map { $0 ^ UInt8(choices.below(256)) })
        case .binary(let value): return .binary(choices.damaged(value))
        case .list(var elements, let element):
            guard !elements.isEmpty else { return self }
            let index = choices.below(elements.count)
            switch choices.below(4) {
            case 0: elements.remove(at: index)
            case 1: elements.append(elements[index])
            case 2: elements.swapAt(index, choices.below(elements.count))
            default: elements = Array(repeating: elements[index], count: choices.below(40))
            }
            return .list(elements, element: element)
        case .structure(var fields):
            guard !fields.isEmpty else { return .structure([(Int16(choices.below(20)), .integer(1, 5))]) }
            let index = choices.below(fields.count)
            switch choices.below(4) {
            case 0: fields.remove(at: index)
            case 1: fields.append(fields[index])
            case 2: fields[index].id = Int16(choices.below(24))
            default: fields.append((Int16(choices.below(24)), .integer(choices.number(near: 1), 5)))
            }
            return .structure(fields)
        }
    }
}
