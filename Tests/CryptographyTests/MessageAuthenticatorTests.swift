import Cryptography
import Testing

/// The test cases of RFC 4231, section 4.
@Suite struct MessageAuthenticatorTests {
    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test(arguments: [
        (
            [UInt8](repeating: 0x0B, count: 20), "Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xAA, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ])
    func codesAreThoseOfTheStandard(_ key: [UInt8], _ message: String, _ expected: String) throws {
        var authenticator = try MessageAuthenticator(key: key)
        let bytes = Array(message.utf8)
        for _ in 0..<2 {
            let code = try authenticator.code(of: bytes.span)
            #expect(hexadecimal(code) == expected)
        }
    }
}
