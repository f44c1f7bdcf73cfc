import AlmanacTesting
import Lake
import Testing

@Suite struct JSONTests {
    @Test(arguments: [
        ("null", "null"), (" [ 1 , 2.50 , -0, 1e3, 1E+3 ] ", "[1,2.50,-0,1e3,1E+3]"),
        (#"{"b":1,"a":{"z":true,"y":false}}"#, #"{"a":{"y":false,"z":true},"b":1}"#),
        (#""a\u0041\ud83d\ude00\/\n\u0001é""#, "\"aA😀/\\n\\u0001é\""),
        ("9223372036854775807", "9223372036854775807"),
        ("12345678901234567890123456789012345678.12", "12345678901234567890123456789012345678.12"),
        ("{}", "{}"), ("[]", "[]"), (#"{"":""}"#, #"{"":""}"#),
    ])
    func textIsReadAndWrittenCanonically(text: String, canonical: String) throws {
        let value = try JSONValue(parsing: text)
        #expect(value.canonicalText == canonical)
        #expect(try JSONValue(parsing: canonical) == value)
    }

    @Test(arguments: [
        "", "nul", "[1,]", "{\"a\":1,}", "{a:1}", "01", "-", "1.", "1e", "+1", ".5", "\"", "\"\u{1}\"", "\"\\x\"",
        "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "[1] 2", "{\"a\":1,\"a\":2}", "NaN", "[", "{\"a\"}",
        "\"\\u12\"", "\u{FEFF}1", "// 1", "{\"a\":}",
    ])
    func whatIsNotJSONIsRefused(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    }

    @Test func bytesThatAreNotUTF8AreRefused() {
        for bytes: [UInt8] in [[0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22]] {
            #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
        }
    }

    @Test func depthIsLimited() throws {
        let deep = { (count: Int) in String(repeating: "[", count: count) + String(repeating: "]", count: count) }
        #expect(throws: Never.self) { try JSONValue(parsing: deep(64)) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: deep(65)) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: String(repeating: "[", count: 1_000_000)) }
    }

    @Test func everyPrefixOfATextIsRefused() throws {
        let text = Array(#"{"a":[1,"é\n",{"b":null}],"c":-1.5e-3}"#.utf8)
        #expect(throws: Never.self) { try JSONValue(parsing: text) }
        for count in 0..<text.count {
            #expect(throws: JSONError.self) { try JSONValue(parsing: text.prefix(count)) }
        }
    }

    @Test func doublesReadBackAsTheSameNumber() throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<2_000 {
            let value = Double(bitPattern: generator.next())
            guard let json = JSONValue.double(value) else {
                #expect(!value.isFinite)
                continue
            }
            let number = try #require(try JSONValue(parsing: json.canonicalText).numberText)
            #expect(Double(number)?.bitPattern == value.bitPattern)
        }
    }

    @Test func aChangedByteNeverTraps() {
        let text = Array(#"{"add":{"path":"a%20b","size":12,"tags":{"x":"\u00e9"},"l":[true,null,1.5]}}"#.utf8)
        for index in text.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = text
                changed[index] = byte
                _ = try? JSONValue(parsing: changed)
            }
        }
    }
}
