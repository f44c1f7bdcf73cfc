/// Bytes that grow at their end, written through a plain pointer: the hot loops of `DelimitedRows` reserve once for many
/// values and write without a check for each.
@safe
struct ByteBlock: ~Copyable {
    private(set) var base: UnsafeMutablePointer<UInt8>
    private(set) var capacity: Int
    /// The bytes written so far.
    private(set) var count = 0

    init(capacity: Int = 1 << 16) {
        unsafe base = .allocate(capacity: capacity)
        self.capacity = capacity
    }

    deinit { unsafe base.deallocate() }

    /// Makes room for so many bytes behind the last, and answers where they begin.
    mutating func reserve(_ more: Int) -> UnsafeMutablePointer<UInt8> {
        if count + more > capacity {
            let grown = max(count + more, capacity * 2)
            let target = UnsafeMutablePointer<UInt8>.allocate(capacity: grown)
            unsafe target.update(from: base, count: count)
            unsafe base.deallocate()
            unsafe base = target
            capacity = grown
        }
        return unsafe base + count
    }

    /// Takes so many of the reserved bytes as written.
    mutating func advance(_ written: Int) {
        precondition(count + written <= capacity)
        count += written
    }

    mutating func append(_ bytes: [UInt8]) {
        let target = unsafe reserve(bytes.count)
        unsafe bytes.withUnsafeBufferPointer { source in
            guard let first = source.baseAddress else { return }
            unsafe target.update(from: first, count: source.count)
        }
        advance(bytes.count)
    }

    mutating func removeAll() { count = 0 }

    /// Hands the bytes to a body, to read.
    func withSpan<Failure: Error>(_ body: (Span<UInt8>) throws(Failure) -> Void) throws(Failure) {
        let span = unsafe Span(_unsafeStart: base, count: count)
        try body(span)
    }
}
