package import Columnar

/// The state of one aggregate over all groups of a part of the rows.
///
/// Rows come in batches with the number of their group; states of parts are merged in the order of the parts, which
/// the data decides and no thread: so floating sums are the same on every run.
package protocol AggregateState: AnyObject {
    /// Makes room for groups.
    func grow(to groupCount: Int)

    /// Adds rows.
    /// - Parameters:
    ///   - groups: the group of each row.
    ///   - arguments: the aggregate's arguments.
    ///   - mask: the rows that count; nil for all.
    func update(_ groups: Span<UInt32>, _ arguments: [Operand], mask: Bitmap?) throws(KernelError)

    /// Is called once before other states merge this one, perhaps side by side: arranges by group what is kept.
    func prepareMerge() throws(KernelError)

    /// Adds some groups of the state of another part, which is prepared: its group `sources[i]` is `groups[i]` here.
    func merge(_ other: any AggregateState, _ sources: Span<UInt32>, into groups: Span<UInt32>) throws(KernelError)

    /// About how many bytes it holds.
    var byteCount: Int { get }

    /// The result of each group.
    func finish() throws(KernelError) -> Column
}

extension AggregateState {
    package func prepareMerge() {}
}

/// Calls back with each row that counts.
@inline(__always)
func forEachRow(_ count: Int, _ mask: Bitmap?, _ body: (Int) -> Void) {
    guard let mask else {
        for row in 0..<count { body(row) }
        return
    }
    for (index, word) in mask.words.enumerated() {
        var rest = word
        while rest != 0 {
            body(index &* 64 &+ rest.trailingZeroBitCount)
            rest &= rest &- 1
        }
    }
}

/// Adds what is missing to an array of states.
@inline(__always)
func grow<Value>(_ values: inout [Value], _ count: Int, _ value: Value) {
    if count > values.count { values.append(contentsOf: repeatElement(value, count: count - values.count)) }
}

/// Counts the rows of each group.
func countRows(_ counts: inout [Int64], _ groups: Span<UInt32>, _ mask: Bitmap?) {
    scatter(&counts, groups, mask) { count, _ in count &+= 1 }
}

/// Calls back with what is kept of a group and what is added to it, pair by pair.
@inline(__always)
func mergeStates<Value>(
    _ values: inout [Value], _ others: [Value], _ sources: Span<UInt32>, _ groups: Span<UInt32>,
    _ body: (inout Value, Value) -> Void
) {
    precondition(sources.count == groups.count)
    let added = others.span
    unsafe values.withUnsafeMutableBufferPointer { cells in
        let (base, count) = unsafe (cells.baseAddress, cells.count)
        guard let base = unsafe base else { return }
        for index in 0..<sources.count {
            let group = Int(groups[index])
            precondition(group < count)
            unsafe body(&base[group], added[Int(sources[index])])
        }
    }
}

/// Calls back with each row that counts and what is kept of its group.
@inline(__always)
func scatter<Value>(
    _ values: inout [Value], _ groups: Span<UInt32>, _ mask: Bitmap?, _ body: (inout Value, Int) -> Void
) {
    unsafe values.withUnsafeMutableBufferPointer { cells in
        let (base, count) = unsafe (cells.baseAddress, cells.count)
        guard let base = unsafe base else { return }
        forEachRow(groups.count, mask) { row in
            let group = Int(groups[row])
            precondition(group < count)
            unsafe body(&base[group], row)
        }
    }
}
