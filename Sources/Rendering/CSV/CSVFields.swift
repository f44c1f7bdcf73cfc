internal import CivilTime
internal import Columnar
internal import Formatting
internal import Report

/// Values as fields of CSV: the exact text, or that of the tenant's locale. Null is empty and unquoted, an empty text `""`.
struct CSVFields {
    private let options: CSVOptions
    private let formatter: ValueFormatter
    /// What stands between fields: a semicolon where the locale's decimal sign is a comma.
    let delimiter: UInt8

    init(_ options: CSVOptions, _ presentation: Presentation) {
        self.options = options
        // No word stands in a field: months are the locale's own, whatever language the report's words are in.
        var words = FormatWords.english
        words.shortMonths = nil
        formatter = ValueFormatter(locale: presentation.locale, currency: presentation.currency, words: words)
        let isComma = options.values == .local && formatter.data.decimalSign == ","
        delimiter = UInt8(ascii: isComma ? ";" : ",")
    }

    /// Appends a field.
    func append(_ value: Scalar, unit: Unit, to out: inout [UInt8]) {
        switch value {
        case .null: return
        case .text(let text): quote(text, to: &out, isGuarded: options.isGuarded)
        case .list, .structure, .map: quote(ExactText.json(value), to: &out, isGuarded: false)
        default:
            if options.values == .local {
                quote(local(value, unit: unit), to: &out, isGuarded: false)
            } else {
                ExactText.append(value, to: &out)
            }
        }
    }

    private func quote(_ text: String, to out: inout [UInt8], isGuarded: Bool) {
        ExactText.appendField(text, to: &out, isGuarded: isGuarded, delimiter: delimiter)
    }

    /// A number in major units with all of its digits and the locale's decimal sign, without groups, so that a
    /// spreadsheet takes it for a number; dates as the locale writes them, instants in ISO 8601.
    func local(_ value: Scalar, unit: Unit) -> String {
        if case .date(let days) = value { return formatter.date(LocalDate(daysSinceEpoch: days)) }
        guard let number = value.exactNumber else { return ExactText.text(value) }
        var major = number
        if case .money(_, let exponent) = unit {
            major = ExactDecimal(unscaled: number.unscaled, scale: number.scale + exponent)
        }
        return major.description.replacing(".", with: formatter.data.decimalSign)
    }
}
