package import SystemPackage

#if canImport(Glibc)
internal import Glibc
#endif

/// The machine's disk, through plain system calls.
///
/// Loops over short reads and writes and over EINTR; never follows a link in the last component of a path that it
/// creates; makes files 0600 and folders 0700.
package struct DiskFileStore: FileStore {
    package init() {}

    package func open(_ path: FilePath) throws(FileError) -> any ReadableFile {
        let descriptor = try Self.descriptor("open", path, O_RDONLY | O_CLOEXEC)
        return try DiskReadableFile(descriptor, path: path)
    }

    package func create(_ path: FilePath) throws(FileError) -> any WritableFile {
        let descriptor = try Self.descriptor("create", path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC)
        return DiskWritableFile(descriptor, path: path)
    }

    package func link(_ path: FilePath, to name: FilePath) throws(FileError) {
        try Self.check("link", name) { unsafe Glibc.link(path.string, name.string) }
    }

    package func rename(_ path: FilePath, to name: FilePath) throws(FileError) {
        try Self.check("rename", name) { unsafe Glibc.rename(path.string, name.string) }
    }

    package func remove(_ path: FilePath) throws(FileError) {
        try Self.check("remove", path) { unsafe unlink(path.string) }
    }

    package func syncFolder(_ path: FilePath) throws(FileError) {
        let descriptor = try Self.descriptor("sync", path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { Glibc.close(descriptor) }
        try Self.check("sync", path) { fsync(descriptor) }
    }

    package func syncFile(_ path: FilePath) throws(FileError) {
        let descriptor = try Self.descriptor("sync", path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        defer { Glibc.close(descriptor) }
        // Never tried again: after a failed fsync the kernel may have dropped the pages.
        guard fsync(descriptor) == 0 else { throw FileError("sync", path: path.string, number: errno) }
    }

    package func volume(of path: FilePath) throws(FileError) -> any FileVolume {
        guard DiskVolume.isSupported else { throw FileError("look at", path: path.string, number: ENOSYS) }
        return try DiskVolume(try Self.descriptor("look at", path, O_RDONLY | O_CLOEXEC), path: path)
    }

    package func makeFolder(_ path: FilePath) throws(FileError) {
        for folder in try addFolder(path) { try syncFolder(folder) }
    }

    package func addFolder(_ path: FilePath) throws(FileError) -> [FilePath] {
        if let status = try status(of: path) {
            // A link to a folder is somebody's own choice of volume; only a file in the way is an error.
            guard status.kind == .folder || status.kind == .link else {
                throw FileError(.exists, "make the folder", path: path.string)
            }
            return []
        }
        let parent = path.removingLastComponent()
        var changed: [FilePath] = []
        if !parent.isEmpty && parent != path { changed = try addFolder(parent) }
        if unsafe mkdir(path.string, 0o700) == -1 && errno != EEXIST {
            throw FileError("make the folder", path: path.string, number: errno)
        }
        return changed + [parent.isEmpty ? "." : parent]
    }

    package func removeFolder(_ path: FilePath) throws(FileError) {
        guard let status = try status(of: path) else { return }
        guard status.kind == .folder else { throw FileError(.invalidPath, "remove the folder", path: path.string) }
        for name in try names(in: path) {
            let child = path.appending(name)
            if try self.status(of: child)?.kind == .folder {
                try removeFolder(child)
            } else {
                try remove(child)
            }
        }
        try Self.check("remove the folder", path) { unsafe rmdir(path.string) }
    }

    package func names(in path: FilePath) throws(FileError) -> [String] {
        guard let folder = unsafe opendir(path.string) else {
            throw FileError("list", path: path.string, number: errno)
        }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(folder) else { break }
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: unsafe Array(bytes).prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw FileError("list", path: path.string, number: errno) }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    package func status(of path: FilePath) throws(FileError) -> FileStatus? {
        var record = stat()
        guard unsafe lstat(path.string, &record) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw FileError("look at", path: path.string, number: errno)
        }
        let kind: FileStatus.Kind =
            switch record.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            case S_IFLNK: .link
            default: .other
            }
        let modified = Int64(record.st_mtim.tv_sec) * 1_000_000 + Int64(record.st_mtim.tv_nsec) / 1_000
        return FileStatus(kind: kind, size: Int64(record.st_size), modifiedMicroseconds: modified)
    }

    package func lock(_ path: FilePath) throws(FileError) -> (any FileLock)? {
        let descriptor = try Self.descriptor("lock", path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC)
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return DiskFileLock(descriptor) }
        let number = errno
        Glibc.close(descriptor)
        if number == EWOULDBLOCK { return nil }
        throw FileError("lock", path: path.string, number: number)
    }

    package func freeBytes(at path: FilePath) throws(FileError) -> Int64 {
        var record = statvfs()
        try Self.check("look at", path) { unsafe statvfs(path.string, &record) }
        return Int64(
            clamping: UInt64(record.f_bavail).multipliedReportingOverflow(by: UInt64(record.f_frsize)).partialValue)
    }

    private static func descriptor(_ operation: String, _ path: FilePath, _ flags: Int32) throws(FileError) -> Int32 {
        while true {
            let descriptor = unsafe Glibc.open(path.string, flags, 0o600)
            if descriptor >= 0 { return descriptor }
            if errno != EINTR { throw FileError(operation, path: path.string, number: errno) }
        }
    }

    private static func check(_ operation: String, _ path: FilePath, _ call: () -> Int32) throws(FileError) {
        while call() == -1 {
            if errno != EINTR { throw FileError(operation, path: path.string, number: errno) }
        }
    }
}
