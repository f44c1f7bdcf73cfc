internal import SystemPackage

#if canImport(Glibc)
internal import Glibc
#endif

/// A file operation that failed: what was tried, on which path, and the operating system's reason.
package struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What the failure means for the caller; the exit codes follow from it.
    package enum Code: Sendable, Equatable {
        case notFound
        case exists
        case notPermitted
        case diskFull
        case tooManyOpenFiles
        case readWrite
        case invalidPath
    }

    /// What the failure means.
    package let code: Code
    /// The call that failed: "create", "write", "sync", "link" …
    package let operation: String
    /// The path as it was given.
    package let path: String
    /// The system's error number, 0 where there is none.
    package let number: Int32

    package init(_ operation: String, path: String, number: Int32) {
        self.operation = operation
        self.path = path
        self.number = number
        self.code = Self.code(of: number)
    }

    package init(_ code: Code, _ operation: String, path: String) {
        self.code = code
        self.operation = operation
        self.path = path
        self.number = 0
    }

    package var description: String {
        let reason = number == 0 ? Self.words(for: code) : Errno(rawValue: number).description
        return "can't \(operation) \(path): \(reason)"
    }

    private static func code(of number: Int32) -> Code {
        switch number {
        case ENOENT, ENOTDIR: .notFound
        case EEXIST, ENOTEMPTY: .exists
        case EACCES, EPERM, EROFS: .notPermitted
        case ENOSPC, EDQUOT, EFBIG: .diskFull
        case EMFILE, ENFILE: .tooManyOpenFiles
        case EINVAL, ENAMETOOLONG, ELOOP: .invalidPath
        default: .readWrite
        }
    }

    private static func words(for code: Code) -> String {
        switch code {
        case .notFound: "no such file or folder"
        case .exists: "it is there already"
        case .notPermitted: "not allowed"
        case .diskFull: "the disk is full"
        case .tooManyOpenFiles: "too many open files"
        case .readWrite: "read or write failed"
        case .invalidPath: "the path is not valid"
        }
    }
}
