import Cryptography
import Testing

private func bytes(_ hexadecimal: String) -> [UInt8] {
    let digits = Array(hexadecimal.utf8).map { UInt8($0 < 58 ? $0 - 48 : $0 - 87) }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

@Suite struct AESTests {
    private struct Example {
        let key: String
        let nonce: String
        let plain: String
        let associated: String
        let sealed: String
        let tag: String
    }

    private static let text =
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"

    /// Test cases 4, 10 and 16 of McGrew and Viega, "The Galois/Counter Mode of Operation", and 1 and 2.
    private static let examples = [
        Example(
            key: "00000000000000000000000000000000", nonce: "000000000000000000000000", plain: "", associated: "",
            sealed: "", tag: "58e2fccefa7e3061367f1d57a4e7455a"),
        Example(
            key: "00000000000000000000000000000000", nonce: "000000000000000000000000",
            plain: "00000000000000000000000000000000", associated: "", sealed: "0388dace60b6a392f328c2b971b2fe78",
            tag: "ab6e47d42cec13bdf53a67b21257bddf"),
        Example(
            key: "feffe9928665731c6d6a8f9467308308", nonce: "cafebabefacedbaddecaf888", plain: text,
            associated: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            sealed:
                "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
            tag: "5bc94fbc3221a5db94fae95ae7121a47"),
        Example(
            key: "feffe9928665731c6d6a8f9467308308feffe9928665731c", nonce: "cafebabefacedbaddecaf888", plain: text,
            associated: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            sealed:
                "3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c7d773d00c144c525ac619d18c84a3f4718e2448b2fe324d9ccda2710",
            tag: "2519498e80f1478f37ba55bd6d27618c"),
        Example(
            key: "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", nonce: "cafebabefacedbaddecaf888",
            plain: text, associated: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            sealed:
                "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
            tag: "76fc6ece0f4e1768cddf8853bb2d551b"),
    ]

    @Test func sealsPublishedExamples() throws {
        for example in Self.examples {
            var cipher = try AES(try AESKey(bytes(example.key)))
            let nonce = bytes(example.nonce)
            let plain = bytes(example.plain)
            let associated = bytes(example.associated)
            // Twice with the same context: the schedule of the key is kept.
            for _ in 0..<2 {
                let sealed = try cipher.seal(plain.span, nonce: nonce.span, associatedData: associated.span)
                #expect(sealed == bytes(example.sealed) + bytes(example.tag))
                let opened = try cipher.open(sealed.span, nonce: nonce.span, associatedData: associated.span)
                #expect(opened == plain)
            }
        }
    }

    /// NIST SP 800-38A has its examples with other counters: CTR with the counter 1 behind the nonce is what GCM does
    /// with the counter 2, so the second block of ours is the first of theirs.
    @Test func countsAsGaloisCounterModeDoes() throws {
        for example in Self.examples where !example.plain.isEmpty {
            var cipher = try AES(try AESKey(bytes(example.key)))
            let nonce = bytes(example.nonce)
            let shifted = [UInt8](repeating: 0, count: 16) + bytes(example.plain)
            let counted = try cipher.count(shifted.span, nonce: nonce.span)
            #expect(Array(counted[16...]) == bytes(example.sealed))
            let back = try cipher.count(counted.span, nonce: nonce.span)
            #expect(back == shifted)
        }
    }

    @Test func everyFlippedBitIsNoticed() throws {
        let key = try AESKey(bytes(Self.examples[3].key))
        var cipher = try AES(key)
        let nonce = bytes(Self.examples[3].nonce)
        let associated: [UInt8] = [1, 2, 3]
        let plain: [UInt8] = Array("a secret of a tenant".utf8)
        let sealed = try cipher.seal(plain.span, nonce: nonce.span, associatedData: associated.span)
        for bit in 0..<sealed.count * 8 {
            var spoilt = sealed
            spoilt[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: CryptographyError.notAuthentic) {
                _ = try cipher.open(spoilt.span, nonce: nonce.span, associatedData: associated.span)
            }
        }
        let other: [UInt8] = [1, 2, 4]
        #expect(throws: CryptographyError.notAuthentic) {
            _ = try cipher.open(sealed.span, nonce: nonce.span, associatedData: other.span)
        }
        let opened = try cipher.open(sealed.span, nonce: nonce.span, associatedData: associated.span)
        #expect(opened == plain)
    }

    @Test func keysHaveThreeLengthsAndAreNotPrinted() throws {
        for count in 0..<40 where ![16, 24, 32].contains(count) {
            #expect(throws: CryptographyError.keyLength(byteCount: count)) {
                _ = try AESKey([UInt8](repeating: 7, count: count))
            }
        }
        let key = try AESKey(Array("0123456789abcdef".utf8))
        #expect("\(key)" == "AES-128 key")
        var dumped = ""
        dump(key, to: &dumped)
        #expect(!dumped.contains("48"))
        #expect(key == (try AESKey(Array("0123456789abcdef".utf8))))
        #expect(key != (try AESKey(Array("0123456789abcdeg".utf8))))
    }
}
