/// Which editions of a report are asked for.
package struct EditionRequest: Sendable {
    /// The period's name; nil for the last complete one of the report's grain.
    package var period: String?
    /// The formats by name; none for those of the definition.
    package var formats: [String]
    /// Values of the report's parameters, as written on a command line.
    package var parameters: [(name: String, text: String)]
    /// The keys of the people whose reports are made; none for all of them. Only of reports for subjects.
    package var subjects: [String]

    package init(
        period: String? = nil, formats: [String] = [], parameters: [(name: String, text: String)] = [],
        subjects: [String] = []
    ) {
        self.period = period
        self.formats = formats
        self.parameters = parameters
        self.subjects = subjects
    }
}
