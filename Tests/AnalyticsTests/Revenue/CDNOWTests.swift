import Columnar
import Effects
import Foundation
import Kernels
import Query
import SystemPackage
import Testing

/// Where the purchases are, and what writes them as Parquet.
private enum Purchases {
    static let path: String? = {
        guard let folder = ProcessInfo.processInfo.environment["ALMANAC_DATASETS"] else { return nil }
        let path = folder + "/CDNOW_master.txt"
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }()

    static let python = ProcessInfo.processInfo.environment["ALMANAC_ORACLE_PYTHON"]
}

/// CDNOW's 69,659 purchases (Fader and Hardie; of the lifetimes package), through a Parquet file and the engine.
@Suite(
    .enabled(
        if: Purchases.path != nil && Purchases.python != nil,
        "needs ALMANAC_DATASETS and ALMANAC_ORACLE_PYTHON, which scripts/test sets where PyPI is reached"))
struct CDNOWTests {
    /// The purchases as a Parquet file of customer, day and cents, which pyarrow writes.
    private func table() throws -> URL {
        let text = try String(contentsOfFile: try #require(Purchases.path), encoding: .utf8)
        var lines = ["customer,day,cents"]
        // The file's lines end with CR LF, which Swift takes as one character.
        for line in text.split(whereSeparator: { $0.isNewline }).dropFirst() {
            let cells = line.split(separator: " ")
            guard cells.count == 4, let dollars = Double(cells[3]) else { continue }
            let date = cells[1]
            lines.append(
                "\(cells[0]),\(date.prefix(4))-\(date.dropFirst(4).prefix(2))-\(date.suffix(2)),\(Int((dollars * 100).rounded()))"
            )
        }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("cdnow-\(UUID().uuidString).csv")
        try lines.joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        let parquet = file.deletingPathExtension().appendingPathExtension("parquet")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(Purchases.python))
        let script =
            "import sys, pyarrow.csv as c, pyarrow.parquet as p; p.write_table(c.read_csv(sys.argv[1]), "
            + "sys.argv[2])"
        process.arguments = ["-c", script, file.path, parquet.path]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return parquet
    }

    @Test("Cohorts, revenue, monthly sales and repeat customers are those of pandas and DuckDB")
    func purchases() throws {
        let file = try table()
        defer { try? FileManager.default.removeItem(at: file) }
        let session = try AnalyticsSession.make(tables: ["t": file.path])
        func rows(_ sql: String) throws -> [String] { AnalyticsSession.text(try session.rows(sql).rows) }
        #expect(
            try rows(
                "SELECT count(*), count(DISTINCT customer), sum(cents), sum(CASE WHEN cents = 0 THEN 1 ELSE "
                    + "0 END) FROM t")
                == ["69659|23570|250031563|80"])
        let cohorts = "cohort_revenue(TABLE t, customer => customer, at => day, amount => cents)"
        #expect(
            try rows(
                "SELECT k, customers, revenue_minor FROM \(cohorts) WHERE cohort_start = DATE '1997-01-01' ORDER BY k")
                == [
                    "0|7846|29906017", "1|1157|6104169", "2|964|5068375", "3|810|4065550", "4|679|3497356",
                    "5|736|3439790",
                    "6|720|4100970", "7|582|2980454", "8|559|2730622", "9|594|3210030", "10|673|3945983",
                    "11|634|3356908",
                    "12|528|2721464", "13|511|2528812", "14|664|3712874", "15|472|2198890", "16|497|2422284",
                    "17|498|2725208",
                ])
        #expect(
            try rows(
                "SELECT k, customers FROM \(cohorts) WHERE cohort_start = DATE '1997-03-01' AND k IN (0, 1, "
                    + "12, 15) ORDER BY k")
                == ["0|7248", "1|1032", "12|678", "15|457"])
        #expect(try rows("SELECT sum(revenue_minor), count(DISTINCT cohort_start) FROM \(cohorts)") == ["250031563|3"])
        let sales =
            "sales(TABLE (SELECT *, row_number() OVER () AS id FROM t), currency => 'USD', order => id, "
            + "at => day, "
            + "sale => true, amount => cents)"
        let months = try rows("SELECT bucket_start, orders, gmv_minor, aov_minor FROM \(sales) ORDER BY 1")
        #expect(months.count == 18 && months[0] == "1997-01-01|8928|29906017|3350")
        #expect(months[17] == "1998-06-01|2043|7610930|3725")
        let repeated = try session.rows(
            "SELECT avg(CASE WHEN n > 1 THEN 1.0::double ELSE 0 END) FROM (SELECT count(*) AS n FROM t GROUP BY "
                + "customer) c"
        ).rows
        #expect(Numbers.isClose(repeated[0][0], 0.4947815019092066, 1e-12))
    }
}
