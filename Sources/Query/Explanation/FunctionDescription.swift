internal import Columnar

/// The answer of DESCRIBE FUNCTION: a row for each argument, column and rule.
struct FunctionDescription {
    static let columns = ["part", "name", "type", "unit", "description"].map { AnswerColumn(name: $0, type: .text) }

    private let function: TableFunction

    /// - Throws: `QueryError` where the registry has no table function of the name.
    init(of name: NameSyntax, _ registry: FunctionRegistry) throws(QueryError) {
        guard let function = registry.tables[name.text] else {
            throw QueryError(
                .unknownName, "there is no table function '\(name.text)'", at: name.range,
                try: nearestName(to: name.text, among: registry.tables.keys).map { "'\($0)'" })
        }
        self.function = function
    }

    func batch() throws(ColumnarError) -> ColumnBatch {
        try ColumnBatch(
            schema: Schema(Self.columns.map { Field($0.name, .text) }),
            rows: lines.map { $0.map { $0.isEmpty ? .null : .text($0) } })
    }

    private var lines: [[String]] {
        let documentation = function.documentation
        var lines: [[String]] = []
        if let documentation { lines.append(["summary", function.name, "", "", documentation.summary]) }
        lines.append(["argument", "TABLE", "table", "", "the rows: TABLE name, or TABLE (SELECT …)"])
        lines += function.parameters.map { parameter in
            let type = parameter.form.text + (parameter.isRequired ? "" : ", optional")
            return ["argument", parameter.name, type, "", parameter.meaning]
        }
        guard let documentation else { return lines }
        lines += documentation.columns.map { ["column", $0.name, $0.type, $0.unit, $0.meaning] }
        for variant in documentation.variants {
            lines += variant.columns.map { ["column, \(variant.call)", $0.name, $0.type, $0.unit, $0.meaning] }
        }
        lines.append(["formula", "", "", "", documentation.formula])
        lines.append(["source", "", "", "", documentation.source])
        lines += documentation.edgeCases.map { ["edge case", "", "", "", $0] }
        lines.append(["example", "", "", "", documentation.example])
        return lines
    }
}

extension TableFunction.Parameter.Form {
    /// As DESCRIBE FUNCTION says it.
    fileprivate var text: String {
        switch self {
        case .column(let type): type.map { "\($0)" } ?? "any column"
        case .columns(let type): "list of " + (type.map { "\($0)" } ?? "columns")
        case .constant(let type): "constant \(type)"
        case .constants(let type): "list of constant \(type)"
        }
    }
}
