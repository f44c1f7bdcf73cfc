/// How a table's files are divided by the local days of its rows.
///
/// Days are those of the tenant's calendar. Whatever is chosen, each file says which days it holds, and compaction sorts
/// by time: partitions are for tables so large that a day or a month fills files of its own.
package enum PartitionPolicy: String, Sendable, CaseIterable {
    /// Not at all.
    case none
    /// A folder for each day: `event_day=2026-10-31`.
    case day
    /// A folder for each month: `event_month=2026-10`.
    case month
    /// By what the first rows say: the finest division whose parts are at least `bytesMin` on the average.
    case auto

    /// The least average size of a part where `auto` divides, in bytes.
    package static let bytesMin: Int64 = 64 << 20

    /// What `auto` becomes.
    ///
    /// - Parameters:
    ///   - bytes: the size of all files.
    ///   - days: the days of their rows.
    static func automatic(bytes: Int64, days: DaySet) -> PartitionPolicy {
        let dayCount = Int64(days.days.count)
        let monthCount = Int64(Set(days.days.map(PartitionText.month)).count)
        if dayCount > 1, bytes / dayCount >= bytesMin { return .day }
        if monthCount > 1, bytes / monthCount >= bytesMin { return .month }
        return .none
    }
}
