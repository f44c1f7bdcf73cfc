import Columnar
import PostgresCopy
import Testing

/// Builds COPY BINARY streams byte by byte.
struct StreamBytes {
    private(set) var bytes: [UInt8] = []

    static let signature: [UInt8] = [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00]

    static func header(flags: UInt32 = 0, extensionLength: UInt32 = 0) -> StreamBytes {
        var stream = StreamBytes()
        stream.bytes = signature
        return stream.word(flags).word(extensionLength)
    }

    func short(_ value: Int16) -> StreamBytes { appending(value) }
    func word(_ value: UInt32) -> StreamBytes { appending(value) }

    func raw(_ more: [UInt8]) -> StreamBytes {
        var stream = self
        stream.bytes += more
        return stream
    }

    /// A row of an int4 and a text, nil for NULL.
    func row(_ number: Int32?, _ text: String?) -> StreamBytes {
        var stream = short(2)
        stream = number.map { stream.word(4).word(UInt32(bitPattern: $0)) } ?? stream.word(.max)
        return text.map { stream.word(UInt32($0.utf8.count)).raw(Array($0.utf8)) } ?? stream.word(.max)
    }

    func trailer() -> StreamBytes { short(-1) }

    private func appending(_ value: some FixedWidthInteger) -> StreamBytes {
        raw((0..<value.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) })
    }
}

@Suite struct CopyStreamTests {
    private let plan = CopyPlan(columns: [.init("number", .int4), .init("text", .text)])

    /// Reads a stream in pieces of a size and says how many rows the server counts.
    private func read(
        _ stream: StreamBytes, plan: CopyPlan? = nil, counted: Int?, pieceLength: Int = .max, rowCountTarget: Int = 4
    ) throws -> [[Scalar]] {
        let plan = plan ?? self.plan
        var reader = CopyBinaryReader(plan, rowCountTarget: rowCountTarget)
        var rows: [[Scalar]] = []
        try reader.begin(isBinary: true, columnCount: plan.columns.count)
        var rest = stream.bytes[...]
        while !rest.isEmpty {
            unsafe try rest.prefix(pieceLength).withUnsafeBytes { piece in
                unsafe try reader.append(piece)
            }
            try reader.advance { rows += $0.rows }
            rest = rest.dropFirst(pieceLength)
        }
        try reader.end { rows += $0.rows }
        try reader.complete(rowCount: counted)
        #expect(try reader.summary().byteCount == stream.bytes.count)
        return rows
    }

    private func expectMalformed(
        _ stream: StreamBytes, plan: CopyPlan? = nil, counted: Int? = 1, _ comment: Comment? = nil,
        location: SourceLocation = #_sourceLocation
    ) {
        for pieceLength in [1, 3, .max] {
            do {
                let rows = try read(stream, plan: plan, counted: counted, pieceLength: pieceLength)
                Issue.record("read as \(rows.count) rows: \(comment ?? "")", sourceLocation: location)
            } catch {
                #expect((error as? PostgresError)?.code == .malformedStream, comment, sourceLocation: location)
            }
        }
    }

    @Test func rowsComeHoweverTheStreamIsCut() throws {
        var stream = StreamBytes.header()
        var expected: [[Scalar]] = []
        for number in Int32(0)..<11 {
            let text = number % 3 == 0 ? nil : String(repeating: "ọ", count: Int(number))
            stream = stream.row(number % 4 == 1 ? nil : number, text)
            expected.append([number % 4 == 1 ? .null : .int(Int64(number)), text.map { .text($0) } ?? .null])
        }
        stream = stream.trailer()
        for pieceLength in 1...stream.bytes.count {
            #expect(try read(stream, counted: 11, pieceLength: pieceLength) == expected)
        }
        for rowCountTarget in 1...12 {
            #expect(try read(stream, counted: 11, rowCountTarget: rowCountTarget) == expected)
        }
    }

    @Test func noRowsAndAnExtensionAreFine() throws {
        #expect(try read(.header().trailer(), counted: 0) == [])
        let extended = StreamBytes.header(extensionLength: 3).raw([1, 2, 3]).row(1, "a").trailer()
        #expect(try read(extended, counted: 1, pieceLength: 1) == [[.int(1), .text("a")]])
        // The low flag bits are to be ignored.
        #expect(try read(.header(flags: 0xFFFF).trailer(), counted: 0) == [])
    }

    @Test func everyTruncationIsAnError() {
        let whole = StreamBytes.header().row(1, "one").row(nil, nil).trailer()
        for length in 0..<whole.bytes.count {
            expectMalformed(StreamBytes().raw(Array(whole.bytes.prefix(length))), counted: 2, "\(length) bytes")
        }
    }

    @Test func theServersRowCountMustBeOurs() {
        let stream = StreamBytes.header().row(1, "one").trailer()
        for counted in [0, 2, nil, Int.max] { expectMalformed(stream, counted: counted) }
    }

    @Test func brokenFramesAreErrors() {
        let header = StreamBytes.header()
        expectMalformed(StreamBytes().raw(Array("PGCOPY\r\n".utf8)), "another signature")
        expectMalformed(.header(flags: 1 << 16).row(1, "a").trailer(), "object ids")
        expectMalformed(.header(flags: 1 << 31).row(1, "a").trailer(), "an unknown flag")
        expectMalformed(.header(extensionLength: UInt32.max).row(1, "a").trailer(), "a negative extension")
        expectMalformed(.header(extensionLength: 1_000_000).row(1, "a").trailer(), "an endless extension")
        expectMalformed(header.short(1).word(4).word(1).trailer(), "one field of two")
        expectMalformed(header.short(3).row(1, "a").trailer(), "three fields of two")
        expectMalformed(header.short(-2).row(1, "a").trailer(), "a negative count of fields")
        expectMalformed(header.short(2).word(4).word(1).word(UInt32(bitPattern: -2)).trailer(), "length -2")
        expectMalformed(header.short(2).word(4).word(1).word(.max >> 1).trailer(), "length 2^31 - 1")
        expectMalformed(header.short(2).word(4).word(1).word(1 << 31).trailer(), "the least length")
        expectMalformed(header.row(1, "a").trailer().row(2, "b"), "a row behind the end")
        expectMalformed(header.row(1, "a").trailer().trailer(), "two ends")
        expectMalformed(header.row(1, "a").trailer().raw([0]), "a byte behind the end")
        expectMalformed(header.short(2).word(2).short(1).word(.max).trailer(), "an int4 of two bytes")
        expectMalformed(header.short(2).word(0).word(.max).trailer(), "an int4 of no bytes")
        expectMalformed(header.short(2).word(8).word(1).word(1).word(.max).trailer(), "an int4 of eight bytes")
    }

    @Test func textThatIsNotUTF8IsRefusedByColumnAndRow() {
        let stream = StreamBytes.header().row(1, "é").short(2).word(.max).word(2).raw([0xC3, 0x28]).trailer()
        #expect {
            try read(stream, counted: 2)
        } throws: { error in
            (error as? PostgresError)?.code == .valueRefused && "\(error)".contains("column 'text', row 2")
        }
        // Two halves of a character in neighbouring values are not one character.
        let halves = StreamBytes.header().short(2).word(.max).word(1).raw([0xC3]).short(2).word(.max).word(1).raw([
            0xA9
        ]).trailer()
        #expect(throws: PostgresError.self) { try read(halves, counted: 2) }
    }

    @Test func nestedValuesCannotReachBeyondTheirField() throws {
        let list = CopyPlan(columns: [.init("list", .array(element: 23, .int4))])
        let header = StreamBytes.header()
        func array(_ stream: StreamBytes, length: UInt32) -> StreamBytes {
            header.short(1).word(length).raw(stream.bytes).trailer()
        }
        let good = StreamBytes().word(1).word(0).word(23).word(2).word(1).word(4).word(7).word(.max)
        #expect(try read(array(good, length: 32), plan: list, counted: 1) == [[.list([.int(7), .null])]])
        let claims = StreamBytes().word(1).word(0).word(23).word(1_000_000_000).word(1).word(4).word(7)
        expectMalformed(array(claims, length: 28), plan: list, "a billion elements")
        let negative = StreamBytes().word(1).word(0).word(23).word(.max).word(1)
        expectMalformed(array(negative, length: 20), plan: list, "-1 elements")
        let long = StreamBytes().word(1).word(0).word(23).word(1).word(1).word(400).word(7)
        expectMalformed(array(long, length: 28), plan: list, "an element longer than the field")
        expectMalformed(array(good.word(9), length: 36), plan: list, "bytes left over")
        let other = StreamBytes().word(1).word(0).word(25).word(1).word(1).word(4).word(7)
        expectMalformed(array(other, length: 28), plan: list, "elements of another type")
        expectMalformed(array(StreamBytes().word(1), length: 4), plan: list, "an array of four bytes")
        let map = CopyPlan(columns: [.init("map", .hstore)])
        expectMalformed(array(StreamBytes().word(1).word(.max).word(.max), length: 12), plan: map, "a NULL key")
        let part = CopyType.CompositePart(name: "a", oid: 23, type: .int4, typeName: "integer")
        let structure = CopyPlan(columns: [.init("structure", .composite([part]))])
        expectMalformed(
            array(StreamBytes().word(1).word(20).word(4).word(7), length: 16), plan: structure, "a part of another type"
        )
        expectMalformed(
            array(StreamBytes().word(2).word(23).word(4).word(7), length: 16), plan: structure, "two parts of one")
    }

    @Test func brokenNumericsAreErrors() {
        let plan = CopyPlan(columns: [.init("amount", .numeric(precision: 18, scale: 2))])
        func numeric(_ words: [Int16], length: UInt32? = nil) -> StreamBytes {
            var stream = StreamBytes.header().short(1).word(length ?? UInt32(words.count * 2))
            for word in words { stream = stream.short(word) }
            return stream.trailer()
        }
        expectMalformed(numeric([1, 0, 0, 0]), plan: plan, "a digit is missing")
        expectMalformed(numeric([1, 0, 0, 0, 1, 2]), plan: plan, "a digit too many")
        expectMalformed(numeric([-1, 0, 0, 0]), plan: plan, "-1 digits")
        expectMalformed(numeric([1, 0, 0x1234, 0, 1]), plan: plan, "an unknown sign")
        expectMalformed(numeric([1, 0, 0, 0, 10_000]), plan: plan, "a digit of 10,000")
        expectMalformed(numeric([1, 0, 0, 0, -1]), plan: plan, "a digit of -1")
        expectMalformed(numeric([1, 0]), plan: plan, "four bytes")
    }

    @Test func infiniteIntervalsAreRefused() throws {
        let plan = CopyPlan(columns: [.init("x", .interval)], refusalPolicy: .discardValue)
        var stream = StreamBytes.header()
        for words: [UInt32] in [
            [0x7FFF_FFFF, 0xFFFF_FFFF, 0x7FFF_FFFF, 0x7FFF_FFFF], [1 << 31, 0, 1 << 31, 1 << 31],
            [0x7FFF_FFFF, 0xFFFF_FFFF, 0x7FFF_FFFF, 0x7FFF_FFFE],
        ] {
            stream = words.reduce(stream.short(1).word(16)) { $0.word($1) }
        }
        let rows = try read(stream.trailer(), plan: plan, counted: 3)
        let longest: Scalar = .structure([.int(0x7FFF_FFFE), .int(0x7FFF_FFFF), .int(.max)])
        #expect(rows == [[.null], [.null], [longest]])
    }

    @Test func randomBytesNeverTrap() throws {
        let types: [CopyType] = [
            .numeric(precision: 38, scale: 10), .array(element: 1700, .numeric(precision: 9, scale: 2)), .hstore,
            .jsonb, .interval, .timestamptz, .uuid, .date, .bool,
            .composite([.init(name: "a", oid: 25, type: .text, typeName: "text")]),
        ]
        var generator = SeededGenerator(state: 20_261_121)
        for round in 0..<20_000 {
            let type = types[round % types.count]
            let plan = CopyPlan(columns: [.init("x", type)], refusalPolicy: .discardValue)
            let length = Int.random(in: 0..<40, using: &generator)
            let value = (0..<length).map { _ in
                Bool.random(using: &generator)
                    ? UInt8.random(in: 0...3, using: &generator) : UInt8.random(in: 0...255, using: &generator)
            }
            let stream = StreamBytes.header().short(1).word(UInt32(length)).raw(value).trailer()
            do {
                #expect(try read(stream, plan: plan, counted: 1).count == 1)
            } catch let error as PostgresError {
                #expect(error.code == .malformedStream)
            }
        }
    }
}

/// SplitMix64: the same numbers for the same seed, everywhere.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}
