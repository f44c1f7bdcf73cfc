internal import Effects

/// The end of a file: its metadata, and what opens its encrypted parts.
///
/// ```
/// … | footer | its length (4, little endian) | "PAR1"
/// … | footer | signature (28) | length of both (4) | "PAR1"                 signed: the footer says so
/// … | FileCryptoMetaData | footer module | length of both (4) | "PARE"      encrypted
/// ```
struct ParquetFooter {
    let metadata: ParquetFileMetadata
    /// Nil where nothing is encrypted, or no keys were given.
    let decryption: FileDecryption?
    /// Where it begins: pages lie before it.
    let start: Int64

    /// Reads it, decrypts it, and verifies its signature where there are keys.
    static func read(
        _ file: any ReadableFile, _ options: ParquetReaderOptions
    ) throws(ParquetError) -> ParquetFooter {
        let (bytes, isEncrypted) = try bytes(of: file, options)
        let start = file.size - 8 - Int64(bytes.count)
        if isEncrypted {
            let (metadata, decryption) = try decrypted(bytes, options)
            return ParquetFooter(metadata: metadata, decryption: decryption, start: start)
        }
        let (metadata, byteCount) = try ParquetFileMetadata.read(bytes)
        guard let properties = options.decryption else {
            return ParquetFooter(metadata: metadata, decryption: nil, start: start)
        }
        guard let algorithm = metadata.encryption else {
            guard properties.allowsPlaintextFiles else {
                throw ParquetError(.key, "it is not encrypted, and keys were given to read it")
            }
            return ParquetFooter(metadata: metadata, decryption: nil, start: start)
        }
        let decryption = try FileDecryption(
            properties, algorithm, footerKeyMetadata: metadata.footerSigningKeyMetadata)
        let all = bytes.span
        try decryption.footerCipher().verify(
            footer: all.extracting(0..<byteCount), signature: all.extracting(byteCount..<bytes.count))
        return ParquetFooter(metadata: metadata, decryption: decryption, start: start)
    }

    private static func decrypted(
        _ bytes: [UInt8], _ options: ParquetReaderOptions
    ) throws(ParquetError) -> (ParquetFileMetadata, FileDecryption) {
        guard let properties = options.decryption else {
            throw ParquetError(.key, "its footer is encrypted, and no keys were given")
        }
        let (crypto, byteCount) = try FileCryptoMetadata.read(bytes)
        let decryption = try FileDecryption(properties, crypto.algorithm, footerKeyMetadata: crypto.keyMetadata)
        let rest = bytes.span.extracting(byteCount..<bytes.count)
        guard rest.count >= 4 else { throw .corrupt("its encrypted footer is too short") }
        let plain = try decryption.footerCipher().open(rest, .footer)
        return (try ParquetFileMetadata.read(plain).metadata, decryption)
    }

    /// What lies before the length and the last four bytes.
    private static func bytes(
        of file: any ReadableFile, _ options: ParquetReaderOptions
    ) throws(ParquetError) -> (bytes: [UInt8], isEncrypted: Bool) {
        guard file.size >= 12 else { throw .corrupt("it is too short for a Parquet file") }
        do {
            let tail = try file.read(at: file.size - 8, count: 8)
            let magic = Array(tail[4...])
            let isEncrypted = magic == Array("PARE".utf8)
            guard isEncrypted || magic == Array("PAR1".utf8), try file.read(at: 0, count: 4) == magic else {
                throw ParquetError.corrupt("it does not begin and end as a Parquet file")
            }
            let length = Int64(littleEndian(tail, 0))
            guard length <= file.size - 12 else { throw ParquetError.corrupt("its footer is longer than the file") }
            guard length <= Int64(options.footerByteCountMax) else {
                throw ParquetError(.limit, "a footer of \(length) bytes; the limit is \(options.footerByteCountMax)")
            }
            return (try file.read(at: file.size - 8 - length, count: Int(length)), isEncrypted)
        } catch let error as ParquetError {
            throw error
        } catch {
            throw ParquetError(.inputOutput, "\(error)")
        }
    }
}
