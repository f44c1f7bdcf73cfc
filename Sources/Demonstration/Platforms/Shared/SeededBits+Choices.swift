extension SeededBits {
    /// An identifier of version 4's form.
    mutating func identifier() -> String {
        let words = [next(), next()]
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for position in 0..<32 {
            if [8, 12, 16, 20].contains(position) { text.append(UInt8(ascii: "-")) }
            let digit = UInt8(truncatingIfNeeded: words[position / 16] >> UInt64(60 - position % 16 * 4)) & 15
            switch position {
            case 12: text.append(UInt8(ascii: "4"))
            case 16: text.append(UInt8(ascii: "a"))
            default: text.append(digit + (digit < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The number that comes next, without taking it: the seed of a generator beside this one.
    var peek: UInt64 {
        var copy = self
        return copy.next()
    }

    /// True in so many of a hundred cases.
    mutating func percent(_ share: Int) -> Bool { below(100) < share }

    /// One of some things; there must be one.
    mutating func one<Thing>(of things: [Thing]) -> Thing { things[below(things.count)] }

    /// The place of one of some things, as likely as its weight; the weights' sum must be above 0.
    mutating func place(weights: [Int]) -> Int {
        var rest = below(weights.reduce(0, +))
        for (place, weight) in weights.enumerated() {
            if rest < weight { return place }
            rest -= weight
        }
        return weights.count - 1
    }
}

/// How the sizes of made-up tenants fall.
enum TenantSizes {
    /// What the first tenant's size is divided by: the number to the power of 0.74 by halving, the sizes of a market's
    /// firms.
    static func divisor(_ index: Int) -> Double {
        var (size, rest) = (1.0, Double(index))
        while rest >= 2 { (size, rest) = (size * 1.67, rest / 2) }
        return size * (1 + 0.67 * (rest - 1))
    }

    /// `platform-0007`.
    static func name(_ platform: String, _ index: Int) -> String {
        "\(platform)-" + String(repeating: "0", count: max(0, 4 - "\(index)".count)) + "\(index)"
    }

    /// A generator of its own for each tenant of a seed.
    static func bits(index: Int, seed: UInt64) -> SeededBits {
        SeededBits(seed: seed &* 0x9E37_79B9 &+ UInt64(truncatingIfNeeded: index) &* 0x1000_0001)
    }
}
