internal import CDeflate

/// The CRC-32 of gzip and of Parquet pages (ISO 3309, reflected polynomial 0xEDB88320).
/// - Parameters:
///   - bytes: the next bytes.
///   - crc: the CRC of the bytes before them.
package func crc32(_ bytes: Span<UInt8>, continuing crc: UInt32 = 0) -> UInt32 {
    unsafe bytes.withUnsafeBytes { unsafe libdeflate_crc32(crc, $0.baseAddress, $0.count) }
}
