internal import Configuration
internal import PostgresCopy
internal import Tenancy

/// Proposals as the text of a `datasets.yaml`, with the reasons as comments. What somebody must decide is marked
/// `DECIDE`; the text is good as it is, and leaves out what is not decided.
struct DatasetsText {
    private let schema: String?
    private var lines: [String]
    private var taken: Set<String> = []

    /// - Parameters:
    ///   - source: where the tables are, without a password.
    ///   - schema: whose tables are named without their schema, because each tenant has one of its own; nil names both.
    init(source: String, schema: String?) {
        self.schema = schema
        lines = [
            "# A first version, from the catalogue of \(YAMLText.comment(source)).",
            "# Every table is here. Take out what no report needs, and decide what is marked DECIDE: names and the",
            "# catalogue say much about a table, and not everything. Then: almanac check, almanac check --live",
            "version: 1", "datasets:",
        ]
    }

    /// The text so far.
    var text: String { lines.joined(separator: "\n") + "\n" }

    /// Adds a table.
    mutating func add(_ proposal: DatasetProposal) {
        let table = proposal.table
        lines.append("")
        if let comment = table.comment { lines.append("  # \(YAMLText.comment(comment))") }
        lines.append("  \(YAMLText.scalar(name(of: table.name))):")
        add("from", YAMLText.scalar(reference(table.name)))
        add("sync", proposal.sync.rawValue, proposal.reason.isEmpty ? nil : Self.decided(proposal))
        if !proposal.key.isEmpty { add("key", YAMLText.list(proposal.key)) }
        if let cursor = proposal.cursor { add("cursor", YAMLText.scalar(cursor)) }
        if let eventTime = proposal.eventTime { add("event_time", YAMLText.scalar(eventTime)) }
        if !proposal.naiveColumns.isEmpty {
            let names = proposal.naiveColumns.joined(separator: ", ")
            add(
                "naive_timestamps", "utc",
                "DECIDE utc or local: \(names) \(proposal.naiveColumns.count == 1 ? "has" : "have") no zone")
        }
        if !proposal.columns.isEmpty {
            lines.append("    columns:")
            for column in proposal.columns { add(column) }
        }
        for remark in proposal.remarks { lines.append("    # DECIDE \(YAMLText.comment(remark))") }
        describe(table)
    }

    /// Adds relations that are left out, each with the reason.
    mutating func addLeftOut(_ tables: [(name: QualifiedName, reason: String)]) {
        guard !tables.isEmpty else { return }
        lines += ["", "# Left out:"]
        for table in tables {
            lines.append("#   \(YAMLText.comment(table.name.description)): \(YAMLText.comment(table.reason))")
        }
    }

    private mutating func add(_ key: String, _ value: String, _ comment: String? = nil) {
        lines.append("    \(key): \(value)" + (comment.map { "  # \(YAMLText.comment($0))" } ?? ""))
    }

    private static func decided(_ proposal: DatasetProposal) -> String {
        proposal.sync == .snapshot ? proposal.reason : "DECIDE \(proposal.reason)"
    }

    private mutating func add(_ column: (name: String, proposal: DatasetProposal.ColumnProposal)) {
        let (value, comment) =
            switch column.proposal {
            case .personalData(let kind):
                (
                    "{ pii: drop }",
                    kind == "a secret"
                        ? "looks like \(kind)" : "DECIDE looks like \(kind): drop, mask, pseudonymise or keep"
                )
            case .noPlace(let type):
                ("{ pii: drop }", "\(type) has no place in the lake; type: text takes it as the server writes it")
            case .decimal(let precision, let scale, let isMeasured):
                (
                    "{ type: \"decimal(\(precision),\(scale))\" }",
                    "DECIDE its digits"
                        + (isMeasured ? ": room for what the server's statistics show" : "; or type: text")
                )
            case .text: ("{ type: text }", "as the server writes it")
            }
        lines.append("      \(YAMLText.scalar(column.name)): \(value)  # \(YAMLText.comment(comment))")
    }

    /// Every column with its type, what it refers to and what is said of it.
    private mutating func describe(_ table: SourceTable) {
        let width = min(28, table.columns.map { YAMLText.comment($0.name).count }.max() ?? 0)
        for column in table.columns {
            let name = YAMLText.comment(column.name)
            var line = name + String(repeating: " ", count: max(0, width - name.count)) + "  \(column.typeName)"
            if column.isNotNull { line += " not null" }
            for key in table.foreignKeys where key.columns.contains(column.name) {
                let place = key.columns.firstIndex(of: column.name) ?? 0
                let other = key.referenced.indices.contains(place) ? " (\(key.referenced[place]))" : ""
                line += " -> \(key.table)\(other)"
            }
            if let comment = column.comment { line += ": \(comment)" }
            lines.append("    #   \(YAMLText.comment(line))")
        }
    }

    /// The table's name as `from` reads it.
    private func reference(_ name: QualifiedName) -> String {
        let shown = name.schema == schema ? QualifiedName(schema: nil, name: name.name) : name
        return [shown.schema, shown.name].compactMap { $0 }.map(Self.sqlName).joined(separator: ".")
    }

    /// A name as SQL reads it: in quotes where it is not all lower-case letters and digits.
    private static func sqlName(_ name: String) -> String {
        let isSimple =
            name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
            && name.utf8.first.map { !(0x30...0x39).contains($0) } == true
        return isSimple ? name : "\"" + name.replacing("\"", with: "\"\"") + "\""
    }

    /// The table's name as a dataset's: letters that cannot stay become `_`, and a name that is taken gets its schema
    /// before it, or a number behind it.
    private mutating func name(of table: QualifiedName) -> String {
        let plain = Self.resourceName(table.name)
        let long = Self.resourceName([table.schema ?? "", table.name].joined(separator: "_"))
        var candidate = taken.contains(plain) ? long : plain
        var number = 2
        while !taken.insert(candidate).inserted {
            candidate = String(long.prefix(58)) + "_\(number)"
            number += 1
        }
        return candidate
    }

    private static func resourceName(_ text: String) -> String {
        let words = ColumnWords.words(of: text).joined(separator: "_")
        let kept = words.unicodeScalars.map { scalar -> Character in
            let isGood = (0x61...0x7A).contains(scalar.value) || (0x30...0x39).contains(scalar.value) || scalar == "_"
            return isGood ? Character(scalar) : "_"
        }
        let name = String(String(kept).prefix(63).drop { $0 == "_" })
        return name.isEmpty ? "table" : name
    }
}
