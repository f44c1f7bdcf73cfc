internal import ArgumentParser
internal import Columnar
internal import Lake
internal import Runs

extension LakeVerb {
    struct Diff: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what changed in a table between two versions.",
            discussion: """
                Examples:
                  almanac lake diff raw/orders --tenant harbour-records --from 3
                  almanac lake diff raw/orders@9 --tenant harbour-records \\
                    --from 2026-11-01T00:00:00Z
                  almanac lake diff aggregates/sales_daily --tenant ua --from 0 --json
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var location: ProjectOptions
        @OptionGroup var named: TableArgument

        @Option(name: .long, help: "The version or instant to compare with.")
        var from: String

        func run() throws {
            let (table, moment) = try named.resolve(location, common)
            let answer = try classifying("compare versions of \(table.address)") {
                let (old, new) = (
                    try table.snapshot(at: try TableArgument.moment(from)), try table.snapshot(at: moment)
                )
                let changes =
                    old.version <= new.version
                    ? try table.changes(after: old.version, upTo: new.version)
                    : try table.changes(after: new.version, upTo: old.version)
                return Answer(old, new, changes)
            }
            guard !common.json else { return try common.console.answer(json: answer) }
            for line in answer.lines { common.console.answer(line) }
        }
    }

    private struct Answer: Encodable {
        let from: Int64
        let to: Int64
        let days: String?
        let daysUnknown: String?
        let partitions: [[String: String?]]
        let filesAdded: [String]
        let filesRemoved: [String]
        let rowsBefore: Int64?
        let rowsAfter: Int64?
        let columnsAdded: [String]
        let columnsRemoved: [String]
        let columnsChanged: [String]

        enum CodingKeys: String, CodingKey {
            case from, to, days, partitions
            case daysUnknown = "days_unknown"
            case filesAdded = "files_added"
            case filesRemoved = "files_removed"
            case rowsBefore = "rows_before"
            case rowsAfter = "rows_after"
            case columnsAdded = "columns_added"
            case columnsRemoved = "columns_removed"
            case columnsChanged = "columns_changed"
        }

        init(_ old: TableSnapshot, _ new: TableSnapshot, _ changes: TableChanges) {
            (from, to) = (old.version, new.version)
            days = changes.days?.text
            daysUnknown = changes.unknownReason
            partitions = changes.partitions.sorted { "\($0)" < "\($1)" }
            let (before, after) = (Set(old.files.map(\.name)), Set(new.files.map(\.name)))
            filesAdded = after.subtracting(before).sorted()
            filesRemoved = before.subtracting(after).sorted()
            (rowsBefore, rowsAfter) = (old.rowCount, new.rowCount)
            columnsAdded = new.schema.fields.filter { old.schema.index(of: $0.name) == nil }.map(\.name)
            columnsRemoved = old.schema.fields.filter { new.schema.index(of: $0.name) == nil }.map(\.name)
            columnsChanged = new.schema.fields.filter { field in
                old.schema.index(of: field.name).map { index in
                    let other = old.schema.fields[index]
                    return other.type != field.type || other.isNullable != field.isNullable
                } ?? false
            }.map(\.name)
        }

        var lines: [String] {
            func list(_ names: [String]) -> String { names.isEmpty ? "none" : names.joined(separator: ", ") }
            return [
                "versions  \(from) → \(to)",
                "days      \(days.map { $0.isEmpty ? "none" : $0 } ?? "not known: \(daysUnknown ?? "")")",
                "rows      \(rowsBefore.map(String.init) ?? "–") → \(rowsAfter.map(String.init) ?? "–")",
                "files     \(filesAdded.count) came, \(filesRemoved.count) went",
                "columns   new: \(list(columnsAdded)); gone: \(list(columnsRemoved)); "
                    + "changed: \(list(columnsChanged))",
            ]
        }
    }
}
