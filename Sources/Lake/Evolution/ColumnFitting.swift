internal import Columnar

extension Column {
    /// The column as another type. A value that is none of the other type is missing, and its row is noted.
    ///
    /// - Returns: the column, and for each row whether it had a value that did not fit; nil where all fitted.
    func fitted(to type: LogicalType) -> (column: Column, unfit: [Bool]?) {
        switch TypeFit(self.type, type) {
        case .same: return (Column(type, validity: validity, values), nil)
        case .never: return nothing(of: type)
        case .always, .sometimes: break
        }
        if let from = ExactRange(self.type), let to = ExactRange(type) { return exact(from, to, type) }
        switch type {
        case .double, .float: return floating(type)
        default: return (Column(type, validity: validity, values), nil)
        }
    }

    private func nothing(of type: LogicalType) -> (column: Column, unfit: [Bool]?) {
        let unfit = (0..<rowCount).map { isValid($0) }
        guard let column = try? Column.missing(type, rowCount: rowCount) else { return (self, unfit) }
        return (column, unfit.contains(true) ? unfit : nil)
    }

    private func exact(
        _ from: ExactRange, _ to: ExactRange, _ type: LogicalType
    ) -> (column: Column, unfit: [Bool]?) {
        var values = [Int128](repeating: 0, count: rowCount)
        var validity = BitmapBuilder()
        var unfit: [Bool]?
        for row in 0..<rowCount {
            let converted = isValid(row) ? from.converted(unscaled(row), to: to) : nil
            if let converted {
                values[row] = converted
            } else if isValid(row) {
                if unfit == nil { unfit = Array(repeating: false, count: rowCount) }
                unfit?[row] = true
            }
            validity.append(converted != nil)
        }
        let bits = validity.finishValidity()
        switch type.physicalType {
        case .int32:
            let narrow = values.map { Int32(truncatingIfNeeded: $0) }
            return (Column(type, validity: bits, .int32(Buffer(narrow))), unfit)
        case .int64:
            let narrow = values.map { Int64(truncatingIfNeeded: $0) }
            return (Column(type, validity: bits, .int64(Buffer(narrow))), unfit)
        default: return (Column(type, validity: bits, .int128(Buffer(values))), unfit)
        }
    }

    /// A number of an integer or decimal column without its point.
    private func unscaled(_ row: Int) -> Int128 {
        switch values {
        case .int32(let buffer):
            switch type {
            case .uint8, .uint16, .uint32: return Int128(UInt32(bitPattern: buffer[row]))
            default: return Int128(buffer[row])
            }
        case .int64(let buffer): return type == .uint64 ? Int128(UInt64(bitPattern: buffer[row])) : Int128(buffer[row])
        case .int128(let buffer): return buffer[row]
        default: return 0
        }
    }

    private func floating(_ type: LogicalType) -> (column: Column, unfit: [Bool]?) {
        var values = [Double](repeating: 0, count: rowCount)
        var validity = BitmapBuilder()
        var unfit: [Bool]?
        for row in 0..<rowCount {
            var number = isValid(row) ? number(row) : nil
            if type == .float, let value = number, !value.isNaN, Double(Float(value)) != value { number = nil }
            if let number {
                values[row] = number
            } else if isValid(row) {
                if unfit == nil { unfit = Array(repeating: false, count: rowCount) }
                unfit?[row] = true
            }
            validity.append(number != nil)
        }
        let bits = validity.finishValidity()
        if type == .double { return (Column(type, validity: bits, .double(Buffer(values))), unfit) }
        return (Column(type, validity: bits, .float(Buffer(values.map { Float($0) }))), unfit)
    }

    /// A number as a double; nil where there is none that is the same.
    private func number(_ row: Int) -> Double? {
        switch values {
        case .float(let buffer): Double(buffer[row])
        case .double(let buffer): buffer[row]
        default: Double(exactly: unscaled(row))
        }
    }
}
