internal import Columnar

extension Column {
    /// The column as keys see it: intervals as microseconds (a month of 30 days, as PostgreSQL compares them), lists
    /// and structures as bytes that are equal where the values are.
    func comparable() throws(KernelError) -> Column {
        switch type {
        case .interval:
            guard case .structure(let parts, let count) = values, case .int32(let months) = parts[0].values,
                case .int32(let days) = parts[1].values, case .int64(let micros) = parts[2].values
            else { return self }
            var totals = [Int128](repeating: 0, count: count)
            for row in 0..<count {
                let dayCount = Int128(months[row]) * 30 + Int128(days[row])
                totals[row] = dayCount * 86_400_000_000 + Int128(micros[row])
            }
            return Column(.decimal(precision: 38, scale: 0), validity: validity, .int128(Buffer(totals)))
        case .list, .structure, .map:
            var builder = BytesBuilder()
            for row in 0..<rowCount {
                guard builder.append(isValid(row) ? Self.serialized(scalar(row)) : "") else { throw .tooLarge }
            }
            return Column(.binary, validity: validity, .bytes(builder.finish().values))
        default: return self
        }
    }

    /// A text that two values share exactly where they are equal.
    private static func serialized(_ value: Scalar) -> String {
        switch value {
        case .list(let parts), .structure(let parts):
            "["
                + parts.map { part in
                    let text = serialized(part)
                    return "\(text.utf8.count):\(text)"
                }.joined(separator: ",") + "]"
        case .map(let entries):
            "{" + entries.map { serialized(.list([$0.key, $0.value])) }.sorted().joined(separator: ",") + "}"
        case .double(let number): "\(number.isNaN ? Double.nan : number == 0 ? 0 : number)"
        default: "\(value)"
        }
    }
}
