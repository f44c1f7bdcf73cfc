import Columnar
import Kernels
import Testing

@Suite struct ArithmeticTests {
    private func compute(_ operation: Arithmetic, _ a: Int64, _ b: Int64) throws -> Scalar {
        let left = Column(.int64, .int64(Buffer([a]))), right = Column(.int64, .int64(Buffer([b])))
        return try operation.evaluate(.column(left), .constant(right), type: .int64, rowCount: 1).scalar(0)
    }

    @Test func integersAtTheirEnds() throws {
        #expect(try compute(.add, .max, 0) == .int(.max))
        #expect(throws: KernelError.overflow("int64")) { try compute(.add, .max, 1) }
        #expect(throws: KernelError.overflow("int64")) { try compute(.subtract, .min, 1) }
        #expect(throws: KernelError.overflow("int64")) { try compute(.multiply, .min, -1) }
        #expect(throws: KernelError.overflow("int64")) { try compute(.divide, .min, -1) }
        #expect(try compute(.remainder, .min, -1) == .int(0))
        #expect(throws: KernelError.divisionByZero) { try compute(.divide, 1, 0) }
        #expect(throws: KernelError.divisionByZero) { try compute(.remainder, 1, 0) }
    }

    @Test func rowsWithoutAValueNeverFail() throws {
        let left = Column(.int64, validity: Bitmap([false, true]), .int64(Buffer([.max, 1])))
        let right = Column(.int64, .int64(Buffer([.max, 2])))
        let sum = try Arithmetic.add.evaluate(.column(left), .column(right), type: .int64, rowCount: 2)
        #expect(sum.scalar(0) == .null)
        #expect(sum.scalar(1) == .int(3))
    }

    @Test func quotientsAreRoundedHalfAwayFromZero() {
        #expect(Decimals.quotient(1, 3, shift: 16) == 3_333_333_333_333_333)
        #expect(Decimals.quotient(2, 3, shift: 16) == 6_666_666_666_666_667)
        #expect(Decimals.quotient(-1, 2, shift: 0) == -1)
        #expect(
            Decimals.quotient(Decimals.power(37), 7, shift: 1)
                == Decimals.quotient(Decimals.power(37) * 10, 7, shift: 0))
        #expect(Decimals.quotient(Decimals.power(37), 1, shift: 16) == nil)
        #expect(Decimals.quotient(Decimals.power(37) + 5, Decimals.power(30), shift: 20) == Decimals.power(27))
    }

    @Test func rescalingRoundsAndRefuses() {
        #expect(Decimals.rescaled(125, from: 2, to: 1) == 13)
        #expect(Decimals.rescaled(-125, from: 2, to: 1) == -13)
        #expect(Decimals.rescaled(Decimals.power(37), from: 0, to: 2) == nil)
    }
}
