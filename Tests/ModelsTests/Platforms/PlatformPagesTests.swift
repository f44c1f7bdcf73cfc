import Effects
import Models
import SystemPackage
import Testing

/// What Documentation/Platforms says of models is what their files say.
@Suite struct PlatformPagesTests {
    @Test("The models of each page are as they are", arguments: ["MrBill", "Nexus", "UpCoach", "Usta"])
    func pages(name: String) throws {
        let store = DiskFileStore()
        let path = TestModels.project.appending("Documentation").appending("Platforms").appending("\(name).md")
        let text = try store.text(of: path)
        let page = ModelDocumentation(try TestModels.graph(platform: name.lowercased())).page(text)
        #expect(
            page == text, "almanac models docs --platform \(name.lowercased()) --to Documentation/Platforms/\(name).md")
    }
}
