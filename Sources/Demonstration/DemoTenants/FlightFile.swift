/// The `nycflights13` data set: every flight that was to leave New York's three airports in 2013, as the US Bureau of
/// Transportation Statistics has it.
///
/// Comma-separated, without quotes, `NA` where nothing is known. `year`, `month`, `day` are the date of departure on
/// New York's clock; `time_hour` is the hour of scheduled departure as a UTC instant. The two agree only through the
/// zone's rules, which makes the set a test of local days.
struct FlightFile {
    private let file: DataFile

    init(_ file: DataFile) { self.file = file }

    /// The columns that are used, in the order in which `Fields` counts them.
    private static let columns = [
        "year", "month", "day", "dep_time", "dep_delay", "arr_delay", "carrier", "flight", "tailnum", "origin", "dest",
        "air_time", "distance", "time_hour",
    ]

    /// Appends each flight as a row of `flights.events`, in the order of the file.
    ///
    /// - Parameter tenants: the tenant id for each carrier code.
    func append(to rows: inout CopyText, tenants: [String: String]) throws {
        var positions: [Int] = []
        var width = 0
        var id: Int64 = 0
        try file.forEachLine { line, number in
            let fields = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            if number == 1 {
                positions = try Self.positions(in: fields, file: file)
                width = fields.count
                return
            }
            guard fields.count == width else { throw file.invalid(line: number, "it does not have \(width) fields") }
            id += 1
            let flight = Flight(id: id, fields: fields, positions: positions)
            if let why = flight.append(to: &rows, tenants: tenants) { throw file.invalid(line: number, why) }
        }
    }

    private static func positions(in header: [ArraySlice<UInt8>], file: DataFile) throws -> [Int] {
        try columns.map { name in
            guard let position = header.firstIndex(where: { $0.elementsEqual(name.utf8) }) else {
                throw file.invalid(line: 1, "there is no column \(name)")
            }
            return position
        }
    }
}

/// One line of the file.
private struct Flight {
    let id: Int64
    private let fields: [ArraySlice<UInt8>]
    private let positions: [Int]

    init(id: Int64, fields: [ArraySlice<UInt8>], positions: [Int]) {
        self.id = id
        self.fields = fields
        self.positions = positions
    }

    /// The places of `FlightFile.columns`.
    private enum Column: Int {
        case year, month, day, departureTime, departureDelay, arrivalDelay, carrier, flight, tailNumber, origin
        case destination, airTime, distance, hour
    }

    private subscript(column: Column) -> ArraySlice<UInt8>? {
        let field = fields[positions[column.rawValue]]
        return field.isEmpty || field.elementsEqual("NA".utf8) ? nil : field
    }

    /// Appends the row; answers what is wrong with the line where it can't.
    func append(to rows: inout CopyText, tenants: [String: String]) -> String? {
        guard let carrier = self[.carrier], let tenant = tenants[String(decoding: carrier, as: UTF8.self)] else {
            return "its carrier is not in airlines.csv"
        }
        guard let year = self[.year]?.wholeNumber, let month = self[.month]?.wholeNumber,
            let day = self[.day]?.wholeNumber
        else { return "it has no date" }
        guard let hour = self[.hour], hour.allSatisfy({ $0.digit != nil || "-:TZ".utf8.contains($0) }) else {
            return "time_hour is no instant"
        }
        guard let origin = self[.origin], let destination = self[.destination], origin.isAlphanumeric,
            destination.isAlphanumeric
        else { return "it has no airports" }
        guard let flight = self[.flight]?.wholeNumber, let distance = self[.distance]?.wholeNumber else {
            return "flight or distance is no number"
        }
        let tail = self[.tailNumber]
        let measures = [self[.departureDelay], self[.arrivalDelay], self[.airTime]]
        guard tail?.isAlphanumeric ?? true, measures.allSatisfy({ $0?.isNumber ?? true }) else {
            return "a measure is no number"
        }
        rows.field(id)
        rows.field(tenant)
        rows.field(optional: tail)
        rows.field(hour)
        rows.field(kind)
        rows.field(origin)
        rows.field(destination)
        rows.field(flight)
        for measure in measures { rows.field(optional: measure) }
        rows.field(distance)
        rows.field("\(year)-\(month)-\(day)")
        rows.endRow()
        return nil
    }

    /// What became of the flight, as far as the data tells: without a departure time it was cancelled; without an
    /// arrival delay it left and did not arrive as planned.
    private var kind: String {
        if self[.departureTime] == nil { return "cancelled" }
        return self[.arrivalDelay] == nil ? "departed" : "arrived"
    }
}

extension CopyText {
    mutating func field(optional value: ArraySlice<UInt8>?) {
        if let value { field(value) } else { null() }
    }
}

/// `airlines.csv` of the same set: the carriers' codes and names.
struct AirlineFile {
    private let file: DataFile

    init(_ file: DataFile) { self.file = file }

    /// Code and name of each carrier, in the order of the file.
    func airlines() throws -> [(code: String, name: String)] {
        var airlines: [(code: String, name: String)] = []
        try file.forEachLine { line, number in
            guard number > 1 else { return }
            let fields = line.split(separator: UInt8(ascii: ","), maxSplits: 1)
            guard fields.count == 2, fields[0].isAlphanumeric else {
                throw file.invalid(line: number, "it is not a code and a name")
            }
            airlines.append((String(decoding: fields[0], as: UTF8.self), String(decoding: fields[1], as: UTF8.self)))
        }
        return airlines
    }
}
