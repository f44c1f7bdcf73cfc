internal import CivilTime
internal import Columnar
internal import Query

/// Which buckets are not over (analytics rule X11): those that end behind the local date up to which there is data.
///
/// A bucket ends with the first instant of the next one's first date, so that dates say the same as instants do: the
/// bucket of `as_of` and all behind it are partial.
struct OpenBuckets: Sendable {
    /// The first date of the first bucket that is not over.
    private let first: Int32

    /// - Throws: `OperatorError` where `as_of` lies outside of the years 1900 to 2100.
    init(_ arguments: TableFunctionArguments, _ buckets: DayBuckets) throws {
        let asOf = arguments.asOfDate().daysSinceEpoch
        try LocalDates.check(asOf, "as_of")
        first = buckets.firstDay(buckets.bucket(asOf))
    }

    /// Whether a bucket is partial.
    /// - Parameter start: its first date.
    func contains(_ start: Int32) -> Bool { start >= first }

    /// `is_partial` of buckets by their first dates.
    func column(_ starts: [Int32]) -> Column { .of(starts.map(contains)) }

    static let parameter = TableFunction.Parameter(
        "as_of", .constant(.date), isRequired: false, "buckets that end behind this date are partial; today")
    static let output = OutputColumn("is_partial", .bool, "whether the bucket is not over on as_of")
}
