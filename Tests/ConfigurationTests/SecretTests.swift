import Configuration
import Testing

@Suite("Secrets")
struct SecretTests {
    @Test("A secret is named by a variable or a file, and never printed")
    func references() throws {
        let variable = try #require(SecretReference("env:HUSTLEX_URL"))
        #expect(variable.description == "env:HUSTLEX_URL")
        let secret = try variable.resolve(
            variable: { $0 == "HUSTLEX_URL" ? "postgres://u:hunter2@h/db" : nil }, file: { _ in "" })
        #expect(secret.reveal() == "postgres://u:hunter2@h/db")
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped, "\([secret])", "\(Optional(secret) as Any)"] {
            #expect(!text.contains("hunter2"))
        }
        let file = try #require(SecretReference("file:/run/secrets/url"))
        #expect(
            try file.resolve(variable: { _ in nil }, file: { $0 == "/run/secrets/url" ? "s3\n" : "" }).reveal() == "s3")
    }

    @Test(
        "Anything else is no secret",
        arguments: ["postgres://u:p@h/db", "env:", "env:1X", "env:A B", "file:", "", "hunter2"])
    func refused(text: String) { #expect(SecretReference(text) == nil) }

    @Test("A secret that is not there is an error that names the place")
    func missing() {
        let reference = SecretReference("env:NOBODY")
        let error = #expect(throws: SecretError.self) {
            try reference?.resolve(variable: { _ in nil }, file: { _ in "" })
        }
        #expect(error?.description == "can't get the secret env:NOBODY: the variable NOBODY is not set")
        #expect(throws: SecretError.self) { try reference?.resolve(variable: { _ in "" }, file: { _ in "" }) }
    }

    @Test(
        "A secret that was written into the file is in no error text",
        arguments: [
            "url: postgres://reader:hunter2@db/shop", "url: hunter2",
            "source: { url: \"postgres://reader:hunter2@db\", isolaton: rls }",
            "source: { password: hunter2, isolaton: rls }", "API_TOKEN: hunter2", "url: [hunter2]",
            "urll: postgres://a:hunter2@h",
            "kind: postgres://a:hunter2@h", "url: postgres://reader:hunter2@x@db/shop",
        ])
    func notShown(line: String) throws {
        let found = try #require(
            errors("version: 1\n\(line)\n") { map in
                _ = map.optional("url")?.secret()
                _ = map.optional("kind")?.choice(among: [("a", 1)])
                map.optional("source")?.mapping { source in
                    _ = source.optional("isolation")
                    _ = source.optional("url")?.secret()
                    return true
                }
            })
        #expect(!found.isEmpty)
        for error in found { #expect(!"\(error) \(ConfigurationErrors([error]))".contains("hunter2")) }
    }
}
