internal import CivilTime

/// The rows of tenants that are made up, for where the public data sets can't be had.
///
/// The same rows every time. They hold on purpose what goes wrong in reports: both days on which the clocks change
/// (with local times that do not exist and that exist twice), orders of no value, orders that repeat another one,
/// events without an actor, days without any row, and customers that come back after months.
enum GeneratedRows {
    /// The days that are covered: 18 whole months.
    static var days: Range<LocalDate> {
        // 2024-07-01 and 2026-01-01.
        LocalDate(daysSinceEpoch: 19_905)..<LocalDate(daysSinceEpoch: 20_454)
    }

    /// The orders of a shop, some 2,400, in order of time.
    static func purchases(seed: UInt64) -> [Purchase] {
        var bits = SeededBits(seed: seed)
        var purchases: [Purchase] = []
        for (index, day) in days.enumerated() {
            // Closed every 26th day; busier towards the year's end and week's end.
            guard index % 26 != 25 else { continue }
            let busy = 2 + bits.below(4) + (day.month >= 11 ? 3 : 0) + (day.weekday.rawValue >= 6 ? 2 : 0)
            for minute in minutes(count: busy, bits: &bits) {
                var purchase = purchase(at: minute, on: day, index: index, bits: &bits)
                purchase.id = Int64(purchases.count + 1)
                purchases.append(purchase)
                guard bits.once(in: 200) else { continue }
                purchase.id += 1
                purchases.append(purchase)
            }
        }
        return purchases
    }

    private static func purchase(at minute: Int, on day: LocalDate, index: Int, bits: inout SeededBits) -> Purchase {
        // Customers join one after another; the newer ones buy more often, the first ones still now and then.
        let joined = 20 + index * 3 / 5
        let customer = max(1, bits.once(in: 3) ? bits.below(joined) : joined - bits.below(min(joined, 40)))
        let items = 1 + bits.below(4) * bits.below(3)
        let price = bits.once(in: 90) ? 0 : 199 + bits.below(4_800)
        return Purchase(
            id: 0, customer: Int64(customer), localTime: "\(day) \(clock(minute))", items: Int64(items),
            minorUnits: Int64(items * price))
    }

    /// Appends the events of a tenant to the rows of `flights.events`, some 3,000, in order of time.
    ///
    /// - Parameter zone: the tenant's zone; Postgres turns local times into instants by its own rules.
    static func appendEvents(to rows: inout CopyText, tenant: String, zone: String, seed: UInt64) {
        var bits = SeededBits(seed: seed)
        for (index, day) in days.enumerated() {
            guard index % 31 != 30 else { continue }
            for minute in minutes(count: 3 + bits.below(5), bits: &bits) {
                event(at: "\(day) \(clock(minute)) \(zone)", on: day, tenant: tenant, bits: &bits).append(to: &rows)
            }
            // Every hour of the days on which New York changes its clocks; 01:30 of the second one happens twice.
            guard ["2025-03-09", "2025-11-02"].contains("\(day)") else { continue }
            for hour in 0..<24 {
                event(at: "\(day) \(clock(hour * 60 + 30)) \(zone)", on: day, tenant: tenant, bits: &bits)
                    .append(to: &rows)
            }
            if day.month == 11 {
                event(at: "\(day) 01:30:00-04", on: day, tenant: tenant, bits: &bits).append(to: &rows)
            }
        }
    }

    private static func event(at time: String, on day: LocalDate, tenant: String, bits: inout SeededBits)
        -> GeneratedEvent
    {
        GeneratedEvent(
            tenant: tenant, actor: bits.once(in: 60) ? nil : "G\(100 + bits.below(90))", time: time, day: day,
            kind: bits.once(in: 40) ? "cancelled" : "arrived", airports: bits.next(), delay: bits.below(120) - 25,
            distance: 180 + bits.below(2_400))
    }

    private static func minutes(count: Int, bits: inout SeededBits) -> [Int] {
        (0..<count).map { _ in bits.below(1_440) }.sorted()
    }

    private static func clock(_ minute: Int) -> String {
        let (hours, minutes) = (minute / 60, minute % 60)
        return "\(hours < 10 ? "0" : "")\(hours):\(minutes < 10 ? "0" : "")\(minutes):00"
    }
}

/// A row of `flights.events` that was made up.
private struct GeneratedEvent {
    let tenant: String
    let actor: String?
    /// Date, time of day and zone, as Postgres reads an instant.
    let time: String
    let day: LocalDate
    let kind: String
    let airports: UInt64
    let delay: Int
    let distance: Int

    func append(to rows: inout CopyText) {
        let isCancelled = kind == "cancelled"
        rows.field(rows.rowCount + 1)
        rows.field(tenant)
        if let actor { rows.field(actor) } else { rows.null() }
        rows.field(time)
        rows.field(kind)
        rows.field(["EWR", "JFK", "LGA"][Int(airports % 3)])
        rows.field(["ATL", "BOS", "LAX", "MIA", "ORD"][Int(airports / 3 % 5)])
        rows.field(Int64(100 + airports / 15 % 900))
        for measure in [delay, delay - 5, distance / 7] {
            if isCancelled { rows.null() } else { rows.field(Int64(measure)) }
        }
        rows.field(Int64(distance))
        rows.field("\(day)")
        rows.endRow()
    }
}
