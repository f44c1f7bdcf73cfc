import Configuration
import Testing

@Suite("Suggestions")
struct SuggestionTests {
    @Test(
        "The nearest name within two edits or a third of the length",
        arguments: [
            ("timezon", "timezone"), ("rnu", "run"), ("tenat", "tenants"), ("reprts", "reports"), ("colour", "color"),
            ("fiscalyearstart", "fiscal_year_start"), ("RUN", "run"),
        ])
    func near(typed: String, meant: String) {
        let names = ["run", "runs", "tenants", "reports", "timezone", "color", "fiscal_year_start"]
        #expect(Suggestion.nearest(to: typed, among: names) == meant)
    }

    @Test("What is far from everything has no suggestion", arguments: ["schedule", "x", "", "zz", "abc"])
    func far(typed: String) { #expect(Suggestion.nearest(to: typed, among: ["run", "id", "timezone"]) == nil) }
}

@Suite("Layers")
struct LayerTests {
    @Test("The first layer that has a key wins, and says where the value is from")
    func precedence() {
        var layers = SettingLayers()
        layers.append(["out": Setting("/flag", from: .flag("--out"))])
        layers.appendVariables(
            ["ALMANAC_LAKE": "/variable", "ALMANAC_OUT": "/x", "ALMANAC_STATE": ""], keys: ["lake", "out", "state"])
        layers.append([
            "lake": Setting("lake", from: .file(SourcePosition(file: "almanac.yaml", line: 2, column: 7))),
            "state": Setting("state", from: .file(SourcePosition(file: "almanac.yaml", line: 3, column: 8))),
        ])
        #expect(layers["out"] == Setting("/flag", from: .flag("--out")))
        #expect(layers["lake"]?.origin.description == "variable ALMANAC_LAKE")
        #expect(layers["state"]?.origin.description == "almanac.yaml:3:8")
        #expect(layers["nothing"] == nil)
        #expect(layers.keys == ["lake", "out", "state"])
    }
}
