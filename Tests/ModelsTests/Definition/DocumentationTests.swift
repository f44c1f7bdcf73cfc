import Models
import Testing

@Suite struct DocumentationTests {
    @Test("A page keeps its own words around the models")
    func page() throws {
        let graph = try TestModels.graph(platform: "retail")
        let documentation = ModelDocumentation(graph)
        #expect(documentation.page("no marks") == nil)
        let text = "# Retail\n\n<!-- models:begin -->\nold\n<!-- models:end -->\n\nMore.\n"
        let page = try #require(documentation.page(text))
        #expect(page.hasPrefix("# Retail\n") && page.hasSuffix("<!-- models:end -->\n\nMore.\n"))
        #expect(!page.contains("old") && page.contains("### `sales_daily`"))
        #expect(page.contains("| `customers` | integer | count (not additive) |"))
        #expect(documentation.page(page) == page)
    }
}
