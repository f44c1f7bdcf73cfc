internal import Effects
internal import SystemPackage

/// A text file of a data set, read line by line; errors name the file and the line.
struct DataFile {
    private let bytes: [UInt8]
    private let name: String

    /// Reads a file of at most 256 MiB.
    init(_ path: FilePath, on machine: Machine) throws {
        bytes = try machine.files.contents(of: path, limit: 256 << 20)
        name = path.lastComponent?.string ?? path.string
    }

    init(_ text: String, name: String) {
        bytes = Array(text.utf8)
        self.name = name
    }

    /// Calls `body` with each line that is not empty and its number, from 1; line ends are LF or CR LF.
    func forEachLine(_ body: (ArraySlice<UInt8>, Int) throws -> Void) throws {
        var start = 0
        var number = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            number += 1
            var line = bytes[start..<end]
            if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
            if !line.isEmpty { try body(line, number) }
            start = end + 1
        }
    }

    /// The error for a line that is not as it should be. It names what is missing, never what is there.
    func invalid(line: Int, _ why: String) -> DemonstrationError {
        DemonstrationError(
            .datasetInvalid, "read the data set \(name)", why: "line \(line): \(why)",
            advice: "remove the file and run scripts/demo again")
    }
}

extension ArraySlice<UInt8> {
    /// The digits as a number that is not negative; nil for anything else and beyond 18 digits.
    var wholeNumber: Int64? {
        guard !isEmpty, count <= 18 else { return nil }
        var value: Int64 = 0
        for byte in self {
            guard let digit = byte.digit else { return nil }
            value = value * 10 + Int64(digit)
        }
        return value
    }

    /// Whether all bytes are ASCII letters and digits, at least one.
    var isAlphanumeric: Bool {
        !isEmpty
            && allSatisfy { byte in
                byte.digit != nil || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            }
    }

    /// Whether this is a whole or decimal number, perhaps negative: `-12`, `3.5`.
    var isNumber: Bool {
        let digits = first == UInt8(ascii: "-") ? dropFirst() : self
        let parts = digits.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        return !parts.isEmpty && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.digit != nil } }
    }
}

extension UInt8 {
    /// The value of an ASCII digit.
    var digit: UInt8? {
        let value = self &- UInt8(ascii: "0")
        return value < 10 ? value : nil
    }
}
