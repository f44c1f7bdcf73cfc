internal import XLSXWorkbook

/// The looks of cells that a workbook uses.
enum WorkbookLook {
    static let ink: UInt32 = 0x17212B
    static let mute: UInt32 = 0x56636F
    static let rule: UInt32 = 0xDDE3E8
    static let panel: UInt32 = 0xF4F7F9
    static let bar: UInt32 = 0xA4C3DA
    static let accent: UInt32 = 0x1E5081
    static let context: UInt32 = 0x8794A1

    static let title = CellFormat(size: 18, isBold: true)
    static let finding = CellFormat(size: 12, color: 0x33414E)
    static let note = CellFormat(size: 9, color: mute)
    static let head = CellFormat(color: mute, fill: panel, isBold: true, wraps: true, lineBelow: ink)
    static let label = CellFormat(alignment: .left, indent: 1, lineBelow: rule)
    static let plain = CellFormat()
    static let wrapped = CellFormat(wraps: true)
    static let term = CellFormat(isBold: true, wraps: true)

    /// A head over numbers stands at their side.
    static func head(isNumber: Bool) -> CellFormat {
        var format = head
        format.alignment = isNumber ? .right : .left
        format.indent = isNumber ? 0 : 1
        return format
    }

    static func figure(_ numberFormat: String?) -> CellFormat {
        CellFormat(numberFormat: numberFormat, size: 14, isBold: true, alignment: .right, lineBelow: rule)
    }

    static func compared(_ numberFormat: String?) -> CellFormat {
        CellFormat(numberFormat: numberFormat, color: mute, alignment: .right, lineBelow: rule)
    }

    static func cell(_ numberFormat: String?) -> CellFormat { CellFormat(numberFormat: numberFormat) }

    /// Texts and dates stand at the left, away from the numbers of the column before.
    static func words(_ numberFormat: String?) -> CellFormat {
        CellFormat(numberFormat: numberFormat, alignment: .left, indent: 1)
    }

    /// Texts that are numbers too long for a spreadsheet stand where numbers stand.
    static let exactText = CellFormat(alignment: .right)

    static func total(_ numberFormat: String?, alignment: CellFormat.Alignment = .automatic) -> CellFormat {
        CellFormat(numberFormat: numberFormat, isBold: true, alignment: alignment, lineAbove: ink)
    }
}
