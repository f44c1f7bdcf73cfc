internal import Configuration

/// The value of each of a report's parameters, for one edition.
package struct ParameterValues: Sendable, Hashable {
    /// A parameter with its value.
    package struct Entry: Sendable, Hashable {
        /// The parameter.
        package let parameter: ReportParameter
        /// Its value.
        package let value: ParameterValue
    }

    /// All of the report's parameters, in the definition's order.
    package let entries: [Entry]

    /// What each parameter is if nobody says otherwise.
    package init(standard parameters: [ReportParameter]) {
        entries = parameters.map { Entry(parameter: $0, value: $0.standard) }
    }

    /// The values that were given, and for all others what they are if nobody says otherwise.
    ///
    /// - Parameters:
    ///   - given: names with texts as on a command line. A list may be given several times, a part each time.
    ///   - parameters: those of the report.
    /// - Throws: `ParameterError` for a name that is none of theirs, a value that is none of its type or not allowed,
    ///   and one that is given twice.
    package init(
        _ given: [(name: String, text: String)], of parameters: [ReportParameter]
    ) throws(ParameterError) {
        var values: [String: ParameterValue] = [:]
        for (name, text) in given {
            guard let parameter = parameters.first(where: { $0.name == name }) else {
                throw .unknown(name, among: parameters.map(\.name))
            }
            guard let value = ParameterValue(text, as: parameter.type) else {
                throw ParameterError(
                    name: name, message: "'\(name)' is \(parameter.type.words), not '\(text)'",
                    hint: parameter.standard.canonicalText.isEmpty
                        ? nil : "--param \(name)=\(parameter.standard.canonicalText)")
            }
            if let problem = parameter.problem(with: value) {
                throw ParameterError(name: name, message: problem.message, hint: problem.hint)
            }
            switch (values[name], value) {
            case (nil, _): values[name] = value
            case (.list(let before), .list(let more)): values[name] = .list(before + more)
            default: throw ParameterError(name: name, message: "'\(name)' is given twice", hint: nil)
            }
        }
        entries = parameters.map { Entry(parameter: $0, value: values[$0.name] ?? $0.standard) }
    }

    /// The value of a parameter; nil for a name that is none.
    package subscript(name: String) -> ParameterValue? { entries.first { $0.parameter.name == name }?.value }

    /// The parameters that are not what they are by themselves, by name, as texts that can be given again.
    package var given: [String: String] {
        var given: [String: String] = [:]
        for entry in entries where entry.value != entry.parameter.standard {
            given[entry.parameter.name] = entry.value.canonicalText
        }
        return given
    }

    /// One text for what was given, the same for the same values: part of what a run is of. Empty where everything is
    /// as it is by itself.
    package var identity: String {
        given.sorted { $0.key < $1.key }.map { name, text in
            // Neither names nor lengths have a line feed or a colon, so that no two sets of values make one text.
            "\(name):\(text.utf8.count):\(text)"
        }.joined(separator: "\n")
    }
}

/// Why a parameter was refused.
package struct ParameterError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The parameter.
    package let name: String
    /// What is wrong.
    package let message: String
    /// What to write instead.
    package let hint: String?

    static func unknown(_ name: String, among names: [String]) -> ParameterError {
        let hint =
            names.isEmpty
            ? "the report has no parameters"
            : Suggestion.nearest(to: name, among: names).map { "did you mean '\($0)'?" }
                ?? "there are \(names.joined(separator: ", "))"
        return ParameterError(name: name, message: "there is no parameter '\(name)'", hint: hint)
    }

    package var description: String { message }
}
