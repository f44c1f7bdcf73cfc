internal import ArgumentParser
internal import CivilTime
internal import Lake
internal import Runs

extension LakeVerb {
    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read every byte of a table and compare it with all that is known of it.",
            discussion: """
                Checks the hash chain of the log, checkpoints, sizes, SHA-256, page checksums, row counts, statistics, \
                days and the tenant of each file. Exit 65 where something is wrong.

                Examples:
                  almanac lake verify raw/orders --tenant harbour-records
                  almanac lake verify aggregates/sales_daily --tenant ua --json
                  almanac lake verify ./some/delta/table
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var location: ProjectOptions
        @OptionGroup var named: TableArgument

        func run() throws {
            let table = try named.table(location, common)
            let zones = try common.environment().zones
            let verification = try classifying("verify \(table.address)") {
                try table.verify { try? zones.zone($0) }
            }
            if common.json {
                try common.console.answer(json: Answer(table, verification))
            } else {
                show(table, verification)
            }
            if !verification.isClean { throw ExitCode(CauseCode.dataRefused.exitCode) }
        }

        private func show(_ table: DeltaTable, _ verification: TableVerification) {
            let words =
                "\(verification.versionCount) versions, \(verification.fileCount) files, "
                + "\(verification.rowCount) rows, \(verification.byteCount) bytes"
            common.console.answer("\(table.address)  version \(verification.version): \(words)")
            if verification.findings.isEmpty { return common.console.answer("nothing wrong") }
            var text = TextTable([("KIND", .left), ("FILE", .left), ("WHAT IS WRONG", .left)])
            for finding in verification.findings { text.add([finding.kind.rawValue, finding.file, finding.reason]) }
            for line in text.lines { common.console.answer(line) }
        }

        private struct Answer: Encodable {
            struct Finding: Encodable {
                let kind: String
                let file: String
                let reason: String
                let damage: Bool
            }

            let table: String
            let version: Int64
            let versions: Int
            let files: Int
            let rows: Int64
            let bytes: Int64
            let clean: Bool
            let findings: [Finding]

            init(_ table: DeltaTable, _ verification: TableVerification) {
                self.table = table.address.name
                version = verification.version
                versions = verification.versionCount
                files = verification.fileCount
                rows = verification.rowCount
                bytes = verification.byteCount
                clean = verification.isClean
                findings = verification.findings.map {
                    Finding(kind: $0.kind.rawValue, file: $0.file, reason: $0.reason, damage: $0.isDamage)
                }
            }
        }
    }
}
