/// How a cell looks. Equal formats are one format of the file.
package struct CellFormat: Hashable, Sendable {
    /// Where the text stands in the cell.
    package enum Alignment: Hashable, Sendable {
        case automatic, left, right, center
    }

    /// Excel's number format; nil for General.
    package var numberFormat: String?
    /// The size in points.
    package var size: Double
    /// `0xRRGGBB`.
    package var color: UInt32
    /// `0xRRGGBB`; nil without a fill.
    package var fill: UInt32?
    package var isBold: Bool
    package var wraps: Bool
    /// Where the text stands.
    package var alignment: Alignment
    /// Steps of room at the side where the text stands.
    package var indent: UInt8
    /// A thin line below in `0xRRGGBB`; nil without one.
    package var lineBelow: UInt32?
    /// A thin line above in `0xRRGGBB`; nil without one.
    package var lineAbove: UInt32?

    package init(
        numberFormat: String? = nil, size: Double = 11, color: UInt32 = 0x17212B, fill: UInt32? = nil,
        isBold: Bool = false, wraps: Bool = false, alignment: Alignment = .automatic, indent: UInt8 = 0,
        lineBelow: UInt32? = nil,
        lineAbove: UInt32? = nil
    ) {
        self.numberFormat = numberFormat
        self.size = size
        self.color = color
        self.fill = fill
        self.isBold = isBold
        self.wraps = wraps
        self.alignment = alignment
        self.indent = indent
        self.lineBelow = lineBelow
        self.lineAbove = lineAbove
    }
}
