import Columnar
import Testing

@Suite struct BitmapTests {
    /// All bit patterns of up to nine bits, then every slice of them.
    @Test func slicesOfEverySmallBitmapAreItsBits() {
        for count in 0...9 {
            for pattern in 0..<(1 << count) {
                let bits = (0..<count).map { pattern >> $0 & 1 == 1 }
                let bitmap = Bitmap(bits)
                #expect(bitmap.setCount == bits.count { $0 })
                for lower in 0...count {
                    for upper in lower...count {
                        #expect(bitmap.slice(lower..<upper) == Bitmap(bits[lower..<upper]))
                    }
                }
            }
        }
    }

    @Test func slicesAcrossWordsKeepTheirBits() {
        let bits = (0..<517).map { ($0 * 7 + $0 / 13) % 3 == 0 }
        let bitmap = Bitmap(bits)
        for lower in stride(from: 0, to: 517, by: 11) {
            for upper in stride(from: lower, to: 517, by: 29) {
                let slice = bitmap.slice(lower..<upper)
                #expect((0..<slice.count).allSatisfy { slice[$0] == bits[lower + $0] })
                #expect(slice.setCount == bits[lower..<upper].count { $0 })
            }
        }
    }

    @Test func validityIsNilWhereNothingIsMissing() {
        var builder = BitmapBuilder()
        builder.append(repeating: true, count: 100)
        #expect(builder.finishValidity() == nil)
        builder.append(false)
        #expect(builder.finishValidity() == Bitmap([false]))
    }
}
