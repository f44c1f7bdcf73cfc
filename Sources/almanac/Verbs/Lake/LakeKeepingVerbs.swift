internal import ArgumentParser
internal import CivilTime
internal import Effects
internal import Lake
internal import Runs

extension LakeVerb {
    struct Compact: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put small files of a table together, sorted by time.",
            discussion: """
                Examples:
                  almanac lake compact raw/orders --tenant harbour-records
                  almanac lake compact raw/orders --tenant harbour-records --dry-run --json
                  almanac lake compact raw/events --tenant ua --target 64
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var location: ProjectOptions
        @OptionGroup var named: TableArgument

        @Option(name: .long, help: "The size that files should have, in MiB.")
        var target: Int64 = 128

        @Flag(name: .long, help: "Say what would be put together, and change nothing.")
        var dryRun = false

        func run() throws {
            guard target > 0, target <= 1 << 20 else { throw ValidationError("--target is a number of MiB above 0") }
            let table = try named.table(location, common)
            let bytes = target << 20
            if dryRun {
                let plan = try classifying("plan the compaction of \(table.address)") {
                    try table.compactionPlan(targetBytes: bytes)
                }
                return try answer(
                    Answer(
                        version: plan.version, bins: plan.bins.count, filesBefore: plan.fileCount, filesAfter: nil,
                        bytesBefore: plan.bins.reduce(0) { $0 + $1.byteCount }, bytesAfter: nil, rows: nil,
                        conflicts: 0, dryRun: true))
            }
            let result = try classifying("compact \(table.address)") {
                var info = OperationInfo(eventTime: try table.snapshot().eventTime(common))
                info.engine = "almanac/\(EngineVersion.text)"
                return try table.compact(targetBytes: bytes, info)
            }
            try answer(
                Answer(
                    version: result.version, bins: nil, filesBefore: result.removedFileCount,
                    filesAfter: result.addedFileCount, bytesBefore: result.removedByteCount,
                    bytesAfter: result.addedByteCount, rows: result.rowCount, conflicts: result.conflictCount,
                    dryRun: false))
        }

        private func answer(_ answer: Answer) throws {
            if common.json { return try common.console.answer(json: answer) }
            if answer.filesBefore == 0 { return common.console.answer("nothing to put together") }
            if answer.dryRun {
                return common.console.answer(
                    "would put together \(answer.filesBefore) files of \(answer.bytesBefore) bytes")
            }
            common.console.answer(
                "\(answer.filesBefore) files became \(answer.filesAfter ?? 0): \(answer.rows ?? 0) rows, "
                    + "\(answer.bytesBefore) → \(answer.bytesAfter ?? 0) bytes")
        }

        private struct Answer: Encodable {
            let version: Int64?
            let bins: Int?
            let filesBefore: Int
            let filesAfter: Int?
            let bytesBefore: Int64
            let bytesAfter: Int64?
            let rows: Int64?
            let conflicts: Int
            let dryRun: Bool

            enum CodingKeys: String, CodingKey {
                case version, bins, rows, conflicts
                case filesBefore = "files_before"
                case filesAfter = "files_after"
                case bytesBefore = "bytes_before"
                case bytesAfter = "bytes_after"
                case dryRun = "dry_run"
            }
        }
    }

    struct VacuumFiles: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "vacuum", abstract: "Remove files that no version within the grace has; dry without --yes.",
            discussion: """
                Keeps what unexpired receipts of the tenant name, and what its last whole run left.

                Examples:
                  almanac lake vacuum raw/orders --tenant harbour-records
                  almanac lake vacuum raw/orders --tenant harbour-records --yes
                  almanac lake vacuum raw/orders --tenant harbour-records --grace-hours 24 \\
                    --json
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var location: ProjectOptions
        @OptionGroup var named: TableArgument

        @Option(name: .long, help: "How long removed files stay, in hours; else the table's own, 168.")
        var graceHours: Int64?

        @Flag(name: .long, help: "Remove them.")
        var yes = false

        func run() throws {
            if let graceHours, !(1...876_000).contains(graceHours) {
                throw ValidationError("--grace-hours is at least 1: younger files may belong to a change in the making")
            }
            let table = try named.table(location, common)
            let grace = graceHours.map { $0 * 3_600_000 }
            let pins = try ReceiptPins.pins(of: table, tenant: named.tenant, location, common)
            let (plan, removed) = try classifying("vacuum \(table.address)") {
                let plan = try table.vacuumPlan(graceMilliseconds: grace, pins: pins)
                return (plan, yes ? try table.vacuum(plan, graceMilliseconds: grace, pins: pins) : plan.files)
            }
            let bytes = removed.reduce(Int64(0)) { $0 + $1.size }
            guard !common.json else {
                return try common.console.answer(
                    json: Answer(
                        version: plan.version, removed: yes, pinnedFiles: plan.pinnedFileCount, bytes: bytes,
                        firstVersion: plan.firstVersion,
                        files: removed.map { Line(path: $0.path, bytes: $0.size, reason: $0.reason.rawValue) }))
            }
            for file in removed { common.console.answer("\(file.reason.rawValue)  \(file.path)  \(file.size)") }
            common.console.answer(
                "\(yes ? "removed" : "would remove") \(removed.count) files, \(bytes) bytes"
                    + (plan.pinnedFileCount > 0 ? "; receipts keep \(plan.pinnedFileCount)" : "")
                    + (yes || removed.isEmpty ? "" : "  (add --yes)"))
        }

        private struct Line: Encodable {
            let path: String
            let bytes: Int64
            let reason: String
        }

        private struct Answer: Encodable {
            let version: Int64
            let removed: Bool
            let pinnedFiles: Int
            let bytes: Int64
            let firstVersion: Int64?
            let files: [Line]

            enum CodingKeys: String, CodingKey {
                case version, removed, bytes, files
                case pinnedFiles = "pinned_files"
                case firstVersion = "first_version"
            }
        }
    }

    struct Restore: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a table what it was, by a version of its own.",
            discussion: """
                Examples:
                  almanac lake restore raw/orders@12 --tenant harbour-records
                  almanac lake restore raw/orders@2026-11-01T00:00:00Z --tenant harbour-records
                  almanac lake restore aggregates/sales_daily@3 --tenant ua --json
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var location: ProjectOptions
        @OptionGroup var named: TableArgument

        func run() throws {
            let (table, moment) = try named.resolve(location, common)
            guard moment != .latest else {
                throw Failure(
                    .usage, "no version is named", why: "restore needs @VERSION or @INSTANT",
                    remedy: "almanac lake history \(named.address)")
            }
            let commit = try classifying("restore \(table.address)") {
                var info = OperationInfo()
                info.engine = "almanac/\(EngineVersion.text)"
                return try table.restore(to: moment, info)
            }
            if common.json {
                return try common.console.answer(
                    json: Answer(version: commit.version, unchanged: commit.isUnchanged, files: commit.fileCount))
            }
            common.console.answer(
                commit.isUnchanged
                    ? "the table is as it was then" : "version \(commit.version) brought back \(commit.fileCount) files"
            )
        }

        private struct Answer: Encodable {
            let version: Int64
            let unchanged: Bool
            let files: Int
        }
    }
}
