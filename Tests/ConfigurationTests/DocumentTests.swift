import Configuration
import Testing

/// Reads a text and gives its errors, nil if there are none.
func errors(_ text: String, _ read: (YAMLMapping) -> Void) -> [ConfigurationError]? {
    do throws(ConfigurationErrors) {
        let document = try YAMLDocument(text: text, file: "almanac.yaml")
        _ = try document.mapping(subject: "tenant 'lagos-fresh'") { map -> Bool? in
            read(map)
            return true
        }
        return nil
    } catch {
        return error.errors
    }
}

@Suite("Documents")
struct DocumentTests {
    @Test("A good file is read, in the file's order")
    func good() throws {
        let text = """
            version: 1
            name: Lagos Circle
            top: 10
            ratio: 1.50
            formats: [pdf, "xlsx"]
            open: true
            metrics:
              sales: { label: Sales }
              orders: { label: Orders }
            """
        let read = try YAMLDocument(text: text, file: "a.yaml").mapping { map in
            (
                name: map.required("name")?.text(), top: map.required("top")?.integer(in: 1...100),
                ratio: map.required("ratio")?.literal(), formats: map.required("formats")?.texts(),
                open: map.optional("open")?.boolean(), none: map.optional("none")?.text(),
                metrics: map.required("metrics")?.entries { key, value in
                    value.mapping { metric in metric.required("label")?.text().map { "\(key)=\($0)" } }
                }
            )
        }
        #expect(read.name == "Lagos Circle")
        #expect(read.top == 10)
        #expect(read.ratio == "1.50")
        #expect(read.formats == ["pdf", "xlsx"])
        #expect(read.open == true)
        #expect(read.none == nil)
        #expect(read.metrics == ["sales=Sales", "orders=Orders"])
    }

    @Test("An unknown key is shown with a caret and the nearest known key")
    func unknownKey() throws {
        let text = """
            version: 1
            calendar:
              week_start: monday
              timezon: Africa/Lagos
            """
        let errors = try #require(
            errors(text) { map in
                map.required("calendar")?.mapping { calendar in
                    _ = calendar.optional("timezone")?.text()
                    _ = calendar.optional("week_start")?.text()
                    return true
                }
            })
        #expect(
            errors.map(\.description) == [
                """
                unknown key 'timezon' in 'calendar' of tenant 'lagos-fresh'
                  --> almanac.yaml:4:3
                   |
                 4 |   timezon: Africa/Lagos
                   |   ^^^^^^^ did you mean 'timezone'?
                """
            ])
    }

    @Test("All errors of a file are told at once, in the order of their places")
    func allErrors() throws {
        let text = """
            version: 1
            name: ""
            top: 200
            open: yes
            colour: red
            """
        let errors = try #require(
            errors(text) { map in
                _ = map.required("name")?.text()
                _ = map.required("top")?.integer(in: 1...100)
                _ = map.required("open")?.boolean()
                _ = map.required("platform")?.text()
                _ = map.optional("color")?.text()
            })
        #expect(
            errors.map(\.message) == [
                "the key 'platform' is missing in tenant 'lagos-fresh'", "'name' is empty",
                "'top' lies outside of 1 to 100", "'open' is true or false, not 'yes'",
                "unknown key 'colour' in tenant 'lagos-fresh'",
            ])
        #expect(errors.map(\.position.line) == [1, 2, 3, 4, 5])
    }

    @Test(
        "What YAML readers take for something else must be quoted where text is asked for",
        arguments: [
            ("NO", "YAML reads NO as true or false: write \"NO\" in quotes"),
            ("on", "YAML reads on as true or false: write \"on\" in quotes"),
            ("1:30", "YAML reads 1:30 as 90: write \"1:30\" in quotes"),
            ("012", "YAML reads 012 as octal: write \"012\" in quotes"),
            ("1_000", "write \"1_000\" in quotes"), ("4711", "write \"4711\" in quotes"),
            ("2026-10-01", "write \"2026-10-01\" in quotes"),
            ("1.50", "YAML may drop its zeros: write \"1.50\" in quotes"), ("true", "write \"true\" in quotes"),
            ("0x1F", "YAML reads 0x1F as octal: write \"0x1F\" in quotes"), ("1e3", nil), (".inf", nil),
        ])
    func textTraps(value: String, hint: String?) throws {
        let found = try #require(errors("version: 1\nkey: \(value)") { _ = $0.required("key")?.text() })
        #expect(found.count == 1)
        if let hint { #expect(found.first?.hint == hint) }
        #expect(errors("version: 1\nkey: \"\(value)\"") { _ = $0.required("key")?.text() } == nil)
        #expect(errors("version: 1\nkey: '\(value)'") { _ = $0.required("key")?.text() } == nil)
    }

    @Test(
        "Texts that only look a little like something else are texts",
        arguments: [
            "01-01", "Africa/Lagos", "nein", "1:75", "12:30:99x", "v1", "2026-10", "2026-W44",
            "a: b".dropLast(3).description,
            "env:X", "1.2.3", "10%", "1-2-3", "é", "no way",
        ])
    func texts(value: String) {
        #expect(errors("version: 1\nkey: \(value)") { _ = $0.required("key")?.text() } == nil)
    }

    @Test(
        "Whole numbers are plain digits",
        arguments: ["012", "1_000", "1:30", "\"7\"", "1.0", "x", "[1]", "99999999999999999999"])
    func numberTraps(value: String) throws {
        #expect(errors("version: 1\nkey: \(value)") { _ = $0.required("key")?.integer() }?.count == 1)
    }

    @Test(
        "Syntax that trips people gets a hint",
        arguments: [
            ("version: 1\nschedule: * * * * *\n", 2, "quote the value: \"* * * * *\""),
            ("version: 1\nschedule: @daily\n", 2, "quote the value: \"@daily\""),
            ("version: 1\nshare: %5\n", 2, "quote the value: \"%5\""),
            ("version: 1\nname:\n\tx: 1\n", 3, "YAML takes no tabs here: indent with spaces"),
            ("version: 1\ntitle: Sales: October\n", 2, "quote the value: it contains ': '"),
        ])
    func syntax(text: String, line: Int, hint: String) throws {
        let errors = try #require(errors(text) { _ in })
        #expect(errors.count == 1)
        #expect(errors.first?.position.line == line)
        #expect(errors.first?.hint == hint)
    }

    @Test("A key that is there twice is an error")
    func duplicate() throws {
        let errors = try #require(errors("version: 1\nname: a\nname: b\n") { _ in })
        #expect(errors.first?.message == "the key 'name' is there twice")
    }

    @Test(
        "What is no mapping with version 1 is refused",
        arguments: [
            "", "# nothing\n", "name: a\n", "version: 2\n", "version: \"1\"\n", "- 1\n", "text\n",
            "version: 1\n---\nversion: 1\n",
            "version: [1\n", "version: 1\n\u{0}\n", "{", "&a [*a]", "version: *nobody\n", "? [a]\n: b\nversion: 1\n",
            "<<: 1\nversion: 1\n",
        ])
    func refused(text: String) { #expect(errors(text) { _ in } != nil) }

    @Test("Files that would exhaust the machine are refused quickly")
    func bombs() {
        var laughs = "version: 1\na0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1..<30 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            laughs += "a\(level): &a\(level) [\(aliases)]\n"
        }
        #expect(errors(laughs) { _ in } != nil)
        #expect(errors(laughs + "? *a29\n: x\n") { _ in } != nil)
        #expect(errors("version: 1\nx: " + String(repeating: "[", count: 100_000)) { _ in } != nil)
        #expect(
            errors("version: 1\nx: " + String(repeating: "[", count: 200) + String(repeating: "]", count: 200)) { _ in }
                != nil)
        #expect(errors("version: 1\nx: " + String(repeating: "{a: ", count: 5000)) { _ in } != nil)
        #expect(errors(String(repeating: "- ", count: 50_000)) { _ in } != nil)
        #expect(errors("version: 1\n#" + String(repeating: "x", count: 5 << 20)) { _ in } != nil)
        #expect(errors("version: 1\nx: [" + String(repeating: "1,", count: 300_000) + "]") { _ in } != nil)
    }

    @Test("A long line, and signs that a terminal would obey, are shown safely")
    func shownSafely() throws {
        let long = String(repeating: "é", count: 900)
        let found = try #require(errors("version: 1\n\(long): 1\nx: {y: \(long), \u{202E}oops: 1}\n") { _ in })
        for error in found {
            #expect(error.description.count < 700)
            #expect(!error.description.unicodeScalars.contains("\u{202E}"))
            let lines = error.description.split(separator: "\n")
            #expect(lines.count == 5)
            // The carets stand under what they mean.
            let caret = lines[4].firstIndex(of: "^").map { lines[4].distance(from: lines[4].startIndex, to: $0) }
            #expect(caret.map { $0 < lines[3].count } == true)
        }
        #expect(found.count == 2)
    }

    @Test("Nesting that is good stays good, brackets in texts too")
    func nesting() {
        let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        #expect(
            errors("version: 1\nx: \(deep)\ny: \"\(String(repeating: "{{#a}}{{/a}}", count: 200))\"\n") {
                _ = $0.optional("x"); _ = $0.optional("y")?.text()
            } == nil)
        #expect(errors("version: 1\nx: \(String(repeating: "- ", count: 10_000))\n") { _ = $0.optional("x") } != nil)
        #expect(
            errors(
                "version: 1\nx:\n" + (1..<1000).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: "\n")
            ) { _ = $0.optional("x") } != nil)
    }

    @Test("Bytes that are not UTF-8 are refused")
    func notUTF8() {
        #expect(throws: ConfigurationErrors.self) { try YAMLDocument(bytes: [0x76, 0xFF, 0xFE], file: "a.yaml") }
    }

    @Test("A text cut or changed at any byte is read or refused, never a trap")
    func damaged() {
        let text =
            "version: 1\nname: \"Lagos\" # x\nlist: [a, {b: c}]\nblock: |\n  one\n  two\nanchor: &a 1\nalias: *a\n"
        let bytes = Array(text.utf8)
        for length in bytes.indices {
            for replacement in [UInt8(ascii: ":"), UInt8(ascii: "*"), UInt8(ascii: "\t"), 0xC3, UInt8(ascii: "{")] {
                var changed = bytes
                changed[length] = replacement
                _ = errors(String(decoding: changed, as: UTF8.self)) { _ = $0.required("name")?.text() }
            }
            _ = errors(String(decoding: bytes[..<length], as: UTF8.self)) { _ = $0.required("name")?.text() }
        }
    }
}
