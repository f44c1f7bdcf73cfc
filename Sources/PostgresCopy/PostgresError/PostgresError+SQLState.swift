extension PostgresError.Code {
    /// What an SQLSTATE means. https://www.postgresql.org/docs/15/errcodes-appendix.html
    init(sqlState: String) {
        switch sqlState {
        case "28000", "28P01": self = .notAuthenticated
        case "3D000": self = .noSuchDatabase
        case "42501": self = .notPermitted
        case "42P01", "3F000": self = .noSuchTable
        case "42703": self = .noSuchColumn
        case "57014": self = .cancelled
        case "57P03", "53300": self = .unreachable
        case "57P01", "57P02", "57P04": self = .connectionLost
        case "25P03", "55P03", "57P05": self = .timedOut
        case "40001", "40P01", "40003": self = .conflict
        default:
            switch sqlState.prefix(2) {
            case "08": self = .connectionLost
            case "28": self = .notAuthenticated
            case "42", "22", "26", "0A": self = .invalidQuery
            default: self = .other
            }
        }
    }
}

extension PostgresError {
    /// An error that the server reported.
    ///
    /// - Parameter message: MESSAGE PRIMARY, shown. Data exceptions (class 22) quote the value that they dislike
    ///   (`invalid input syntax for type integer: "abc"`): there the quoted parts are taken out.
    static func reported(
        sqlState: String, message: String, hint: String?, detail: String?, context: String?, secrets: [String]
    ) -> PostgresError {
        var code = Code(sqlState: sqlState)
        if code == .cancelled && message.contains("due to") && message.contains("timeout") { code = .timedOut }
        // A standby ends a statement that needs rows which replay must remove.
        var hint = hint
        if message.contains("due to conflict with recovery") {
            code = .conflict
            hint = replicaHint
        }
        let isData = sqlState.hasPrefix("22") || sqlState.hasPrefix("23")
        let shown = isData ? withoutQuotedParts(message) : message
        let kept = [isData ? message : nil, detail, context].compactMap { $0 }.joined(separator: "; ")
        return PostgresError(
            code, oneLine(shown, hiding: secrets), sqlState: sqlState, hint: hint.map { oneLine($0, hiding: secrets) },
            detail: kept.isEmpty ? nil : oneLine(kept, hiding: secrets))
    }

    private static let replicaHint =
        "on the replica raise max_standby_streaming_delay or set hot_standby_feedback = on, or read from the primary; a cursor lets a dataset be read in chunks"

    /// A text on one line, with every secret in it replaced by `***`.
    static func oneLine(_ text: String, hiding secrets: [String]) -> String {
        var line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for secret in secrets where !secret.isEmpty { line = line.replacing(secret, with: "***") }
        return line
    }

    private static func withoutQuotedParts(_ text: String) -> String {
        var result = ""
        var isQuoted = false
        for character in text {
            if character == "\"" {
                result += isQuoted ? "…\"" : "\""
                isQuoted.toggle()
            } else if !isQuoted {
                result.append(character)
            }
        }
        return isQuoted ? result + "…" : result
    }
}
