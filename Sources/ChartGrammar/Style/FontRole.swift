/// What a text is for; its font follows.
package enum FontRole: String, Hashable, Sendable, CaseIterable {
    case coverTitle, tenantName, tenantInitials, coverLine, pill
    case headline, sectionTitle, runningHead, runningHeadStrong
    case tileLabel, tileValue, tileValueSmall, tileDelta, tileBase
    case chartTitleWide, chartTitleHalf, subtitle, annotation
    case label, labelMedium, labelStrong, axis, cell, bigValue, stateTitle
    case tableHead, tableText, tableStrong
    case noteTitle, note, noteStrong, mono, footer
}

/// A font by its properties.
package struct FontSpecification: Hashable, Sendable {
    /// The three families of the design.
    package enum Family: String, Hashable, Sendable { case text, display, monospace }

    package var family: Family
    /// 400 regular, 500 medium, 600 semi-bold, 700 bold.
    package var weight: Int
    /// In points.
    package var size: Double
    /// All digits equally wide.
    package var tabularFigures: Bool
    /// Distance of baselines as a multiple of the font's own; 0 keeps the font's.
    package var lineSpacing: Double
}

extension FontRole {
    /// The type scale: nothing under 6.5 points; equally wide digits wherever figures stand in columns or on axes,
    /// proportional ones in titles and sentences.
    package var specification: FontSpecification {
        switch self {
        case .coverTitle: Self.display(600, 25)
        case .tenantName: Self.text(600, 10.5)
        case .tenantInitials: Self.display(700, 12)
        case .coverLine: Self.text(400, 8.5)
        case .pill: Self.text(500, 7.5)
        case .headline: Self.display(500, 13.5, lineSpacing: 1.15)
        case .sectionTitle: Self.display(600, 18)
        case .runningHead: Self.text(400, 8)
        case .runningHeadStrong: Self.text(600, 8)
        case .tileLabel: Self.text(500, 8)
        case .tileValue: Self.display(600, 20, tabular: true)
        case .tileValueSmall: Self.display(600, 16, tabular: true)
        case .tileDelta: Self.text(600, 8, tabular: true)
        case .tileBase: Self.text(400, 8)
        case .chartTitleWide: Self.text(600, 12)
        case .chartTitleHalf: Self.text(600, 11)
        case .subtitle: Self.text(400, 7.5)
        case .annotation: Self.text(500, 7.5)
        case .label: Self.text(400, 8, tabular: true)
        case .labelMedium: Self.text(500, 8, tabular: true)
        case .labelStrong: Self.text(600, 8, tabular: true)
        case .axis: Self.text(400, 6.5, tabular: true)
        case .cell: Self.text(500, 7, tabular: true)
        case .bigValue: Self.display(600, 26, tabular: true)
        case .stateTitle: Self.text(600, 9)
        case .tableHead: Self.text(500, 7.5)
        case .tableText: Self.text(400, 8, tabular: true)
        case .tableStrong: Self.text(600, 8, tabular: true)
        case .noteTitle: Self.text(600, 8)
        case .note: Self.text(400, 7.5, lineSpacing: 1.25)
        case .noteStrong: Self.text(600, 7.5, lineSpacing: 1.25)
        case .mono: FontSpecification(family: .monospace, weight: 400, size: 7.5, tabularFigures: false, lineSpacing: 0)
        case .footer: Self.text(400, 7)
        }
    }

    private static func text(
        _ weight: Int, _ size: Double, tabular: Bool = false, lineSpacing: Double = 0
    ) -> FontSpecification {
        FontSpecification(
            family: .text, weight: weight, size: size, tabularFigures: tabular, lineSpacing: lineSpacing)
    }

    private static func display(
        _ weight: Int, _ size: Double, tabular: Bool = false, lineSpacing: Double = 0
    ) -> FontSpecification {
        FontSpecification(
            family: .display, weight: weight, size: size, tabularFigures: tabular, lineSpacing: lineSpacing)
    }
}
