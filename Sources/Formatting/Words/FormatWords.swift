/// The words that stand beside numbers: one catalogue a language, `Templates/text/<language>.yaml`.
///
/// The English one is built in, so that numbers can be written before any file is read; the file of that language says
/// the same (a test compares them).
package struct FormatWords: Sendable, Hashable {
    /// Behind 10^3, 10^6, 10^9 and 10^12; nil leaves shortening to the locale's own rules (`48,3 Mn`, `4830万`).
    package var compactSuffixes: [String]?
    /// The twelve months, short: for axes, dates, deltas.
    package var shortMonths: [String]?
    /// The twelve months in full: for titles.
    package var longMonths: [String]?
    /// A change that is too small to name.
    package var noChange: String
    /// A change from nothing.
    package var new: String
    /// What a change is measured against, `{base}` being the base: `vs {base}`.
    package var versus: String
    /// A change of a percentage: `{value} points`.
    package var points: String
    /// What stands for a missing value.
    package var missing: String
    /// What stands for a value that is no number.
    package var notANumber: String
    /// Units of durations: milliseconds, seconds, minutes, hours, days.
    package var durations: [String]
    /// `true` and `false` for people.
    package var yes: String
    package var no: String

    package init(
        compactSuffixes: [String]?, shortMonths: [String]?, longMonths: [String]?, noChange: String, new: String,
        versus: String, points: String, missing: String, notANumber: String, durations: [String], yes: String,
        no: String
    ) {
        self.compactSuffixes = compactSuffixes
        self.shortMonths = shortMonths
        self.longMonths = longMonths
        self.noChange = noChange
        self.new = new
        self.versus = versus
        self.points = points
        self.missing = missing
        self.notANumber = notANumber
        self.durations = durations
        self.yes = yes
        self.no = no
    }

    /// English.
    package static let english = FormatWords(
        compactSuffixes: ["k", "m", "bn", "tn"],
        shortMonths: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
        longMonths: [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December",
        ], noChange: "no change", new: "new", versus: "vs {base}", points: "{value} points", missing: "–",
        notANumber: "NaN", durations: ["ms", "s", "min", "h", "d"], yes: "yes", no: "no")
}
