internal import Foundation

/// About how many distinct hashes there were (Flajolet and others, 2007), with Ertl's estimator (2017), which needs no
/// tables and no corrections. Up to an eighth of the registers the hashes themselves are kept, so that small counts are
/// exact. Merging is the maximum of registers: the order of merging changes nothing.
package struct HyperLogLog: Sendable {
    /// The logarithm of the number of registers.
    package let precision: Int
    private var hashes: Set<UInt64> = []
    /// For each register the most leading zeros and one; empty while the hashes are kept.
    package private(set) var registers: [UInt8] = []

    /// - Parameter precision: 4 to 18; the standard error is 1.04 / √2^precision.
    package init(precision: Int) { self.precision = precision }

    /// About how many bytes it holds.
    package var byteCount: Int { hashes.count * 16 + registers.count + 32 }

    /// Adds a hash.
    package mutating func insert(_ hash: UInt64) {
        guard registers.isEmpty else { return note(hash) }
        hashes.insert(hash)
        if hashes.count > 1 << (precision - 3) { fold() }
    }

    /// Adds all of another sketch of the same precision.
    package mutating func merge(_ other: HyperLogLog) {
        if other.registers.isEmpty {
            for hash in other.hashes { insert(hash) }
            return
        }
        fold()
        for index in registers.indices { registers[index] = max(registers[index], other.registers[index]) }
    }

    /// Gives up the hashes for registers.
    package mutating func fold() {
        guard registers.isEmpty else { return }
        registers = Array(repeating: 0, count: 1 << precision)
        for hash in hashes { note(hash) }
        hashes = []
    }

    private mutating func note(_ hash: UInt64) {
        let index = Int(hash >> UInt64(64 - precision))
        let rest = hash << UInt64(precision)
        let rank = UInt8(min(rest.leadingZeroBitCount, 64 - precision) + 1)
        if rank > registers[index] { registers[index] = rank }
    }

    /// The number of distinct hashes: exact while they are kept.
    package var estimate: Double {
        if registers.isEmpty { return Double(hashes.count) }
        let width = 64 - precision
        var counts = [Double](repeating: 0, count: width + 2)
        for register in registers { counts[Int(register)] += 1 }
        let size = Double(registers.count)
        var z = size * Self.tau(1 - counts[width + 1] / size)
        for rank in stride(from: width, through: 1, by: -1) { z = 0.5 * (z + counts[rank]) }
        z += size * Self.sigma(counts[0] / size)
        return size * size / (2 * log(2)) / z
    }

    private static func sigma(_ start: Double) -> Double {
        if start == 1 { return .infinity }
        var (x, y, z) = (start, 1.0, start)
        while true {
            x *= x
            let before = z
            z += x * y
            y += y
            if z == before { return z }
        }
    }

    private static func tau(_ start: Double) -> Double {
        if start == 0 || start == 1 { return 0 }
        var (x, y, z) = (start, 1.0, 1 - start)
        while true {
            x = x.squareRoot()
            let before = z
            y *= 0.5
            z -= (1 - x) * (1 - x) * y
            if z == before { return z / 3 }
        }
    }
}
