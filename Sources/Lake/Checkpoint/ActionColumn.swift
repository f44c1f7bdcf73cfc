internal import Columnar

/// A column of a checkpoint, or a part of one: members of actions, row by row, without a box for each value.
struct ActionColumn {
    private let column: Column

    init(_ column: Column) { self.column = column }

    /// A part by its name; nil where the file does not have it.
    func part(_ name: String) -> ActionColumn? {
        guard case .structure(let parts, _) = column.values, case .structure(let fields) = column.type,
            let index = fields.firstIndex(where: { $0.name == name }), index < parts.count
        else { return nil }
        return ActionColumn(parts[index])
    }

    /// Whether a row has a value.
    func isThere(_ row: Int) -> Bool { column.isValid(row) }

    /// A text, nil where it is missing or the column has none.
    func text(_ row: Int) -> String? {
        guard column.isValid(row) else { return nil }
        switch column.values {
        case .bytes(let buffer): return Self.text(buffer, row)
        case .dictionary(let codes, let dictionary): return Self.text(dictionary.values, Int(codes[row]))
        default: return nil
        }
    }

    private static func text(_ buffer: BytesBuffer, _ index: Int) -> String {
        let bytes = buffer.bytes.span.extracting(buffer.range(index))
        return unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// An integer, nil where it is missing or the column has none.
    func integer(_ row: Int) -> Int64? {
        guard column.isValid(row) else { return nil }
        switch column.values {
        case .int32(let buffer): return Int64(buffer[row])
        case .int64(let buffer): return buffer[row]
        default: return nil
        }
    }

    /// A truth value, nil where it is missing or the column has none.
    func bool(_ row: Int) -> Bool? {
        guard column.isValid(row), case .bool(let bits) = column.values else { return nil }
        return bits[row]
    }

    /// A list of texts; empty where it is missing.
    func texts(_ row: Int) -> [String] {
        guard column.isValid(row), case .list(let offsets, let elements) = column.values else { return [] }
        let element = ActionColumn(elements)
        return (offsets[row]..<offsets[row + 1]).compactMap { element.text(Int($0)) }
    }

    /// A map of texts, with nil for values that are missing; empty where the map is.
    func map(_ row: Int) -> [String: String?] {
        guard column.isValid(row), case .map(let offsets, let keys, let values) = column.values else { return [:] }
        let (first, last) = (Int(offsets[row]), Int(offsets[row + 1]))
        if first == last { return [:] }
        let (key, value) = (ActionColumn(keys), ActionColumn(values))
        var map: [String: String?] = [:]
        map.reserveCapacity(last - first)
        for entry in first..<last { map.updateValue(value.text(entry), forKey: key.text(entry) ?? "") }
        return map
    }

    /// A map of texts without those that are missing.
    func present(_ row: Int) -> [String: String] {
        guard column.isValid(row), case .map(let offsets, let keys, let values) = column.values else { return [:] }
        let (first, last) = (Int(offsets[row]), Int(offsets[row + 1]))
        if first == last { return [:] }
        let (key, value) = (ActionColumn(keys), ActionColumn(values))
        var map: [String: String] = [:]
        map.reserveCapacity(last - first)
        for entry in first..<last { map[key.text(entry) ?? ""] = value.text(entry) }
        return map
    }
}
