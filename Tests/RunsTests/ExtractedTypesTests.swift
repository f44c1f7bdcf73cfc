import AlmanacTesting
import Effects
import Foundation
import SystemPackage
import Testing

/// Every type of Postgres, extracted by the program: what pyarrow and DuckDB read in the files is what Postgres says.
@Suite(
    .enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"),
    .enabled(
        if: TestPlaces.program != nil && TestPlaces.python != nil,
        "needs ALMANAC_PROGRAM and ALMANAC_ORACLE_PYTHON, which scripts/test sets"))
struct ExtractedTypesTests {
    private func oracle(_ words: String...) throws -> ProcessResult {
        let script = TestPlaces.sources.appending("Tests").appending("Oracles").appending("type_round_trip.py")
        return try SystemProcessRunner().run(
            ProcessCommand(try #require(TestPlaces.python), [script.string] + words, environment: [:]))
    }

    @Test func everyValueIsWhatPostgresSays() throws {
        let cluster = try TestPostgres.cluster()
        let database = try cluster.makeDatabase(try oracle("tables").output)
        let store = DiskFileStore()
        let folder = TestPlaces.scratch()
        try store.makeFolder(folder)
        defer { try? store.removeFolder(folder) }
        let queries = try oracle("queries").output.split(separator: "\n")
        #expect(queries.count > 40)
        for line in queries {
            let parts = line.split(separator: "\t").map(String.init)
            try #require(parts.count == 4)
            let answer = try cluster.run("COPY (\(parts[3])) TO STDOUT (FORMAT csv)", database: database)
            try CommittedFile(store: store, random: SystemRandom()).commit(
                Array(answer.utf8), to: folder.appending(parts[0] + ".csv"))
            let extracted = try SystemProcessRunner().run(
                ProcessCommand(
                    try #require(TestPlaces.program),
                    [
                        "extract", "--url", cluster.url(database: database), "--query", parts[2], "--to",
                        folder.appending(parts[0] + ".parquet").string,
                    ], environment: ["NO_COLOR": "1"]))
            #expect(extracted.exitCode == 0, "\(parts[0]): \(extracted.errors)")
        }
        let compared = try oracle("compare", folder.string)
        #expect(compared.exitCode == 0, "\(compared.output)\(compared.errors)")
    }
}
