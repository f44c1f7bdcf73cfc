import AlmanacTesting
import CivilTime
import Configuration
import Effects
import Models
import Query
import SystemPackage
import Testing

@Suite struct ModelReadingTests {
    private static let good = """
        /*---
        version: 1
        description: Sales of each day.
        materialized: incremental
        grain: [day]
        bucket: { column: day, grain: day }
        subject: shop
        incremental: { lookback: 7d }
        columns:
          day: { type: date, description: The day. }
          shop: { type: id, description: The shop. }
          sales: { type: integer, unit: money, description: Sales. }
        tests:
          - unique: day
          - relationships: { column: shop, to: shops, field: id }
          - sums_equal: { column: sales, to: orders, field: total, where: "status = 'paid'" }
          - accepted_values: { column: shop, values: [1, b] }
        ---*/
        SELECT day, shop, sum(total) AS sales
        FROM orders /* a comment */
        WHERE day >= :from
        GROUP BY day, shop
        """

    @Test("A model is read whole")
    func whole() throws {
        let model = try TestModels.model("daily", Self.good)
        #expect(model.materialization == .incremental && model.lookbackDays == 7)
        #expect(model.grain == ["day"] && model.bucket == ModelBucket(column: "day", grain: .day))
        #expect(model.subjectColumn == "shop" && model.hasOneRowEachBucket)
        #expect(model.columns.map(\.label) == ["Day", "Shop", "Sales"])
        #expect(
            model.tests == [
                .unique(["day"]), .relationships(column: "shop", table: "shops", field: "id"),
                .sumsEqual(column: "sales", table: "orders", field: "total", condition: "status = 'paid'"),
                .acceptedValues(column: "shop", values: ["1", "b"]),
            ])
        #expect(model.references.tables.map(\.name) == ["orders"])
        #expect(model.references.parameters.keys.sorted() == ["from"])
    }

    @Test(
        "Mistakes name file, line, column and a way out",
        arguments: [
            ("/*---", "-- ", "1:1", "the first line is /*---"), ("---*/", "", "1:1", "its last line is ---*/"),
            ("materialized: incremental", "materialized: tabel", "4:15", "did you mean 'table'?"),
            ("column: day,", "column: dya,", "6:19", "did you mean 'day'?"),
            ("column: day,", "column: sales,", "6:9", "must be a date"),
            ("subject: shop", "subject: shp", "7:10", "shop"),
            ("lookback: 7d", "lookback: 90m", "8:14", "whole number of days"),
            ("- unique: day", "- uniqe: day", "14:5", "unique"),
            ("column: sales, to", "column: sale, to", "16:27", "sales"),
            ("grain: [day]", "grain: [dya]", "5:9", "day"), ("  shop: {", "  tz_: {", "7:10", "unknown column 'shop'"),
            ("  shop: {", "  revision: {", "2:1", "every model has a column 'revision'"),
            // The query: lines of the file.
            ("sum(total)", "sum(total", "19:29", "where ')' is expected"),
            ("WHERE day", "WHER day", "21:6", "is expected"),
            ("SELECT day", "EXPLAIN SELECT day", "19:1", "is a query"),
        ])
    func mistakes(old: String, new: String, place: String, words: String) throws {
        let text = Self.good.replacing(old, with: new)
        let error = #expect(throws: ConfigurationErrors.self) { try TestModels.model("daily", text) }
        let told = try #require(error).description
        #expect(told.contains("models/daily.sql:\(place)"), "\(told)")
        #expect(told.contains(words), "\(told)")
    }

    @Test("A YAML file among the models is told what to become")
    func yaml() throws {
        let store = SimulatedFileStore()
        try store.makeFolder("/models")
        try store.create("/models/daily.yaml").close()
        let error = #expect(throws: ConfigurationErrors.self) { try ModelFolder("/models", store: store) }
        #expect(try #require(error).description.contains("name it daily.sql"))
    }
}
