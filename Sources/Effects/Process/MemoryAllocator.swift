internal import Glibc

/// The C library's allocator, as work on large columns needs it.
package enum MemoryAllocator {
    /// Keeps freed memory in the process for what is allocated next.
    ///
    /// Columns of a batch are megabytes large and live for milliseconds: with the allocator's usual thresholds each is
    /// mapped and unmapped, and the kernel clears its pages every time, which takes half of a query's time. The process
    /// then holds on to the most that it needed: in as many arenas as there are cores, for what one thread has freed
    /// another takes again. With the usual number, eight times that, each worker's threads keep memory of their own.
    package static func keepFreedMemory() { _ = isKept }

    /// Set once for the process. `mallopt` is no part of the Glibc module, so it is found by its name; a C library
    /// without it stays as it is.
    private static let isKept: Bool = {
        guard let address = unsafe dlsym(nil, "mallopt") else { return false }
        let set = unsafe unsafeBitCast(address, to: (@convention(c) (CInt, CInt) -> CInt).self)
        // malloc.h: M_TRIM_THRESHOLD -1, M_TOP_PAD -2, M_MMAP_THRESHOLD -3 (32 MiB is the most that it takes),
        // M_ARENA_MAX -8.
        let arenas = CInt(clamping: max(2, ParallelWork.coreCount))
        let options: [(CInt, CInt)] = [(-1, .max), (-2, 64 << 20), (-3, 32 << 20), (-8, arenas)]
        return options.allSatisfy { unsafe set($0.0, $0.1) == 1 }
    }()
}
