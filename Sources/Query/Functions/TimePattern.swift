internal import CivilTime

/// A pattern of `to_char` for times, as PostgreSQL has it ("Data Type Formatting Functions", table of template patterns):
/// English names, padded to nine letters unless `FM` stands before.
struct TimePattern {
    /// What stands for a part of the time.
    private enum Field: String, CaseIterable {
        case year4 = "YYYY"
        case year3 = "YYY"
        case year2 = "YY"
        case year1 = "Y"
        case isoYear4 = "IYYY"
        case isoYear2 = "IY"
        case monthName = "MONTH"
        case monthShort = "MON"
        case month = "MM"
        case dayName = "DAY"
        case dayShort = "DY"
        case dayOfYear = "DDD"
        case day = "DD"
        case dayOfWeek = "D"
        case isoDay = "ID"
        case isoWeek = "IW"
        case weekOfYear = "WW"
        case weekOfMonth = "W"
        case century = "CC"
        case quarter = "Q"
        case hour24 = "HH24"
        case hour12 = "HH12"
        case hour = "HH"
        case minute = "MI"
        case secondOfDay = "SSSS"
        case second = "SS"
        case millisecond = "MS"
        case microsecond = "US"
        case meridiem = "AM"
        case afternoon = "PM"
        case offset = "OF"
        case offsetHours = "TZH"
        case offsetMinutes = "TZM"

        static let longestFirst = allCases.sorted { $0.rawValue.count > $1.rawValue.count }
    }

    private enum Letters { case upper, lower, capital }

    private enum Item {
        case literal(String)
        case field(Field, Letters, isFilled: Bool, hasOrdinal: Bool)
    }

    private var items: [Item] = []

    init(_ text: String) {
        var rest = Substring(text)
        while !rest.isEmpty {
            if rest.first == "\"" {
                rest.removeFirst()
                items.append(.literal(String(rest.prefix { $0 != "\"" })))
                rest = rest.drop { $0 != "\"" }.dropFirst()
                continue
            }
            let isFilled = !rest.uppercased().hasPrefix("FM")
            let own = isFilled ? rest : rest.dropFirst(2)
            guard let field = Field.longestFirst.first(where: { own.uppercased().hasPrefix($0.rawValue) }) else {
                if !isFilled {
                    rest = own
                    continue
                }
                items.append(.literal(String(rest.removeFirst())))
                continue
            }
            let written = own.prefix(field.rawValue.count)
            rest = own.dropFirst(field.rawValue.count)
            let hasOrdinal = rest.hasPrefix("TH") || rest.hasPrefix("th")
            if hasOrdinal { rest = rest.dropFirst(2) }
            let letters: Letters =
                written.allSatisfy(\.isUppercase) ? .upper : written.first?.isUppercase == true ? .capital : .lower
            items.append(.field(field, letters, isFilled: isFilled, hasOrdinal: hasOrdinal))
        }
    }

    /// A local time as text.
    /// - Parameter offsetSeconds: how far it is before universal time; 0 of a time without a zone.
    func text(_ time: LocalDateTime, offsetSeconds: Int) -> String {
        var result = ""
        for item in items {
            switch item {
            case .literal(let text): result += text
            case .field(let field, let letters, let isFilled, let hasOrdinal):
                let value = Self.value(field, letters, time, offsetSeconds, isFilled)
                result += hasOrdinal ? value + Self.ordinal(value) : value
            }
        }
        return result
    }

    private static func value(
        _ field: Field, _ letters: Letters, _ time: LocalDateTime, _ offsetSeconds: Int, _ isFilled: Bool
    ) -> String {
        let date = time.date
        let micros = Int(time.microsecondOfDay)
        func number(_ value: Int, _ width: Int) -> String { isFilled ? padded(value, width) : String(value) }
        func name(_ text: String, _ width: Int) -> String {
            let own =
                switch letters {
                case .upper: text.uppercased()
                case .lower: text.lowercased()
                case .capital: text
                }
            return isFilled ? own + String(repeating: " ", count: max(0, width - own.count)) : own
        }
        switch field {
        case .year4: return number(date.year, 4)
        case .year3: return number(date.year % 1000, 3)
        case .year2: return number(date.year % 100, 2)
        case .year1: return number(date.year % 10, 1)
        case .isoYear4: return number(date.isoWeek.weekYear, 4)
        case .isoYear2: return number(date.isoWeek.weekYear % 100, 2)
        case .monthName: return name(months[date.month - 1], 9)
        case .monthShort: return name(String(months[date.month - 1].prefix(3)), 3)
        case .month: return number(date.month, 2)
        case .dayName: return name(days[isoDay(date) - 1], 9)
        case .dayShort: return name(String(days[isoDay(date) - 1].prefix(3)), 3)
        case .dayOfYear: return number(date.dayOfYear, 3)
        case .day: return number(date.day, 2)
        case .dayOfWeek: return String(isoDay(date) % 7 + 1)
        case .isoDay: return String(isoDay(date))
        case .isoWeek: return number(date.isoWeek.week, 2)
        case .weekOfYear: return number((date.dayOfYear - 1) / 7 + 1, 2)
        case .weekOfMonth: return String((date.day - 1) / 7 + 1)
        case .century: return number((date.year + 99) / 100, 2)
        case .quarter: return String(date.quarter)
        case .hour24: return number(micros / 3_600_000_000, 2)
        case .hour12, .hour: return number((micros / 3_600_000_000 + 11) % 12 + 1, 2)
        case .minute: return number(micros / 60_000_000 % 60, 2)
        case .secondOfDay: return String(micros / 1_000_000)
        case .second: return number(micros / 1_000_000 % 60, 2)
        case .millisecond: return padded(micros % 1_000_000 / 1_000, 3)
        case .microsecond: return padded(micros % 1_000_000, 6)
        case .meridiem, .afternoon:
            let text = micros < 43_200_000_000 ? "AM" : "PM"
            return letters == .upper ? text : text.lowercased()
        case .offset:
            let (hours, minutes) = (abs(offsetSeconds) / 3600, abs(offsetSeconds) / 60 % 60)
            return sign(offsetSeconds) + padded(hours, 2) + (minutes == 0 ? "" : ":" + padded(minutes, 2))
        case .offsetHours: return sign(offsetSeconds) + padded(abs(offsetSeconds) / 3600, 2)
        case .offsetMinutes: return padded(abs(offsetSeconds) / 60 % 60, 2)
        }
    }

    private static func sign(_ value: Int) -> String { value < 0 ? "-" : "+" }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value.magnitude)
        return (value < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Monday is 1.
    private static func isoDay(_ date: LocalDate) -> Int {
        let index = (Int(date.daysSinceEpoch) + 3) % 7
        return (index < 0 ? index + 7 : index) + 1
    }

    /// The English ending of an ordinal number.
    private static func ordinal(_ digits: String) -> String {
        let number = digits.suffix(2)
        if number.count == 2, number.first == "1" { return "th" }
        switch digits.last {
        case "1": return "st"
        case "2": return "nd"
        case "3": return "rd"
        default: return "th"
        }
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    private static let days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
}
