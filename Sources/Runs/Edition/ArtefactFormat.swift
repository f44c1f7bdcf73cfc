internal import Report

/// A kind of file that a report can be made into.
enum ArtefactFormat: String, CaseIterable {
    case pdf, xlsx, csv, json, parquet
    /// Last of all: it has links to the others.
    case html

    /// As definitions name it.
    var ofDefinitions: ReportDefinition.Format {
        switch self {
        case .pdf: .pdf
        case .xlsx: .xlsx
        case .csv: .csv
        case .json: .json
        case .parquet: .parquet
        case .html: .html
        }
    }

    /// Whether a file of this name is of the format; a CSV file may be packed, and has its sidecar.
    func covers(_ name: String) -> Bool {
        let stem = name.hasSuffix(".json") ? String(name.dropLast(5)) : name
        let isSeparated = TextCompression.allCases.contains { stem.hasSuffix(".csv" + $0.suffix) }
        return switch self {
        case .csv: isSeparated
        case .json: name.hasSuffix(".json") && !isSeparated
        case .pdf, .xlsx, .parquet, .html: name.hasSuffix(".\(rawValue)")
        }
    }

    /// The formats by the words of the command line, or else those of the definition.
    static func formats(_ words: [String], of report: ReportDefinition) throws(Failure) -> [ArtefactFormat] {
        var formats: [ArtefactFormat] = []
        for word in words.isEmpty ? report.formats.map(\.rawValue) : words {
            guard let format = ArtefactFormat(rawValue: word.lowercased()) else {
                throw Failure(
                    words.isEmpty ? .configuration : .usage, "report '\(report.slug)' can't be made as '\(word)'",
                    why: "this edition makes \(allCases.map(\.rawValue).joined(separator: ", "))")
            }
            if !formats.contains(format) { formats.append(format) }
        }
        return formats
    }
}
