import Checksum
import Testing

@Suite struct ChecksumTests {
    /// FIPS 180-4's examples.
    @Test func sha256OfPublishedExamples() {
        #expect(
            SHA256Digest(of: "abc").description == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            SHA256Digest(of: "").description == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            SHA256Digest(of: "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq").description
                == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    }

    @Test func sha256InPiecesIsThatOfTheWhole() {
        let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var hasher = SHA256Hasher()
        for start in stride(from: 0, to: bytes.count, by: 777) {
            hasher.update(bytes.span.extracting(start..<min(start + 777, bytes.count)))
        }
        #expect(hasher.finish() == SHA256Digest(of: bytes.span))
    }

    /// The check value of the CRC catalogue.
    @Test func crc32OfThePublishedExample() {
        let bytes = Array("123456789".utf8)
        #expect(crc32(bytes.span) == 0xCBF4_3926)
        #expect(crc32(bytes.span.extracting(4..<9), continuing: crc32(bytes.span.extracting(0..<4))) == 0xCBF4_3926)
        #expect(crc32([UInt8]().span) == 0)
    }
}
