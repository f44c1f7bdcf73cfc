import Kernels
import Testing

/// The registers and estimates are those of Apache DataSketches' hash and of Ertl's formula, computed by other programs.
@Suite struct HyperLogLogTests {
    @Test func hashesAreThoseOfDataSketches() {
        // Theta sketches keep the first 64 bits, halved.
        let abc: [UInt8] = Array("abc".utf8)
        let span = abc.span
        #expect(MurmurHash.hash(span) >> 1 == 7_326_100_087_833_347_728)
        #expect(MurmurHash.hash(1) >> 1 == 405_753_591_161_026_837)
        let one: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 0]
        let bytes = one.span
        #expect(MurmurHash.hash(bytes) == MurmurHash.hash(1))
    }

    @Test(arguments: [(12, 1_000, 878, 1_801, 987.965_573_3), (14, 10_000, 7_495, 16_450, 10_008.323_942_1)])
    func registersAndEstimates(_ precision: Int, _ count: Int, _ filled: Int, _ sum: Int, _ estimate: Double) {
        var sketch = HyperLogLog(precision: precision)
        for value in 0..<count { sketch.insert(MurmurHash.hash(Int64(value))) }
        sketch.fold()
        #expect(sketch.registers.count { $0 > 0 } == filled)
        #expect(sketch.registers.reduce(0) { $0 + Int($1) } == sum)
        #expect(abs(sketch.estimate - estimate) < 1e-6)
    }

    @Test func smallCountsAreExactAndMergingHasNoOrder() {
        var (left, right, all) = (
            HyperLogLog(precision: 14), HyperLogLog(precision: 14), HyperLogLog(precision: 14)
        )
        for value in 0..<30_000 {
            let hash = MurmurHash.hash(Int64(value % 20_000))
            all.insert(hash)
            if value % 3 == 0 { left.insert(hash) } else { right.insert(hash) }
            if value == 1_999 { #expect(all.estimate == 2_000) }
        }
        var (a, b) = (left, right)
        a.merge(right)
        b.merge(left)
        #expect(a.registers == b.registers && a.registers == all.registers)
        #expect(abs(all.estimate / 20_000 - 1) < 0.03)
    }
}
