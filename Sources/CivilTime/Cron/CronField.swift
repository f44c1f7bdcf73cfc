/// One field of a cron line: the values that match, as bits.
struct CronField: Sendable, Hashable {
    /// What a field counts.
    enum Kind: Sendable, Hashable {
        case minute
        case hour
        case dayOfMonth
        case month
        /// 0 and 7 are Sunday.
        case dayOfWeek

        var name: String {
            switch self {
            case .minute: "minute"
            case .hour: "hour"
            case .dayOfMonth: "day of the month"
            case .month: "month"
            case .dayOfWeek: "day of the week"
            }
        }

        var range: ClosedRange<Int> {
            switch self {
            case .minute: 0...59
            case .hour: 0...23
            case .dayOfMonth: 1...31
            case .month: 1...12
            case .dayOfWeek: 0...7
            }
        }

        /// Names of values, the first for the lower end of the range.
        var names: [String] {
            switch self {
            case .month: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
            case .dayOfWeek: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
            default: []
            }
        }
    }

    /// Bit v says that value v matches; Sunday is bit 0.
    let bits: UInt64
    /// Whether the field begins with `*`: then the other of the two day fields decides alone.
    let isStar: Bool
    /// Whether it is written as an interval: with `*` or with a step.
    let isInterval: Bool

    func contains(_ value: Int) -> Bool { bits & (1 << UInt64(value)) != 0 }

    /// The values that match, ascending.
    var values: [Int] { (0..<60).filter(contains) }

    init(parsing text: Substring, _ kind: Kind) throws(CivilTimeError) {
        var bits: UInt64 = 0
        var isInterval = false
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            let (first, last, step) = try Self.item(item, kind)
            if let step { isInterval = isInterval || step > 1 || item.hasPrefix("*") }
            for value in stride(from: first, through: last, by: step ?? 1) {
                bits |= 1 << UInt64(kind == .dayOfWeek && value == 7 ? 0 : value)
            }
        }
        self.bits = bits
        self.isInterval = isInterval
        isStar = text.hasPrefix("*")
    }

    /// `*`, `*/15`, `5`, `5/15`, `9-17`, `9-17/2`; the step is nil where neither a star nor a step is written.
    private static func item(
        _ item: Substring, _ kind: Kind
    ) throws(CivilTimeError) -> (first: Int, last: Int, step: Int?) {
        let parts = item.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        var step: Int?
        if parts.count == 2 {
            guard let number = digits(parts[1]), number >= 1, number <= kind.range.upperBound else {
                throw error(item, kind, "the step must be 1 to \(kind.range.upperBound)")
            }
            step = number
        }
        // A star over the days of the week ends on Saturday: 7 is Sunday once more.
        let end = kind == .dayOfWeek ? 6 : kind.range.upperBound
        if parts[0] == "*" { return (kind.range.lowerBound, end, step ?? 1) }
        let bounds = parts[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let first = try value(bounds[0], kind, isEnd: false)
        guard bounds.count == 2 else { return (first, step == nil ? first : max(first, end), step) }
        let last = try value(bounds[1], kind, isEnd: true)
        guard first <= last else { throw error(item, kind, "a range runs upwards: write two with a comma between") }
        return (first, last, step)
    }

    private static func value(_ text: Substring, _ kind: Kind, isEnd: Bool) throws(CivilTimeError) -> Int {
        if let index = kind.names.firstIndex(of: text.lowercased()) {
            // `fri-sun` ends with the Sunday after.
            return kind == .dayOfWeek && isEnd && index == 0 ? 7 : index + (kind == .month ? 1 : 0)
        }
        guard let number = digits(text) else {
            let names = kind.names.isEmpty ? "" : " or a name like \(kind.names[1])"
            throw error(text, kind, "write \(kind.range.lowerBound) to \(kind.range.upperBound)\(names)")
        }
        guard kind.range.contains(number) else {
            throw error(text, kind, "write \(kind.range.lowerBound) to \(kind.range.upperBound)")
        }
        return number
    }

    private static func digits(_ text: Substring) -> Int? {
        guard (1...4).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }

    private static func error(_ item: Substring, _ kind: Kind, _ why: String) -> CivilTimeError {
        CivilTimeError(.syntax, "'\(item.prefix(40))' is no \(kind.name) of a cron line: \(why)")
    }
}
