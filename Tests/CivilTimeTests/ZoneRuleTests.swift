import CivilTime
import Testing

/// Zone files of a footer alone, as `zic -b slim` may write them.
enum FooterFile {
    /// A TZif file of version 3 without transitions: one type (UTC) in each block, then the rule.
    static func bytes(_ rule: String) -> [UInt8] {
        let header = Array("TZif3".utf8) + [UInt8](repeating: 0, count: 15)
        // isutcnt, isstdcnt, leapcnt, timecnt, typecnt, charcnt
        let counts: [UInt8] = [0, 0, 0, 0, 1, 4].flatMap { (count: UInt8) -> [UInt8] in [0, 0, 0, count] }
        let type: [UInt8] = [0, 0, 0, 0, 0, 0] + Array("UTC\0".utf8)
        let block = header + counts + type
        return block + block + Array("\n\(rule)\n".utf8)
    }
}

@Suite("Zone rules")
struct ZoneRuleTests {
    static let rules = [
        "EST5EDT,M3.2.0,M11.1.0", "IST-1GMT0,M10.5.0,M3.5.0/1", "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
        "EET-2EEST,M3.4.4/50,M10.4.4/50", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "AAA3BBB,J60,J300",
        "AAA3BBB,59,299", "AAA-3BBB,J59/-3,J305/25:30:15", "<-04>4<-03>,M9.1.6/24,M4.1.6/24", "UTC0", "<+0545>-5:45",
        "AAA5:30:15BBB4:15,M2.1.1/-24,M11.5.6/48", "NZST-12NZDT,M9.5.0,M4.1.0/3",
    ]

    @Test(
        "What is no rule is refused",
        arguments: [
            "EST", "EST5EDT", "5EDT", "EST5EDT,M3.2.0", "EST5EDT,M13.1.0,M11.1.0", "EST5EDT,M3.6.0,M11.1.0",
            "EST5EDT,M3.2.7,M11.1.0", "EST5EDT,J0,J10", "EST5EDT,J366,J10", "EST5EDT,366,1", "EST25EDT,M3.2.0,M11.1.0",
            "EST5EDT,M3.2.0/168,M11.1.0", "<EST5EDT,M3.2.0,M11.1.0", "ES5", "EST5EDT,M3.2.0,M11.1.0,", "EST5 ",
        ])
    func refused(rule: String) {
        let error = #expect(throws: CivilTimeError.self) { try Zone(name: "test", file: FooterFile.bytes(rule)) }
        #expect(error?.code == .zoneFile)
    }

    @Test("Daylight time all the year is one offset")
    func allTheYear() throws {
        let zone = try Zone(name: "test", file: FooterFile.bytes("XXX3EDT4,0/0,J365/23"))
        for year in [1970, 2024, 2025, 2100, 3000] {
            for month in 1...12 {
                let noon = Zone.utc.startOfDay(try LocalDate(year: year, month: month, day: 1))
                #expect(zone.offsetSeconds(at: noon) == -4 * 3600)
            }
        }
    }

    @Test("A rule repeats every 400 years, as far as instants go")
    func cycles() throws {
        for rule in Self.rules {
            let zone = try Zone(name: "test", file: FooterFile.bytes(rule))
            let start = try instant("2024-01-01T00:00:00Z")
            for cycle in [1, 2, 50, 700] as [Int64] {
                for hour in stride(from: 0 as Int64, to: 8784, by: 37) {
                    let probe = start.adding(seconds: hour * 3600)
                    let later = probe.adding(seconds: cycle * 146_097 * 86_400)
                    #expect(zone.offsetSeconds(at: probe) == zone.offsetSeconds(at: later))
                }
            }
        }
    }

    /// zoneinfo is no oracle here: it takes J59 for 29 February in leap years and counts `n` from 31 December.
    @Test(
        "Every form of a rule says what the C library says",
        .enabled(if: PythonOracle.isThere, "ALMANAC_ORACLE_PYTHON is not set"))
    func againstLibrary() throws {
        let script = """
            import os, sys, time
            for line in sys.stdin.read().splitlines():
                os.environ["TZ"] = line
                time.tzset()
                offsets = []
                for start in (0, 1704067200, 1735689600, 3786912000, 4102444800):
                    offsets += [time.localtime(s).tm_gmtoff for s in range(start, start + 366 * 86400, 1800)]
                print(*offsets)
            """
        let answers = try PythonOracle.lines(script, input: Self.rules.joined(separator: "\n"))
        #expect(answers.count == Self.rules.count)
        for (rule, answer) in zip(Self.rules, answers) {
            let zone = try Zone(name: rule, file: FooterFile.bytes(rule))
            let starts: [Int64] = [0, 1_704_067_200, 1_735_689_600, 3_786_912_000, 4_102_444_800]
            let offsets = starts.flatMap { start in
                stride(from: start, to: start + 366 * 86_400, by: 1800).map { seconds in
                    zone.offsetSeconds(at: Instant(secondsSinceEpoch: seconds))
                }
            }
            let isEqual = offsets == answer.compactMap { Int($0) }
            #expect(isEqual, "\(rule)")
        }
    }
}
