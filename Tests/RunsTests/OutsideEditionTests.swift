import CivilTime
import Columnar
import Effects
import Foundation
import Parquet
import Rendering
import Runs
import SystemPackage
import Testing

/// A report of named files alone: no project, no lake, no database.
struct OutsideEditionTests {
    private static let platform = TestPlaces.sources.appending("Reports").appending("retail")

    /// A folder with the models' rows and a tenant's file, removed with the test.
    private final class Place {
        let folder = TestPlaces.scratch()
        let store = DiskFileStore()

        init(owner: String? = nil) throws {
            try store.makeFolder(folder)
            try text(
                """
                version: 1
                id: lagos-circle
                platform: retail
                name: Lagos Circle
                calendar: { timezone: Africa/Lagos }
                locale: en-NG
                currency: NGN
                """, "lagos-circle.yaml")
            let day = try LocalDate(parsing: "2026-08-01").daysSinceEpoch
            let sales = (0..<92).map { index -> [Scalar] in
                [
                    .date(day + Int32(index)), .text("NGN"), .int(100_000 + Int64(index * 7_919 % 613)), .int(40),
                    .int(90), .int(30),
                ]
            }
            try parquet(
                "sales_daily",
                [
                    Field("day", .date), Field("currency", .text), Field("revenue_minor", .int64),
                    Field("orders", .int64), Field("items", .int64), Field("customers", .int64),
                ], sales, owner)
            let month = try LocalDate(parsing: "2026-10-01").daysSinceEpoch
            let customers = (0..<20).map { index -> [Scalar] in
                [
                    .date(month), .int(Int64(index + 1)), .text("=c\(index)"), .text("NGN"),
                    .int(9_000_000 - Int64(index) * 71_234), .int(3), .int(5), .date(day), .date(month + 3),
                ]
            }
            try parquet(
                "top_customers",
                [
                    Field("month", .date), Field("rank", .int64), Field("customer_id", .text), Field("currency", .text),
                    Field("revenue_minor", .int64), Field("orders", .int64), Field("items", .int64),
                    Field("first_order", .date), Field("last_order", .date),
                ], customers, owner)
            let cohorts = (0..<3).map { age -> [Scalar] in
                [.date(day), .int(Int64(age)), .date(day), .int(Int64(30 - 9 * age)), .int(30)]
            }
            try parquet(
                "cohort_retention",
                [
                    Field("cohort", .date), Field("age", .int64), Field("month", .date), Field("customers", .int64),
                    Field("size", .int64),
                ], cohorts, owner)
        }

        deinit { try? store.removeFolder(folder) }

        func text(_ text: String, _ name: String) throws {
            let path = folder.appending(name)
            try? store.remove(path)
            let file = try store.create(path)
            try file.write(Array(text.utf8).span)
            try file.close()
        }

        private func parquet(_ name: String, _ fields: [Field], _ rows: [[Scalar]], _ owner: String?) throws {
            var columns: [Column] = []
            for (index, field) in fields.enumerated() {
                var builder = ColumnBuilder(field)
                for row in rows { try builder.append(row[index]) }
                columns.append(try builder.finish())
            }
            var options = ParquetWriterOptions()
            if let owner { options.keyValues = [("almanac.tenant", owner)] }
            let file = try store.create(folder.appending(name + ".parquet"))
            let writer = try ParquetFileWriter(schema: Schema(fields), options: options, file: file)
            try writer.write(try ColumnBatch(schema: Schema(fields), columns: columns, rowCount: rows.count))
            _ = try writer.finish()
            try file.close()
        }

        func edition(_ formats: [String]) throws -> OutsideEdition {
            var data: [String: FilePath] = [:]
            for model in ["sales_daily", "top_customers", "cohort_retention"] {
                data[model] = folder.appending(model + ".parquet")
            }
            return OutsideEdition(
                report: OutsideEditionTests.platform.appending("reports").appending("monthly-sales.yaml"), data: data,
                tenant: folder.appending("lagos-circle.yaml"), asOf: try Instant(parsing: "2026-11-01T06:00:00Z"),
                formats: formats)
        }
    }

    private func machine() throws -> RunEnvironment {
        try RunEnvironment(variables: ProcessInfo.processInfo.environment.filter { $0.key == "TZDIR" })
    }

    @Test("All formats are made, checked, and are the same bytes a second time, with nothing else left in the folder")
    func allFormats() throws {
        let place = try Place(owner: "lagos-circle")
        let edition = try place.edition(["pdf", "xlsx", "csv", "json", "parquet"])
        let first = try edition.make(in: place.folder.appending("a"), machine())
        let second = try edition.make(in: place.folder.appending("b"), machine())
        #expect(first == second)
        #expect(
            first.map(\.name).sorted() == [
                "daily-sales.csv", "daily-sales.csv.json", "daily-sales.json", "daily-sales.parquet", "report.pdf",
                "report.xlsx", "top-customers.csv", "top-customers.csv.json", "top-customers.json",
                "top-customers.parquet",
            ])
        #expect(try place.store.names(in: place.folder.appending("a")) == first.map(\.name).sorted())
        let days = try place.store.text(of: place.folder.appending("a").appending("daily-sales.csv"))
        // October: 31 days behind the head.
        #expect(days.split(separator: "\n").count == 32)
        let customers = try place.store.text(of: place.folder.appending("a").appending("top-customers.csv"))
        #expect(customers.contains("\n1,'=c0,9000000,"))
    }

    @Test("A table's Parquet file says whose it is and in which unit its columns are")
    func parquetFile() throws {
        let place = try Place()
        _ = try place.edition(["parquet"]).make(in: place.folder.appending("a"), machine())
        let path = place.folder.appending("a").appending("top-customers.parquet")
        let reader = try ParquetFileReader(try place.store.open(path))
        #expect(reader.metadata.rowCount == 20)
        #expect(reader.metadata.keyValues.contains { $0.key == "almanac.tenant" && $0.value == "lagos-circle" })
        let revenue = try #require(reader.schema.fields.first { $0.name == "revenue_minor" })
        #expect(revenue.type == .int64)
    }

    @Test("A report's csv: decides how its files are written; what is wrong in it is shown")
    func csvOptions() throws {
        let place = try Place()
        let copy = place.folder.appending("retail")
        var report = ""
        for name in ["metrics.yaml", "models", "reports"] {
            let from = Self.platform.appending(name)
            guard try place.store.status(of: from)?.kind == .folder else {
                try place.store.makeFolder(copy)
                try place.text(try place.store.text(of: from), "retail/\(name)")
                continue
            }
            try place.store.makeFolder(copy.appending(name))
            for file in try place.store.names(in: from) {
                let text = try place.store.text(of: from.appending(file))
                if name == "reports" { report = text }
                try place.text(text, "retail/\(name)/\(file)")
            }
        }
        var edition = try place.edition(["csv"])
        edition.report = copy.appending("reports").appending("monthly-sales.yaml")
        edition.templates = TestPlaces.sources.appending("Templates")
        try place.text(
            report + "csv: { values: local, line_end: crlf, guard: false, byte_order_mark: true, compress: zstd }\n",
            "retail/reports/monthly-sales.yaml")
        let made = try edition.make(in: place.folder.appending("a"), machine())
        #expect(made.map(\.name).contains("top-customers.csv.zst"))
        let sidecar = try place.store.text(of: place.folder.appending("a").appending("top-customers.csv.zst.json"))
        for words in ["\"CRLF\"", "\"zstd\"", "\"local\"", "\"formula_guard\":false", "\"byte_order_mark\":true"] {
            #expect(sidecar.replacing(": ", with: ":").contains(words))
        }
        try place.text(report + "csv: { values: english }\n", "retail/reports/monthly-sales.yaml")
        let failure = #expect(throws: Failure.self) {
            try edition.make(in: place.folder.appending("b"), machine())
        }
        #expect("\(failure.map { "\($0)" } ?? "")".contains("values"))
    }

    @Test("Another tenant's file, a missing model, an unknown one and a wrong format are refused, and no file is made")
    func refused() throws {
        let place = try Place(owner: "accra-circle")
        let folder = place.folder.appending("a")
        #expect(throws: Failure.self) { try place.edition(["csv"]).make(in: folder, machine()) }
        let own = try Place()
        var missing = try own.edition(["csv"])
        missing.data["sales_daily"] = nil
        var unknown = try own.edition(["csv"])
        unknown.data["sales"] = own.folder.appending("sales_daily.parquet")
        var swapped = try own.edition(["csv"])
        swapped.data["sales_daily"] = own.folder.appending("top_customers.parquet")
        for (edition, words) in [(missing, "sales_daily"), (unknown, "'sales'"), (swapped, "does not fit")] {
            let failure = #expect(throws: Failure.self) { try edition.make(in: folder, machine()) }
            #expect("\(failure.map { "\($0)" } ?? "")".contains(words))
        }
        #expect(throws: Failure.self) { try own.edition(["docx"]).make(in: folder, machine()) }
        #expect(try own.store.status(of: folder) == nil && place.store.status(of: folder) == nil)
    }

    @Test("What is wrong in the tenant's file is shown with its line")
    func wrongTenant() throws {
        let place = try Place()
        try place.text(
            "version: 1\nid: lagos-circle\nplatform: retail\nlocale: en\ncurrency: NGN\ncalendar: { timezone: Mars/Olympus }\n",
            "lagos-circle.yaml")
        let failure = #expect(throws: Failure.self) {
            try place.edition(["csv"]).make(in: place.folder.appending("a"), machine())
        }
        #expect(failure?.details?.contains("lagos-circle.yaml:6:") == true)
    }
}
