package import SystemPackage

/// The only way to the disk. `DiskFileStore` is the real one; the simulated twin, which can fail, cut power and
/// count calls, is in `AlmanacTesting`.
///
/// Every call is one step that a crash can fall between; `CommittedFile` composes them into the commit protocol.
package protocol FileStore: Sendable {
    /// Opens a file for reading at any offset.
    func open(_ path: FilePath) throws(FileError) -> any ReadableFile
    /// Makes a new file for writing (mode 0600); `exists` if there is one under this name.
    func create(_ path: FilePath) throws(FileError) -> any WritableFile
    /// Gives a file a second name, never replacing: `exists` if the name is taken.
    func link(_ path: FilePath, to name: FilePath) throws(FileError)
    /// Gives a file another name, replacing what bears it, in one atomic step.
    func rename(_ path: FilePath, to name: FilePath) throws(FileError)
    /// Removes a name; `notFound` if there is none.
    func remove(_ path: FilePath) throws(FileError)
    /// Makes the names in a folder durable.
    func syncFolder(_ path: FilePath) throws(FileError)
    /// Makes a folder and its parents (mode 0700), durably; nothing happens where it is there.
    func makeFolder(_ path: FilePath) throws(FileError)
    /// Makes a folder and its parents (mode 0700), none of them durably.
    ///
    /// - Returns: the folders that got a name by it: until they are synced, a power cut may take the new ones away.
    func addFolder(_ path: FilePath) throws(FileError) -> [FilePath]
    /// Makes the bytes of a file durable that was written and closed without. A failed sync is final.
    func syncFile(_ path: FilePath) throws(FileError)
    /// The volume that a file or folder lies on, watched from now on.
    func volume(of path: FilePath) throws(FileError) -> any FileVolume
    /// Removes a folder with all that is in it, without following links; nothing happens where there is none.
    func removeFolder(_ path: FilePath) throws(FileError)
    /// The names in a folder, sorted by code units; `notFound` if there is no such folder.
    func names(in path: FilePath) throws(FileError) -> [String]
    /// What a path names, nil where there is nothing. Links are not followed.
    func status(of path: FilePath) throws(FileError) -> FileStatus?
    /// Takes an exclusive lock that ends with the process; nil if another holds it.
    func lock(_ path: FilePath) throws(FileError) -> (any FileLock)?
    /// The bytes that are free for us on the volume of a path.
    func freeBytes(at path: FilePath) throws(FileError) -> Int64
}

/// What a path names.
package struct FileStatus: Sendable, Equatable {
    /// The kinds that Almanac tells apart.
    package enum Kind: Sendable, Equatable {
        case file
        case folder
        case link
        case other
    }

    /// What kind of thing it is.
    package let kind: Kind
    /// Its size in bytes.
    package let size: Int64
    /// Last change, microseconds since 1970 UTC. For retention only, never for order.
    package let modifiedMicroseconds: Int64

    package init(kind: Kind, size: Int64, modifiedMicroseconds: Int64) {
        self.kind = kind
        self.size = size
        self.modifiedMicroseconds = modifiedMicroseconds
    }
}

/// An open file that is read at any offset, from any thread.
package protocol ReadableFile: AnyObject, Sendable {
    /// Its size in bytes when it was opened.
    var size: Int64 { get }
    /// Reads exactly `count` bytes from `offset` on; an end before that is a `readWrite` error.
    func read(at offset: Int64, count: Int) throws(FileError) -> [UInt8]
}

/// An open file that is written from its start to its end.
package protocol WritableFile: AnyObject {
    /// The bytes written so far.
    var size: Int64 { get }
    /// Appends all bytes.
    func write(_ bytes: Span<UInt8>) throws(FileError)
    /// Makes what was written durable. A failed sync is final: the file must be thrown away.
    func sync() throws(FileError)
    /// Closes; further calls are errors. Also closed, without an error seen, when it goes out of scope.
    func close() throws(FileError)
}

/// A volume of the disk: all that was written on it becomes durable at once.
package protocol FileVolume: AnyObject, Sendable {
    /// Whether a path lies on it.
    func holds(_ path: FilePath) throws(FileError) -> Bool
    /// Makes the bytes of all files and the names in all folders of the volume durable.
    ///
    /// - Throws: where anything could not be kept that was written since the volume was asked for, by anyone. That is
    ///   final: nobody knows what.
    func sync() throws(FileError)
}

/// A lock that is held until it is released or its process ends.
package protocol FileLock: AnyObject, Sendable {
    /// Gives the lock back.
    func release()
}

extension FileStore {
    /// Reads a whole file.
    ///
    /// - Parameter limit: the largest size that is read, in bytes; a larger file is an `invalidPath` error.
    package func contents(of path: FilePath, limit: Int64 = 1 << 30) throws(FileError) -> [UInt8] {
        let file = try open(path)
        guard file.size <= limit else { throw FileError(.invalidPath, "read all of", path: path.string) }
        return try file.read(at: 0, count: Int(file.size))
    }

    /// Reads a whole file as UTF-8 text; bytes that are not UTF-8 become U+FFFD.
    package func text(of path: FilePath) throws(FileError) -> String {
        String(decoding: try contents(of: path), as: UTF8.self)
    }
}
