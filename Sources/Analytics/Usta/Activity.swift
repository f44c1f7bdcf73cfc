internal import Columnar

/// What is counted of events, whatever they are grouped by.
///
/// An event without an actor counts as an event and as anonymous, never as an actor (rule X16). A delay that is not
/// there means that the event never departed; delays are whole minutes, so their sum is exact in a double.
struct ActivitySums {
    var events: Int64 = 0
    var actors: Int64 = 0
    var anonymous: Int64 = 0
    var departed: Int64 = 0
    var delayed: Int64 = 0
    var delayMinutes: Double = 0

    /// A departure counts as delayed from this many minutes on.
    static let delayedFromMinutes = 15.0

    mutating func add(delay: Double, isAnonymous: Bool, isNewActor: Bool) {
        events += 1
        if isAnonymous { anonymous += 1 }
        if isNewActor { actors += 1 }
        if !delay.isNaN {
            departed += 1
            delayMinutes += delay
            if delay >= Self.delayedFromMinutes { delayed += 1 }
        }
    }

    /// The values of `fields`, in their order.
    var scalars: [Scalar] {
        [.int(events), .int(actors), .int(anonymous), .int(departed), .int(delayed), .double(delayMinutes)]
    }

    static let fields: [Field] = [
        .measure("events", .int64, unit: "count", "Events"),
        .measure("actors", .int64, unit: "count", additive: false, "Distinct actors with an event"),
        .measure("anonymous_events", .int64, unit: "count", "Events without an actor"),
        .measure("departed", .int64, unit: "count", "Events that departed"),
        .measure("delayed", .int64, unit: "count", "Departures of 15 minutes late or more"),
        .measure("delay_minutes", .double, unit: "minutes", "Sum of the departures' delays; early ones are negative"),
    ]
}

/// Events grouped by any key, with distinct actors for each group.
struct ActivityGroups<Key: Hashable> {
    private(set) var keys: [Key] = []
    private(set) var sums: [ActivitySums] = []
    private var codes: [Key: Int32] = [:]
    private var seen = DistinctPairs()

    mutating func add(_ key: Key, actor: Int32, delay: Double) {
        let group: Int32
        if let known = codes[key] {
            group = known
        } else {
            group = Int32(keys.count)
            codes[key] = group
            keys.append(key)
            sums.append(ActivitySums())
        }
        let isAnonymous = actor == TextCodes.missing
        let isNewActor = !isAnonymous && seen.insert(group, actor)
        sums[Int(group)].add(delay: delay, isAnonymous: isAnonymous, isNewActor: isNewActor)
    }

    /// The sums of a key; zeros where it never came.
    subscript(key: Key) -> ActivitySums { codes[key].map { sums[Int($0)] } ?? ActivitySums() }
}
