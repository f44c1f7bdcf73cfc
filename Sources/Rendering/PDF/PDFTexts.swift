/// The words that the engine itself puts on pages, in English unless a catalogue gives others. `{…}` are filled in.
package struct PDFTexts: Sendable, Equatable {
    package var amountsIn = "amounts in {currency}"
    package var daysIn = "days in {zone}"
    package var pageOf = "Page {page} of {count}"
    package var summary = "Summary"
    package var notes = "Notes"
    package var howFresh = "How fresh is this?"
    package var whatWordsMean = "What the words mean"
    package var looksWrong = "Something looks wrong?"
    package var quoteRun =
        "Quote this run to whoever sent you the report. It names the data and the definitions behind every figure."
    package var readFrom = "{source}, version {version}: {rows} rows"
    package var continued = "{title} (continued)"
    package var total = "Total"
    package var notMeasured = "not measured"
    package var noRows = "No rows in this period"
    package var noRowsNote = "The source was read; it has nothing to list here."
    package var roundedTo = "rounded to whole {unit}; totals are exact"
    package var columnsLeftOut = "{count} more columns are in the workbook"
    package var comparedWith = "compared with {period}"

    package init() {}

    /// Fills the places of a text.
    static func fill(_ template: String, _ values: [String: String]) -> String {
        values.reduce(template) { text, place in text.replacing("{\(place.key)}", with: place.value) }
    }
}
