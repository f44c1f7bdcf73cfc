internal import Columnar
internal import Kernels

/// Functions of lists whose types the binder has unified; positions count from 1.
enum ListFunctions {
    static let all: [ScalarFunction] = [
        ScalarFunction("string_to_array", [.text, .text], .list(.text)) { arguments, rowCount, _ throws(KernelError) in
            let type = SQLType.list(.text).logical
            return try RowFunctions.boxed(type, arguments, rowCount, strict: false) { values in
                if values[0] == .null { return .null }
                let text = values[0].asText
                if text.isEmpty { return .list([]) }
                // Without a separator each character is an element; with an empty one the text is the only.
                if values[1] == .null { return .list(text.unicodeScalars.map { .text(String($0)) }) }
                if values[1].asText.isEmpty { return .list([values[0]]) }
                return .list(
                    text.split(separator: values[1].asText, omittingEmptySubsequences: false).map { .text(String($0)) })
            }
        }
    ]

    /// `array_length(list, dimension)`: NULL of an empty list, and of any dimension but the first.
    static let length = ScalarCall("array_length") { arguments, rowCount, _ throws(KernelError) in
        try RowFunctions.boxed(.int32, arguments, rowCount) { values in
            guard case .list(let elements) = values[0], values[1] == .int(1), !elements.isEmpty else { return .null }
            return .int(Int64(elements.count))
        }
    }

    /// `array_position(list, value)`: the first place of a value; NULL is found too.
    static let position = ScalarCall("array_position") { arguments, rowCount, _ throws(KernelError) in
        try RowFunctions.boxed(.int32, arguments, rowCount, strict: false) { values in
            guard case .list(let elements) = values[0], let index = elements.firstIndex(of: values[1]) else {
                return .null
            }
            return .int(Int64(index) + 1)
        }
    }

    /// `array_remove(list, value)`: the list without a value.
    static func removing(_ type: LogicalType) -> ScalarCall {
        ScalarCall("array_remove") { arguments, rowCount, _ throws(KernelError) in
            try RowFunctions.boxed(type, arguments, rowCount, strict: false) { values in
                guard case .list(let elements) = values[0] else { return .null }
                return .list(elements.filter { $0 != values[1] })
            }
        }
    }

    /// `array_to_string(list, separator, missing)`: missing elements are left out unless a text stands for them.
    static let joined = ScalarCall("array_to_string") { arguments, rowCount, context throws(KernelError) in
        let zone = context.zone
        return try RowFunctions.boxed(.text, arguments, rowCount, strict: false) { values in
            guard case .list(let elements) = values[0], values[1] != .null else { return .null }
            let missing = values.count > 2 ? values[2] : .null
            let texts = elements.map { $0 == .null ? missing : .text(TextValues.text($0, zone: zone)) }
            return .text(texts.filter { $0 != .null }.map(\.asText).joined(separator: values[1].asText))
        }
    }
}

extension Binder {
    /// A function of lists; nil where it is none, or its first argument no list.
    func listFunction(_ name: String, _ arguments: [Expression], _ range: SourceRange) throws -> Expression? {
        func made(_ call: ScalarCall, _ arguments: [Expression], _ type: SQLType) -> Expression {
            folded(Expression(.call(call, arguments), type, range))
        }
        if ["array_append", "array_prepend", "array_cat", "list_concat"].contains(name), arguments.count == 2 {
            return try binary("||", arguments[0], arguments[1], range)
        }
        guard let list = arguments.first, case .list(let element) = list.type else { return nil }
        switch (name, arguments.count) {
        case ("cardinality", 1), ("len", 1), ("array_length", 1): return made(ListAccess.count, arguments, .int32)
        case ("array_length", 2):
            return made(ListFunctions.length, [list, try coerced(arguments[1], to: .int64)], .int32)
        case ("list_contains", 2), ("array_contains", 2):
            return try quantified(arguments[1], "=", false, list, isQuery: false, range)
        case ("array_position", 2), ("list_position", 2), ("array_remove", 2):
            var type = try common(element, arguments[1].type, range)
            if type == .unknown { type = .text }
            let own = [try coerced(list, to: .list(type)), try coerced(arguments[1], to: type)]
            return name == "array_remove"
                ? made(ListFunctions.removing(SQLType.list(type).logical), own, .list(type))
                : made(ListFunctions.position, own, .int32)
        case ("array_to_string", 2), ("array_to_string", 3):
            return made(
                ListFunctions.joined, [list] + (try arguments.dropFirst().map { try coerced($0, to: .text) }), .text)
        default: return nil
        }
    }
}
