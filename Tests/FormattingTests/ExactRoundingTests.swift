import AlmanacTesting
import Columnar
import Formatting
import Testing

/// Rounding on exact numbers: half to even, once (analytics rule X18).
struct ExactRoundingTests {
    @Test(
        "Half goes to even",
        arguments: [
            ("2.5", 0, "2"), ("3.5", 0, "4"), ("-2.5", 0, "-2"), ("-3.5", 0, "-4"), ("2.51", 0, "3"),
            ("0.05", 1, "0.0"),
            ("0.15", 1, "0.2"), ("1.005", 2, "1.00"), ("1", 3, "1.000"),
            (
                "99999999999999999999999999999999999999", 0,
                "99999999999999999999999999999999999999"
            ),
        ])
    func rounding(text: String, scale: Int, expected: String) throws {
        #expect(try #require(ExactDecimal(text)).rounded(toScale: scale)?.description == expected)
    }

    @Test("Ratios of extreme numbers neither trap nor lie")
    func ratios() throws {
        let one = ExactDecimal(unscaled: 1, scale: 0)
        let largest = ExactDecimal(unscaled: .max, scale: 0)
        let smallest = ExactDecimal(unscaled: .min, scale: 0)
        #expect(ExactDecimal.ratio(one, ExactDecimal(unscaled: 0, scale: 0), scale: 2) == nil)
        #expect(ExactDecimal.ratio(one, ExactDecimal(unscaled: 3, scale: 0), scale: 2)?.description == "0.33")
        #expect(ExactDecimal.ratio(one, ExactDecimal(unscaled: 8, scale: 0), scale: 2)?.description == "0.12")
        #expect(
            ExactDecimal.ratio(ExactDecimal(unscaled: -1, scale: 0), ExactDecimal(unscaled: 8, scale: 0), scale: 2)?
                .description == "-0.12")
        #expect(ExactDecimal.ratio(largest, one, scale: 0) == largest)
        #expect(ExactDecimal.ratio(largest, one, scale: 1) == nil)
        #expect(ExactDecimal.ratio(smallest, smallest, scale: 4)?.description == "1.0000")
        #expect(ExactDecimal.ratio(one, largest, scale: 38)?.unscaled == 1)
        #expect(ExactDecimal.ratio(ExactDecimal(unscaled: 5, scale: 38), largest, scale: 0)?.unscaled == 0)
    }

    /// The standard library reads decimal text as the nearest double.
    @Test func approximationIsTheNearestDouble() throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<20_000 {
            let bits = UInt64.random(in: 0...60, using: &generator)
            let unscaled = Int64(bitPattern: generator.next()) >> Int64(bits)
            let number = ExactDecimal(
                unscaled: Int128(unscaled), scale: Int.random(in: 0...38, using: &generator))
            #expect(number.approximation == Double(number.description))
        }
    }

    @Test func shortestComesBack() {
        var generator = SeededGenerator(seed: 8)
        for _ in 0..<20_000 {
            let value = Double(Int64(bitPattern: generator.next()) >> 20) / 1e5
            #expect(ExactDecimal(shortest: value)?.approximation == value)
        }
        for value in [1e-30, 5e-324, 1e22, 1e37, -0.0, 0.1, .infinity, .nan] {
            let exact = ExactDecimal(shortest: value)
            #expect(exact == nil ? !(1e-37...1e37).contains(value.magnitude) : exact?.approximation == value)
        }
    }

    /// Against the definition: |n·10^s - q·d| · 2 ≤ d, and q even where it is equal.
    @Test("Random ratios satisfy the definition of rounding")
    func randomRatios() {
        var seed: UInt64 = 20_261_121
        func next(_ limit: Int128) -> Int128 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int128(seed >> 11) % limit
        }
        for _ in 0..<5_000 {
            let numerator = next(2_000_001) - 1_000_000
            let denominator = next(2_000) + 1
            let scale = Int(next(4))
            let quotient = ExactDecimal.ratio(
                ExactDecimal(unscaled: numerator, scale: 0), ExactDecimal(unscaled: denominator, scale: 0), scale: scale
            )
            guard let quotient, let power = ExactDecimal.powerOfTen(scale) else {
                Issue.record("no quotient of \(numerator) / \(denominator)")
                continue
            }
            let error = (numerator * power - quotient.unscaled * denominator).magnitude * 2
            #expect(error <= denominator.magnitude)
            if error == denominator.magnitude { #expect(quotient.unscaled % 2 == 0) }
        }
    }

    @Test(
        "Doubles become the decimal that they are written as",
        arguments: [
            (0.1, "0.1"), (-0.25, "-0.25"), (1e-7, "0.0000001"), (1.5e20, "150000000000000000000"),
            (123_456.75, "123456.75"),
        ])
    func shortest(value: Double, expected: String) {
        #expect(
            ExactDecimal(shortest: value)?.rounded(
                toScale: expected.contains(".") ? expected.split(separator: ".")[1].count : 0)?.description == expected)
    }

    @Test("Numbers that no exact decimal holds are refused")
    func unrepresentable() {
        for value in [Double.nan, .infinity, 1e300, 1e-300] { #expect(ExactDecimal(shortest: value) == nil) }
    }

    @Test("Minor units of known and unknown currencies")
    func exponents() {
        #expect(CurrencyExponent.digits(of: "JPY") == 0)
        #expect(CurrencyExponent.digits(of: "NGN") == 2)
        #expect(CurrencyExponent.digits(of: "KWD") == 3)
        #expect(CurrencyExponent.digits(of: "CLF") == 4)
        #expect(CurrencyExponent.digits(of: "XAU") == nil)
        #expect(CurrencyExponent.digits(of: "usd") == nil)
        #expect(Set(CurrencyExponent.codes).count == CurrencyExponent.codes.count)
    }
}
