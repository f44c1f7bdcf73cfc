import CivilTime
import Testing

/// Every zone against Python's zoneinfo, which reads the same folder with code of its own.
@Suite("Zones against zoneinfo", .enabled(if: PythonOracle.isThere, "ALMANAC_ORACLE_PYTHON is not set"))
struct ZoneOracleTests {
    /// For every zone: instants (with offsets) around each change from 1900 to 2100 and at random; local times around
    /// each change with the instants of both folds; days around some changes with their first instant.
    private static let script = """
        import sys, random, zoneinfo
        from datetime import datetime, timedelta, timezone, date
        words = sys.stdin.read().split()
        zoneinfo.reset_tzpath([words[0]])
        UTC = timezone.utc
        EPOCH = datetime(1970, 1, 1)
        LOW, HIGH = int(datetime(1900, 1, 1, tzinfo=UTC).timestamp()), int(datetime(2101, 1, 1, tzinfo=UTC).timestamp())
        random.seed(20261121)
        out = []
        for name in words[1:]:
            zone = zoneinfo.ZoneInfo(name)
            def offset(s):
                t = datetime.fromtimestamp(s, zone)
                return int((t.replace(tzinfo=None) - EPOCH).total_seconds()) - s
            def changes():
                step, s, before = 8 * 86400, LOW, offset(LOW)
                while s < HIGH:
                    after = offset(s + step)
                    if after != before:
                        day, old = s, before
                        while day < s + step:
                            new = offset(day + 86400)
                            if new != old:
                                a, b = day, day + 86400
                                while b - a > 1:
                                    m = (a + b) // 2
                                    if offset(m) == old: a = m
                                    else: b = m
                                yield b
                            day, old = day + 86400, new
                    s, before = s + step, after
            found = list(changes())
            out.append(f"zone {name} {len(found)}")
            for c in found:
                for s in (c - 1, c, c + 1): out.append(f"at {s} {offset(s)}")
                for shift in (offset(c - 1), offset(c)):
                    for delta in (-1, 0, 1800):
                        local = EPOCH + timedelta(seconds=c + shift + delta)
                        folds = [int(local.replace(tzinfo=zone, fold=f).timestamp()) for f in (0, 1)]
                        wall = c + shift + delta
                        exists = any(s + offset(s) == wall for s in folds)
                        out.append(f"local {wall} {folds[0]} {folds[1]} {int(exists)}")
            for _ in range(100):
                s = random.randrange(LOW, HIGH)
                out.append(f"at {s} {offset(s)}")
            for c in random.sample(found, min(3, len(found))):
                for d in (-1, 0, 1):
                    day = datetime.fromtimestamp(c, zone).date() + timedelta(days=d)
                    # The first quarter of an hour that has an instant of the day or later, then the first second.
                    lo = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) - 28 * 3600
                    while datetime.fromtimestamp(lo + 900, zone).date() < day: lo += 900
                    a, b = lo, lo + 900
                    while b - a > 1:
                        m = (a + b) // 2
                        if datetime.fromtimestamp(m, zone).date() >= day: b = m
                        else: a = m
                    out.append(f"day {(day - date(1970, 1, 1)).days} {b}")
        sys.stdout.write("\\n".join(out) + "\\n")
        """

    @Test("All zones, 1900 to 2100: offsets, local times in gaps and folds, first instants of days")
    func allZones() throws {
        // Links are other names of the same file: each file once.
        var files: Set<UInt64> = []
        let names = try zones.names().filter { name in
            try name != "Factory" && files.insert(zones.zone(name).fingerprint).inserted
        }
        let lines = try PythonOracle.lines(Self.script, input: ([zones.folder] + names).joined(separator: "\n"))
        var zone = Zone.utc
        var counts = (zones: 0, changes: 0, probes: 0, failures: 0)
        for words in lines {
            var isGood = true
            switch words[0] {
            case "zone":
                zone = try zones.zone(String(words[1]))
                counts.zones += 1
                counts.changes += Int(words[2]) ?? 0
            case "at": isGood = try checkOffset(zone, number(words[1]), number(words[2]))
            case "local":
                isGood = try checkLocal(
                    zone, wall: number(words[1]), number(words[2]), number(words[3]), exists: words[4] == "1")
            case "day":
                isGood =
                    try zone.startOfDay(LocalDate(daysSinceEpoch: Int32(number(words[1])))).secondsSinceEpoch
                    == number(words[2])
            default: isGood = false
            }
            counts.probes += 1
            if !isGood {
                counts.failures += 1
                if counts.failures <= 20 { Issue.record("\(zone): \(words.joined(separator: " "))") }
            }
        }
        #expect(counts.failures == 0)
        #expect(counts.zones == names.count && counts.zones > 300)
        #expect(counts.changes > 30_000 && counts.probes > 250_000)
    }

    private func checkOffset(_ zone: Zone, _ seconds: Int64, _ offset: Int64) -> Bool {
        zone.offsetSeconds(at: Instant(secondsSinceEpoch: seconds)) == Int(offset)
    }

    /// Python gives a time in a gap the offset before it for fold 0 and the one after it for fold 1.
    private func checkLocal(
        _ zone: Zone, wall: Int64, _ first: Int64, _ second: Int64, exists: Bool
    ) throws -> Bool {
        let local = LocalDateTime(utc: Instant(secondsSinceEpoch: wall))
        switch zone.instants(of: local) {
        case .unique(let instant): return exists && instant.secondsSinceEpoch == first && first == second
        case .fold(let earlier, let later):
            return exists && earlier.secondsSinceEpoch == first && later.secondsSinceEpoch == second && first < second
        case .gap(_, let before, let after):
            let shifted = try zone.instant(of: local, gap: .shiftForward).secondsSinceEpoch
            return !exists && wall - Int64(before) == first && wall - Int64(after) == second && shifted == first
        case .beyondRange: return false
        }
    }

    private func number(_ word: Substring) throws -> Int64 {
        guard let number = Int64(word) else { throw CivilTimeError(.syntax, "'\(word)' is no number") }
        return number
    }
}
