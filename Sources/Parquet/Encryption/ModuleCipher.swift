internal import Cryptography
internal import Effects

/// The parts of a file that are encrypted one by one, numbered as the format does.
enum ModuleKind: UInt8, Sendable {
    case footer = 0
    case columnMetadata = 1
    case dataPage = 2
    case dictionaryPage = 3
    case dataPageHeader = 4
    case dictionaryPageHeader = 5
    case columnIndex = 6
    case offsetIndex = 7
    case bloomFilterHeader = 8
    case bloomFilterBits = 9

    /// Whether it is the content of a page, which AES_GCM_CTR_V1 gives another cipher.
    var isPage: Bool { self == .dataPage || self == .dictionaryPage }
}

/// What encrypts and decrypts the modules of one column chunk, or of the file's footer.
///
/// ```
/// module, GCM   length of the rest (4, little endian) | nonce (12) | encrypted bytes | tag (16)
/// module, CTR   length of the rest (4, little endian) | nonce (12) | encrypted bytes
/// signature     nonce (12) | tag (16)       behind a footer that is not encrypted; the footer is not part of it
///
/// associated data   prefix | file's unique bytes | kind (1) | row group (2) | column (2) | data page (2)
///                   little endian; the footer has none of the last three, only data pages and their headers the last
/// ```
/// A module that was moved to another place, or comes from another file, does not open.
/// Source: the Parquet format's Encryption page, sections 4.4 and 5.
final class ModuleCipher {
    /// The greatest number of a row group, column or data page that the associated data can hold.
    static let ordinalMax = Int(Int16.max)
    /// The bytes of a signature.
    static let signatureByteCount = AES.nonceByteCount + AES.tagByteCount
    /// The bytes before the encrypted ones.
    private static let leadByteCount = 4 + AES.nonceByteCount

    private let settings: ModuleKey
    private var galoisCounter: AES
    private var counter: AES?

    init(_ settings: ModuleKey) throws(ParquetError) {
        self.settings = settings
        do {
            galoisCounter = try AES(settings.key)
            // A context has one mode at a time: pages in another mode have one of their own.
            counter = settings.cipher == .galoisCounterAndCounter ? try AES(settings.key) : nil
        } catch {
            throw ParquetError(.inputOutput, "\(error)")
        }
    }

    /// The bytes that a module has more than its content.
    func overhead(_ kind: ModuleKind) -> Int {
        Self.leadByteCount + (counter != nil && kind.isPage ? 0 : AES.tagByteCount)
    }

    // MARK: Reading

    /// The content of a module.
    /// - Parameter page: the number of the data page in its column chunk.
    /// - Throws: `ParquetError.key` where the key or the place is not the one it was made for, or a bit was changed.
    func open(_ module: Span<UInt8>, _ kind: ModuleKind, page: Int = 0) throws(ParquetError) -> [UInt8] {
        guard module.count >= overhead(kind), Self.length(module) == module.count - 4 else {
            throw .corrupt("an encrypted part has another length than it claims")
        }
        let nonce = module.extracting(4..<Self.leadByteCount)
        let rest = module.extracting(Self.leadByteCount..<module.count)
        let data = try associatedData(kind, page)
        do {
            if kind.isPage && counter != nil { return try count(rest, nonce) }
            return try galoisCounter.open(rest, nonce: nonce, associatedData: data.span)
        } catch {
            throw ParquetError(
                .key,
                "\(kind.words) can't be decrypted: the key or AAD prefix is another than it was written with, or it was changed"
            )
        }
    }

    private func count(_ bytes: Span<UInt8>, _ nonce: Span<UInt8>) throws(CryptographyError) -> [UInt8] {
        guard var context = counter.take() else { throw .library(reason: "no context") }
        let result = try context.count(bytes, nonce: nonce)
        counter = consume context
        return result
    }

    /// The length that a module claims to have behind its first four bytes.
    /// - Precondition: there are four bytes.
    static func length(_ module: Span<UInt8>) -> Int {
        Int(module[0]) | Int(module[1]) << 8 | Int(module[2]) << 16 | Int(module[3]) << 24
    }

    /// Sees to it that a footer is the one that was signed.
    func verify(footer: Span<UInt8>, signature: Span<UInt8>) throws(ParquetError) {
        guard signature.count == Self.signatureByteCount else { throw .corrupt("a footer's signature is too short") }
        let nonce = signature.extracting(0..<AES.nonceByteCount)
        let data = try associatedData(.footer, 0)
        do {
            // The tag of the footer is that of its encryption, which is made once more and thrown away.
            let sealed = try galoisCounter.seal(footer, nonce: nonce, associatedData: data.span)
            var difference: UInt8 = 0
            for index in 0..<AES.tagByteCount {
                difference |= sealed[footer.count + index] ^ signature[AES.nonceByteCount + index]
            }
            guard difference == 0 else { throw CryptographyError.notAuthentic }
        } catch {
            throw ParquetError(
                .key, "the footer's signature does not fit: the key or AAD prefix is another one, or it was changed")
        }
    }

    // MARK: Writing

    /// The module of some content.
    /// - Parameter page: the number of the data page in its column chunk.
    func seal(
        _ content: Span<UInt8>, _ kind: ModuleKind, page: Int = 0, _ random: any RandomSource
    ) throws(ParquetError) -> [UInt8] {
        let nonce = Self.nonce(random)
        let data = try associatedData(kind, page)
        let sealed: [UInt8]
        do {
            sealed =
                kind.isPage && counter != nil
                ? try count(content, nonce.span)
                : try galoisCounter.seal(content, nonce: nonce.span, associatedData: data.span)
        } catch {
            throw ParquetError(.inputOutput, "\(error)")
        }
        guard let length = UInt32(exactly: nonce.count + sealed.count) else {
            throw ParquetError(.limit, "\(kind.words) is larger than 4 GiB")
        }
        var module: [UInt8] = []
        module.reserveCapacity(4 + Int(length))
        appendWord(length, to: &module)
        module += nonce
        module += sealed
        return module
    }

    /// The signature of a footer that is not encrypted.
    func signature(of footer: Span<UInt8>, _ random: any RandomSource) throws(ParquetError) -> [UInt8] {
        let nonce = Self.nonce(random)
        let data = try associatedData(.footer, 0)
        do {
            let sealed = try galoisCounter.seal(footer, nonce: nonce.span, associatedData: data.span)
            return nonce + sealed[footer.count...]
        } catch {
            throw ParquetError(.inputOutput, "\(error)")
        }
    }

    /// 96 random bits.
    private static func nonce(_ random: any RandomSource) -> [UInt8] {
        Array(randomBytes(random, count: AES.nonceByteCount))
    }

    private func associatedData(_ kind: ModuleKind, _ page: Int) throws(ParquetError) -> [UInt8] {
        var data = settings.fileData
        data.append(kind.rawValue)
        if kind == .footer { return data }
        let hasPage = kind == .dataPage || kind == .dataPageHeader
        for ordinal in [settings.rowGroup, settings.column] + (hasPage ? [page] : []) {
            guard (0...Self.ordinalMax).contains(ordinal) else {
                throw ParquetError(
                    .limit, "an encrypted file has at most 32768 row groups, columns, and pages of a column chunk")
            }
            data.append(UInt8(truncatingIfNeeded: ordinal))
            data.append(UInt8(truncatingIfNeeded: ordinal >> 8))
        }
        return data
    }
}

/// A key together with the place whose modules it encrypts.
struct ModuleKey: Sendable {
    let key: AESKey
    let cipher: ParquetCipher
    /// The AAD prefix and the file's unique bytes.
    let fileData: [UInt8]
    /// The row group, counted from 0; of no meaning for the footer.
    var rowGroup = 0
    /// The leaf column, counted from 0; of no meaning for the footer.
    var column = 0
}

/// Random bytes of a source.
func randomBytes(_ random: any RandomSource, count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
        let bits = random.nextBits()
        for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift * 8))) }
    }
    return Array(bytes[..<count])
}

extension ModuleKind {
    fileprivate var words: String {
        switch self {
        case .footer: "the footer"
        case .columnMetadata: "the metadata of a column"
        case .dataPage, .dictionaryPage: "a page"
        case .dataPageHeader, .dictionaryPageHeader: "the header of a page"
        case .columnIndex, .offsetIndex: "the page index"
        case .bloomFilterHeader, .bloomFilterBits: "a Bloom filter"
        }
    }
}
