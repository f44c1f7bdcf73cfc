import Columnar
import Testing

@Suite struct ExactDecimalTests {
    @Test(arguments: ["0", "-1", "12.30", "-0.05", "99999999999999999999999999999999999999", "0.00", "1000"])
    func textComesBack(_ text: String) {
        #expect(ExactDecimal(text)?.description == text)
    }

    @Test(arguments: ["", "-", ".", "1.2.3", "1e5", " 1", "NaN", "100000000000000000000000000000000000000"])
    func otherTextIsRefused(_ text: String) {
        #expect(ExactDecimal(text) == nil)
    }

    @Test func signsAndScales() {
        #expect(ExactDecimal("+7.5") == ExactDecimal(unscaled: 75, scale: 1))
        #expect(ExactDecimal("-.5") == ExactDecimal(unscaled: -5, scale: 1))
        #expect(ExactDecimal(unscaled: -5, scale: 3).description == "-0.005")
    }
}
