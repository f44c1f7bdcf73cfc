internal import CivilTime
internal import Columnar
internal import Configuration

/// `parameters: { group_by: { type: text, default: month, values: [language, tag, month] } }`
extension ReportReader {
    /// Names that models bind already, so that no parameter can have them.
    static let boundNames: Set<String> = [
        "from", "to", "compare_from", "compare_to", "as_of", "tz", "subject", "currency",
    ]

    /// The report's parameters; what is wrong with one is noted at its place.
    func parameters(_ value: YAMLValue) -> [ReportParameter] {
        value.entries { name, value in
            if SentenceScope.documentNames.contains(name) || Self.boundNames.contains(name) || !Self.isName(name) {
                value.refuse(
                    "a parameter can't be named '\(name)'",
                    hint: "write small letters, digits and '_', and no word that sentences or models have already")
                return nil
            }
            return self.parameter(name, value)
        } ?? []
    }

    private static func isName(_ name: String) -> Bool {
        let bytes = name.utf8
        return (1...64).contains(bytes.count) && bytes.first.map { (0x61...0x7A).contains($0) } ?? false
            && bytes.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
    }

    private func parameter(_ name: String, _ value: YAMLValue) -> ReportParameter? {
        value.mapping { map in
            let words = ParameterType.allCases.map { ($0.rawValue, $0) } + [("list of text", ParameterType.list)]
            let type = map.required("type")?.choice(among: words)
            let standardValue = map.required("default")
            let description = map.optional("description").map { $0.text() } ?? ""
            let (values, lowest, highest) = (map.optional("values"), map.optional("min"), map.optional("max"))
            guard let type, let standardValue, let description else { return nil }
            let part = type == .list ? ParameterType.text : type
            let allowed = values.map { value in value.list { self.value($0, part) } } ?? []
            let range = self.range(lowest, highest, type)
            guard let allowed, let range, let standard = self.value(standardValue, type) else { return nil }
            if let values, allowed.isEmpty { values.refuse("'values' has none: nothing would be good") }
            let parameter = ReportParameter(
                name: name, description: description, standard: standard, allowed: allowed, lowest: range.lowest,
                highest: range.highest)
            if let problem = parameter.problem(with: standard) {
                standardValue.refuse("the default is not allowed: \(problem.message)", hint: problem.hint)
                return nil
            }
            return parameter
        }
    }

    private func range(
        _ lowest: YAMLValue?, _ highest: YAMLValue?, _ type: ParameterType
    ) -> (lowest: ParameterValue?, highest: ParameterValue?)? {
        guard lowest != nil || highest != nil else { return (nil, nil) }
        guard [.integer, .number, .date].contains(type) else {
            (lowest ?? highest)?.refuse("'min' and 'max' are for numbers and dates", hint: "list the 'values'")
            return nil
        }
        let low = lowest.map { value($0, type) }
        let high = highest.map { value($0, type) }
        guard low != .some(nil), high != .some(nil) else { return nil }
        return (low ?? nil, high ?? nil)
    }

    private func value(_ value: YAMLValue, _ type: ParameterType) -> ParameterValue? {
        switch type {
        case .integer: return value.integer().map(ParameterValue.integer)
        case .text: return value.text(allowsEmpty: true).map(ParameterValue.text)
        case .boolean: return value.boolean().map(ParameterValue.boolean)
        case .list: return value.list { $0.text() }.map(ParameterValue.list)
        case .number, .date:
            guard let text = value.literal() else { return nil }
            let read = ParameterValue(text, as: type)
            if read == nil { value.refuse("'\(text)' is not \(type.words)") }
            return read
        }
    }
}
