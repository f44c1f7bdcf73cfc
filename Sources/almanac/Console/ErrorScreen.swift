internal import Runs

extension Console {
    /// Shows a failure in the layout of all errors: what, where, why, what to try.
    func show(_ failure: Failure) {
        var lines = ["\(alarm("error:")) \(failure.summary)"]
        if let why = failure.why { lines.append("  why    \(why)") }
        if let details = failure.details { lines.append(details) }
        if let remedy = failure.remedy { lines.append("  try    \(remedy)") }
        if failure.cause == .bug {
            lines.append("  This is a bug in Almanac. Please report it with the command and this text.")
        }
        error(lines.joined(separator: "\n"))
    }
}
