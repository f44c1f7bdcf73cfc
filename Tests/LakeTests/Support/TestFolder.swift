import Effects
import Foundation
import SystemPackage

/// A folder of its own on the real disk, removed when the test is over.
final class TestFolder {
    let path: FilePath

    init() throws {
        path = FilePath(NSTemporaryDirectory()).appending(
            "almanac-lake-" + String(SystemRandom().nextBits(), radix: 36))
        try DiskFileStore().makeFolder(path)
    }

    deinit { try? DiskFileStore().removeFolder(path) }
}
