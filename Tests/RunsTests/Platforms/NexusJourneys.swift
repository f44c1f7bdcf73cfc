import Demonstration
import Foundation

/// Journeys of a made-up tenant a second time: paths and splits by Postgres, the chain of channels in this file.
struct NexusJourneys {
    let world: PlatformWorld
    let source: GeneratedSource

    /// Common table expressions up to `net`: what each touch is worth by model, credits and reversals, in minor units.
    ///
    /// An amount is split by largest remainder; a refund's reversal is the split of all that was given back so far less
    /// the split of what was given back before.
    var splits: String {
        """
        touch as materialized (select e.id, visitor_id v, occurred_at t, channel ch, session_id s, campaign_id,
            (select handle from creators c join content k on k.creator_id = c.id where k.id = e.content_id) creator
            from commerce_events e where kind = 'click'),
        buy as materialized (select id o, visitor_id v, placed_at t, items_minor x,
            lag(placed_at) over (partition by visitor_id order by placed_at, id::text) before
            from orders where status in ('paid', 'refunded')),
        near as (select o, touch.*, lead(s) over w s2, lead(ch) over w ch2 from buy join touch on touch.v = buy.v
            and touch.t <= buy.t and (before is null or touch.t > before)
            window w as (partition by o order by touch.t, touch.id::text)),
        path as materialized (select o, near.t, ch, campaign_id, creator,
            row_number() over (partition by o order by near.t, near.id::text) k, count(*) over (partition by o) n
            from near join buy using (o) where (s2 is distinct from s or ch2 is distinct from ch)
            and near.t >= buy.t - interval '720 hours'
            union all select o, null, '(direct)', null, null, 1, 1 from buy b where not exists (select 1 from near join buy c
            using (o) where o = b.o and near.t >= c.t - interval '720 hours')),
        given as (select order_id o, refunded_at t, (sum(items_minor) over w)::bigint c, (sum(items_minor) over w)::bigint - items_minor b
            from order_refunds window w as (partition by order_id order by refunded_at, id::text)),
        amount as (select o, t, x a, 1 sign from buy union all select o, t, c, -1 from given
            union all select o, t, b, 1 from given where b > 0),
        weight as materialized (select path.*, case when n = 1 then 1 when n = 2 then 1 when k in (1, n) then 2 * (n - 2)
            else 1 end w, case when n < 3 then n else 5 * (n - 2) end ws,
            (select max(k) from path p where p.o = path.o and ch <> 'direct') known from path),
        part as (select weight.*, a, sign, amount.t at, a * w / ws base, a * w % ws rest,
            a - sum(a * w / ws) over q missing, row_number() over (q order by a * w % ws desc, k) turn
            from weight join amount using (o) window q as (partition by o, amount.t, a, sign)),
        net as materialized (select o, k, ch, campaign_id, creator, (at at time zone '\(source.timezone)')::date d,
            sign * case when k = 1 then a else 0 end f, sign * case when k = n then a else 0 end l,
            sign * case when k = coalesce(known, n) then a else 0 end nd,
            sign * (a / n + case when k <= a % n then 1 else 0 end) li,
            sign * (base + case when turn <= missing then 1 else 0 end) p from part)
        """
    }

    func rows(_ select: String) throws -> [String] { try world.rows(source, "with \(splits) \(select)") }

    // MARK: The chain

    /// What would be lost without each channel, of the journeys of a span: the removal effect.
    func removalEffects(from: String, to: String) throws -> [String: Double] {
        let zone = source.timezone
        let log = try world.rows(
            source,
            """
            select coalesce(v, 'order ' || i), extract(epoch from t)::bigint, r, ch, s from (
            select visitor_id v, occurred_at t, 1 r, id::text i, channel ch, session_id s from commerce_events
            where kind = 'click' union all
            select visitor_id, placed_at, 2, id::text, '', '' from orders where status in ('paid', 'refunded')) q
            where t >= timestamp '\(from)' at time zone '\(zone)' and t < timestamp '\(to)' at time zone '\(zone)'
            order by 1, t, r, i
            """
        ).map { $0.split(separator: "|", omittingEmptySubsequences: false).map(String.init) }
        let end = try world.rows(
            source, "select extract(epoch from timestamp '\(to)' at time zone '\(zone)')::bigint")[0]
        return Chain(paths: paths(log, until: Int(end) ?? 0)).effects
    }

    private typealias Touch = (at: Int, channel: String, session: String)

    private func paths(_ log: [[String]], until end: Int) -> [(channels: [String], isBought: Bool)] {
        var found: [(channels: [String], isBought: Bool)] = []
        let month = 30 * 86_400
        for journey in Dictionary(grouping: log, by: { $0[0] }).values {
            var open: [Touch] = []
            /// Touches that led to nothing, thirty days from the first of them at a time.
            func give(up touches: [Touch]) {
                var rest = touches[...]
                while let first = rest.first, first.at + month <= end {
                    let path = rest.prefix { $0.at <= first.at + month }
                    found.append((path.map(\.channel), false))
                    rest = rest.dropFirst(path.count)
                }
            }
            for row in journey {
                guard let at = Int(row[1]) else { continue }
                if row[2] == "1" {
                    if let last = open.last, last.channel == row[3], last.session == row[4] { open.removeLast() }
                    open.append((at, row[3], row[4]))
                } else {
                    give(up: open.filter { $0.at < at - month })
                    let path = open.filter { $0.at >= at - month }.map(\.channel)
                    found.append((path.isEmpty ? ["(direct)"] : path, true))
                    open = []
                }
            }
            give(up: open)
        }
        return found
    }

    /// Journeys as steps from channel to channel, to an order or to nothing.
    private struct Chain {
        private var steps: [String: [String: Double]] = [:]

        init(paths: [(channels: [String], isBought: Bool)]) {
            for path in paths {
                let places = ["start"] + path.channels + [path.isBought ? "order" : "nothing"]
                for (one, next) in zip(places, places.dropFirst()) { steps[one, default: [:]][next, default: 0] += 1 }
            }
        }

        var effects: [String: Double] {
            let whole = chance(without: nil)
            let channels = steps.keys.filter { $0 != "start" }
            return Dictionary(uniqueKeysWithValues: channels.map { ($0, 1 - chance(without: $0) / whole) })
        }

        /// The chance of an order from the start, by walking on until nothing moves.
        private func chance(without removed: String?) -> Double {
            var chances: [String: Double] = ["order": 1]
            for _ in 0..<3_000 {
                for (place, next) in steps where place != removed {
                    let all = next.values.reduce(0, +)
                    chances[place] = next.reduce(0) { $0 + $1.value / all * (chances[$1.key] ?? 0) }
                }
            }
            return chances["start"] ?? 0
        }
    }
}

/// Whether two numbers are as near as a rounding of files leaves them.
func isClose(_ one: String?, _ other: String?, within tolerance: Double) -> Bool {
    guard let a = one.flatMap(Double.init), let b = other.flatMap(Double.init) else { return false }
    return (a - b).magnitude <= tolerance
}
