extension YAMLValue {
    /// A time such as `90m`, `12h` or `1d`, in seconds; anything else is noted.
    package func seconds() -> Int64? {
        guard let text = text() else { return nil }
        let sizes: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        guard let unit = text.last.flatMap({ sizes[$0] }), let count = Int64(text.dropLast()), count > 0 else {
            refuse("'\(text)' is no time", hint: "write a number and s, m, h or d, such as 12h")
            return nil
        }
        let (seconds, overflow) = count.multipliedReportingOverflow(by: unit)
        guard !overflow, seconds <= 3_155_760_000 else {
            refuse("the time is too long")
            return nil
        }
        return seconds
    }
}
