internal import Columnar
internal import Kernels

/// What is taken out of lists: an element, a stretch of elements, and whether any or all elements compare.
///
/// Positions count from 1, as PostgreSQL and DuckDB have it; one that is not there gives NULL, a stretch is cut to what is.
enum ListAccess {
    /// `list[i]`.
    static let element = ScalarCall("element") { arguments, rowCount, _ throws(KernelError) in
        let lists = arguments[0].expanded(to: rowCount)
        let indices = arguments[1].expanded(to: rowCount)
        guard case .list(let offsets, let elements) = lists.values, case .int64(let wanted) = indices.values else {
            throw .invalidArgument("a subscript of what is no list")
        }
        var positions = [UInt32](repeating: missingRow, count: rowCount)
        for row in 0..<rowCount where lists.isValid(row) && indices.isValid(row) {
            let (start, end) = (Int64(offsets[row]), Int64(offsets[row + 1]))
            guard wanted[row] >= 1, wanted[row] <= end - start else { continue }
            positions[row] = UInt32(truncatingIfNeeded: start + wanted[row] - 1)
        }
        let span = positions.span
        return try elements.taking(span, mayMiss: true)
    }

    /// `cardinality(list)`.
    static let count = ScalarCall("cardinality") { arguments, rowCount, _ throws(KernelError) in
        let lists = arguments[0].expanded(to: rowCount)
        guard case .list(let offsets, _) = lists.values else {
            throw .invalidArgument("the cardinality of what is no list")
        }
        let counts = (0..<rowCount).map { offsets[$0 + 1] - offsets[$0] }
        return Column(.int32, validity: lists.validity, .int32(Buffer(counts)))
    }

    /// `list[i:j]`, both ends included.
    static let slice = ScalarCall("slice") { arguments, rowCount, _ throws(KernelError) in
        let lists = arguments[0].expanded(to: rowCount)
        let bounds = arguments.dropFirst().map { $0.expanded(to: rowCount) }
        guard case .list(let offsets, let elements) = lists.values, case .int64(let low) = bounds[0].values,
            case .int64(let high) = bounds[1].values
        else { throw .invalidArgument("a slice of what is no list") }
        let validity = Kernels.validity(of: arguments, rowCount: rowCount)
        var made: [Int32] = [0]
        var positions: [UInt32] = []
        for row in 0..<rowCount {
            if validity?[row] ?? true {
                let (start, count) = (Int64(offsets[row]), Int64(offsets[row + 1] - offsets[row]))
                let first = max(1, low[row])
                let last = min(count, high[row])
                if first <= last {
                    for index in first...last { positions.append(UInt32(truncatingIfNeeded: start + index - 1)) }
                }
            }
            guard let offset = Int32(exactly: positions.count) else { throw .tooLarge }
            made.append(offset)
        }
        let span = positions.span
        let kept = try elements.taking(span)
        return Column(lists.type, .list(offsets: Buffer(made), elements: kept)).with(validity: validity)
    }

    /// `x = ANY (list)`, `x < ALL (list)`: NULL where no element decides and one is unknown.
    /// - Parameter takesMissing: whether a NULL list is one without elements: that of a subquery without rows.
    static func quantified(_ comparison: Comparison, isAll: Bool, takesMissing: Bool) -> ScalarCall {
        ScalarCall((isAll ? "all " : "any ") + comparison.rawValue) { arguments, rowCount, _ throws(KernelError) in
            let lists = arguments[1].expanded(to: rowCount)
            guard case .list(let offsets, let elements) = lists.values else {
                throw .invalidArgument("ANY and ALL take a list or a subquery")
            }
            let values = arguments[0].expanded(to: rowCount)
            // The value beside each element of its row's list.
            var rows: [UInt32] = []
            for row in 0..<rowCount {
                for _ in offsets[row]..<offsets[row + 1] { rows.append(UInt32(truncatingIfNeeded: row)) }
            }
            let span = rows.span
            let own = elements.slice(Int(offsets[0])..<Int(offsets[rowCount]))
            let compared = try comparison.evaluate(
                .column(try values.taking(span)), .column(own), rowCount: rows.count)
            guard case .bool(let holds) = compared.values else { throw .invalidArgument("a comparison") }
            var results = [Bool](repeating: isAll, count: rowCount)
            var isKnown = [Bool](repeating: true, count: rowCount)
            for row in 0..<rowCount {
                guard lists.isValid(row) else {
                    isKnown[row] = takesMissing
                    continue
                }
                let base = offsets[0]
                for index in Int(offsets[row] - base)..<Int(offsets[row + 1] - base) {
                    if !compared.isValid(index) {
                        isKnown[row] = false
                    } else if holds[index] != isAll {
                        (results[row], isKnown[row]) = (!isAll, true)
                        break
                    }
                }
            }
            return Column(.bool, .bool(Bitmap(results))).with(validity: Bitmap(isKnown))
        }
    }
}

/// Structures: made of values, and their fields.
enum StructureAccess {
    /// `{a: 1, b: 'x'}`, `row(1, 'x')`.
    static func make(_ type: SQLType) -> ScalarCall {
        ScalarCall("struct") { arguments, rowCount, _ throws(KernelError) in
            Column(type.logical, .structure(arguments.map { $0.expanded(to: rowCount) }, rowCount: rowCount))
        }
    }

    /// A field by its position; NULL where the structure is.
    static func field(_ position: Int) -> ScalarCall {
        ScalarCall("field \(position)") { arguments, rowCount, _ throws(KernelError) in
            let column = arguments[0].expanded(to: rowCount)
            guard case .structure(let parts, _) = column.values else {
                throw .invalidArgument("a field of what is no structure")
            }
            guard let validity = column.validity else { return parts[position] }
            let own = parts[position].validity.map { $0.intersection(validity) } ?? validity
            return parts[position].with(validity: own)
        }
    }
}
