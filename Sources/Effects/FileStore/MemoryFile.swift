/// A file in memory, for what is written as a file and wanted as bytes.
package final class MemoryFile: WritableFile {
    /// What was written.
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package var size: Int64 { Int64(bytes.count) }

    package func write(_ piece: Span<UInt8>) throws(FileError) {
        unsafe piece.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }

    package func sync() throws(FileError) {}
    package func close() throws(FileError) {}
}
