/// Rows in the text format of `COPY`: fields between tabs, `\N` for NULL, a line feed after each row.
///
/// Fields are written as they are. Whoever makes them sees to it that they hold no tab, line feed or backslash.
struct CopyText {
    private(set) var bytes: [UInt8] = []
    private(set) var rowCount: Int64 = 0
    private var isFirst = true

    mutating func field(_ value: some Sequence<UInt8>) {
        separate()
        bytes.append(contentsOf: value)
    }

    mutating func field(_ text: String) { field(text.utf8) }

    mutating func field(_ number: Int64) { field(String(number).utf8) }

    mutating func null() { field(#"\N"#) }

    mutating func endRow() {
        bytes.append(UInt8(ascii: "\n"))
        rowCount += 1
        isFirst = true
    }

    /// A script that loads these rows into a table.
    func script(into table: String) -> [UInt8] {
        Array("COPY \(table) FROM STDIN;\n".utf8) + bytes + Array("\\.\n".utf8)
    }

    private mutating func separate() {
        if !isFirst { bytes.append(UInt8(ascii: "\t")) }
        isFirst = false
    }
}
