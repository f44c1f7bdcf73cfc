package import Columnar

/// How one key column is ordered; nil of it where only equality counts.
package struct KeyOrder: Sendable, Hashable {
    /// Whether the largest come first.
    package let isDescending: Bool
    /// Whether NULLs come before all values.
    package let nullsFirst: Bool

    package init(isDescending: Bool, nullsFirst: Bool) {
        self.isDescending = isDescending
        self.nullsFirst = nullsFirst
    }
}

/// How the values of several columns are packed into one integer for each row.
///
/// Fixed-width values become their distance from the smallest; texts become numbers of an interner (ranks where the
/// order counts). NULL has a code of its own, so that NULLs are one group and sort where they are asked to. The
/// layout is made from all chunks of rows at once: only then are the ranges known.
package final class KeyLayout: Sendable {
    private let parts: [KeyPart]
    /// How many bits a key has.
    package let bits: Int

    /// - Parameters:
    ///   - chunks: the key columns of each chunk of rows.
    ///   - orders: one for each key column where keys are to sort as values do, nil where only equality counts.
    package init(chunks: [[Column]], orders: [KeyOrder]? = nil) throws(KernelError) {
        var comparable: [[Column]] = []
        for columns in chunks {
            comparable.append(try columns.map { column throws(KernelError) in try column.comparable() })
        }
        let chunks = comparable
        var parts: [KeyPart] = []
        let keyCount = chunks.first?.count ?? 0
        for key in 0..<keyCount {
            let order = orders?[key]
            for piece in try KeyPart.pieces(chunks.map { $0[key] }, key, order) {
                parts.append(piece)
                let total = parts.reduce(0) { $0 + $1.bits }
                if total > 128 {
                    // More than two words: all parts so far but the last become one, numbered or ranked.
                    let last = parts.removeLast()
                    parts = [try KeyPart.prefix(parts, chunks, isOrdered: orders != nil), last]
                }
            }
        }
        self.parts = parts
        bits = parts.reduce(0) { $0 + $1.bits }
    }

    /// The keys of rows that were among the chunks of the layout.
    package func packed(_ columns: [Column], rowCount: Int) throws(KernelError) -> PackedKeys {
        let columns = try columns.map { column throws(KernelError) in try column.comparable() }
        if bits <= 64 {
            var keys = [UInt64](repeating: 0, count: rowCount)
            try fill(columns, &keys)
            return .narrow(keys, bits: bits)
        }
        var keys = [UInt128](repeating: 0, count: rowCount)
        try fill(columns, &keys)
        return .wide(keys, bits: bits)
    }

    /// The keys of any rows, for a search; rows whose values the layout does not know have a bit set in `unknown`.
    package func probed(_ columns: [Column], rowCount: Int) throws(KernelError) -> (keys: PackedKeys, unknown: [Bool]) {
        let columns = try columns.map { column throws(KernelError) in try column.comparable() }
        var unknown = [Bool](repeating: false, count: rowCount)
        if bits <= 64 {
            var keys = [UInt64](repeating: 0, count: rowCount)
            var shift = bits
            for part in parts {
                shift -= part.bits
                try part.probe(columns, shift, &keys, &unknown)
            }
            return (.narrow(keys, bits: bits), unknown)
        }
        var keys = [UInt128](repeating: 0, count: rowCount)
        var shift = bits
        for part in parts {
            shift -= part.bits
            try part.probe(columns, shift, &keys, &unknown)
        }
        return (.wide(keys, bits: bits), unknown)
    }

    @inline(__always)
    private func fill<Key: FixedWidthInteger & UnsignedInteger>(
        _ columns: [Column], _ keys: inout [Key]
    ) throws(KernelError) {
        // The first key column has the highest bits, so that integers sort as tuples do.
        var shift = bits
        for part in parts {
            shift -= part.bits
            try part.encode(columns, shift, &keys)
        }
    }
}
