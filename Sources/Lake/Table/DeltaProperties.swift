/// The protocol's properties of a table that decide how it is kept, with the protocol's own defaults.
struct DeltaProperties {
    private let configuration: [String: String]

    init(_ metadata: DeltaMetadata?) { configuration = metadata?.configuration ?? [:] }

    /// After how many versions a checkpoint is written.
    var checkpointInterval: Int64 {
        max(1, configuration["delta.checkpointInterval"].flatMap(Int64.init) ?? 20)
    }

    /// How long removed files are kept.
    var deletedFileRetentionMilliseconds: Int64 {
        milliseconds("delta.deletedFileRetentionDuration", default: 7 * 86_400_000)
    }

    /// How long versions of the log are kept.
    var logRetentionMilliseconds: Int64 {
        milliseconds("delta.logRetentionDuration", default: 30 * 86_400_000)
    }

    /// A duration as Spark writes it: `interval 7 days`. What cannot be understood means: keep for ever.
    private func milliseconds(_ name: String, default usual: Int64) -> Int64 {
        guard let text = configuration[name] else { return usual }
        let words = text.lowercased().split(separator: " ").filter { $0 != "interval" }
        let units: [String: Int64] = [
            "millisecond": 1, "second": 1_000, "minute": 60_000, "hour": 3_600_000, "day": 86_400_000,
            "week": 604_800_000,
        ]
        guard words.count == 2, let count = Int64(words[0]), count >= 0,
            let unit = units[words[1].hasSuffix("s") ? String(words[1].dropLast()) : String(words[1])]
        else { return .max }
        let (product, overflow) = count.multipliedReportingOverflow(by: unit)
        return overflow ? .max : product
    }
}
