import Effects
import SystemPackage

#if canImport(Glibc)
import Glibc
#endif

/// A folder of its own on the real disk, removed when the test is over.
final class TestFolder {
    let path: FilePath
    let store = DiskFileStore()

    init() throws {
        let temporary = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        path = FilePath(temporary).appending("almanac-effects-" + String(SystemRandom().nextBits(), radix: 36))
        try store.makeFolder(path)
    }

    deinit { try? store.removeFolder(path) }
}
