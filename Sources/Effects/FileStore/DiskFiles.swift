internal import SystemPackage

#if canImport(Glibc)
internal import Glibc
#endif

/// A file on the disk, open for reads at any offset.
final class DiskReadableFile: ReadableFile {
    let size: Int64
    private let descriptor: Int32
    private let path: String

    init(_ descriptor: Int32, path: FilePath) throws(FileError) {
        self.descriptor = descriptor
        self.path = path.string
        var record = stat()
        guard unsafe fstat(descriptor, &record) == 0, record.st_mode & S_IFMT == S_IFREG else {
            let number = record.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL
            Glibc.close(descriptor)
            throw FileError("read", path: path.string, number: number)
        }
        size = Int64(record.st_size)
    }

    deinit { Glibc.close(descriptor) }

    func read(at offset: Int64, count: Int) throws(FileError) -> [UInt8] {
        guard offset >= 0, count >= 0, offset <= size, Int64(count) <= size - offset else {
            throw FileError(.readWrite, "read \(count) bytes at \(offset) of", path: path)
        }
        var number: Int32 = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                guard let base = buffer.baseAddress else { return }
                let got = unsafe pread(descriptor, base + filled, count - filled, off_t(offset) + off_t(filled))
                if got > 0 {
                    filled += got
                } else if got == 0 {
                    return
                } else if errno != EINTR {
                    number = errno
                    return
                }
            }
        }
        guard number == 0 else { throw FileError("read", path: path, number: number) }
        guard bytes.count == count else {
            throw FileError(.readWrite, "read \(count) bytes at \(offset) of", path: path)
        }
        return bytes
    }
}

/// A file on the disk that is being written.
final class DiskWritableFile: WritableFile {
    private(set) var size: Int64 = 0
    private var descriptor: Int32
    private let path: String

    init(_ descriptor: Int32, path: FilePath) {
        self.descriptor = descriptor
        self.path = path.string
    }

    deinit { if descriptor >= 0 { Glibc.close(descriptor) } }

    func write(_ bytes: Span<UInt8>) throws(FileError) {
        var written = 0
        while written < bytes.count {
            let rest = bytes.extracting(written..<bytes.count)
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                written += count
                size += Int64(count)
            } else if errno != EINTR {
                throw FileError("write", path: path, number: errno)
            }
        }
    }

    func sync() throws(FileError) {
        // Never tried again: after a failed fsync the kernel may have dropped the pages.
        guard fsync(descriptor) == 0 else { throw FileError("sync", path: path, number: errno) }
    }

    func close() throws(FileError) {
        let closing = descriptor
        descriptor = -1
        guard Glibc.close(closing) == 0 else { throw FileError("close", path: path, number: errno) }
    }
}

/// An flock(2) on a file of its own.
final class DiskFileLock: FileLock {
    private let descriptor: Int32

    init(_ descriptor: Int32) { self.descriptor = descriptor }
    deinit { Glibc.close(descriptor) }

    func release() { flock(descriptor, LOCK_UN) }
}

/// A volume, held by a descriptor: the kernel tells through it what could not be written since it was opened.
final class DiskVolume: FileVolume {
    private let descriptor: Int32
    private let device: dev_t
    private let path: String

    init(_ descriptor: Int32, path: FilePath) throws(FileError) {
        self.descriptor = descriptor
        self.path = path.string
        var record = stat()
        guard unsafe fstat(descriptor, &record) == 0 else {
            let number = errno
            Glibc.close(descriptor)
            throw FileError("look at", path: path.string, number: number)
        }
        device = record.st_dev
    }

    deinit { Glibc.close(descriptor) }

    func holds(_ path: FilePath) throws(FileError) -> Bool {
        var record = stat()
        guard unsafe stat(path.string, &record) == 0 else {
            throw FileError("look at", path: path.string, number: errno)
        }
        return record.st_dev == device
    }

    func sync() throws(FileError) {
        guard let call = Self.call else { throw FileError("sync the volume of", path: path, number: ENOSYS) }
        guard call(descriptor) == 0 else { throw FileError("sync the volume of", path: path, number: errno) }
    }

    /// Whether this system can.
    static var isSupported: Bool { call != nil }

    /// syncfs(2) is no part of the Glibc module, so it is found by its name.
    private static let call: (@Sendable (CInt) -> CInt)? = {
        guard let address = unsafe dlsym(nil, "syncfs") else { return nil }
        let call = unsafe unsafeBitCast(address, to: (@convention(c) (CInt) -> CInt).self)
        return { call($0) }
    }()
}
