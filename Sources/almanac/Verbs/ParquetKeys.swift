internal import Cryptography
internal import Foundation
internal import Parquet
internal import Runs

/// Test keys of encrypted Parquet files, from the environment, for comparisons with other readers.
///
/// | variable | value |
/// | --- | --- |
/// | `ALMANAC_TEST_FOOTER_KEY` | the footer's key: 16, 24 or 32 bytes of UTF-8 |
/// | `ALMANAC_TEST_COLUMN_KEYS` | a JSON object of columns' paths and their keys |
/// | `ALMANAC_TEST_AAD_PREFIX` | the AAD prefix that files must have; empty for the one that is stored |
///
/// Keys of tenants never come this way.
enum ParquetKeys {
    /// How files are read: with the test keys where there are any.
    static func readerOptions() throws -> ParquetReaderOptions {
        var options = ParquetReaderOptions()
        let environment = ProcessInfo.processInfo.environment
        guard let footer = environment["ALMANAC_TEST_FOOTER_KEY"], !footer.isEmpty else { return options }
        let json = environment["ALMANAC_TEST_COLUMN_KEYS", default: ""]
        let columns = try json.isEmpty ? [:] : columnKeys(json)
        let prefix = environment["ALMANAC_TEST_AAD_PREFIX", default: ""]
        var decryption = DecryptionProperties(
            KnownKeys(footer: try key(footer, "ALMANAC_TEST_FOOTER_KEY"), columns: columns),
            aadPrefix: prefix.isEmpty ? nil : Array(prefix.utf8))
        decryption.allowsPlaintextFiles = true
        options.decryption = decryption
        return options
    }

    private static func columnKeys(_ json: String) throws -> [String: AESKey] {
        guard let texts = try? JSONDecoder().decode([String: String].self, from: Data(json.utf8)) else {
            throw Failure(.usage, "ALMANAC_TEST_COLUMN_KEYS is not a JSON object of texts")
        }
        return try texts.mapValues { try key($0, "ALMANAC_TEST_COLUMN_KEYS") }
    }

    private static func key(_ text: String, _ variable: String) throws -> AESKey {
        do {
            return try AESKey(Array(text.utf8))
        } catch {
            throw Failure(.usage, "\(variable) holds no key", why: "\(error)")
        }
    }
}
