/// What an analyst must know to trust a table function: `DESCRIBE FUNCTION name` prints it.
package struct FunctionDocumentation: Sendable {
    /// A column of the answer.
    package struct Column: Sendable {
        let name: String
        let type: String
        let unit: String
        let meaning: String

        package init(_ name: String, _ type: String, unit: String = "", _ meaning: String) {
            self.name = name
            self.type = type
            self.unit = unit
            self.meaning = meaning
        }
    }

    /// The columns of another answer of the same function.
    package struct Variant: Sendable {
        let call: String
        let columns: [Column]

        /// - Parameters:
        ///   - call: the arguments that ask for it, as `by => 'credit'`.
        ///   - columns: its columns, all of them.
        package init(_ call: String, _ columns: [Column]) {
            self.call = call
            self.columns = columns
        }
    }

    let summary: String
    let formula: String
    let source: String
    let columns: [Column]
    let variants: [Variant]
    let edgeCases: [String]
    let example: String

    /// - Parameters:
    ///   - summary: what it answers, in a sentence.
    ///   - formula: how, in the words of the field.
    ///   - source: where the definition comes from.
    ///   - columns: what it adds to the answer.
    ///   - variants: what it adds instead for other arguments.
    ///   - edgeCases: what it does where others differ.
    ///   - example: a call that can be run.
    package init(
        summary: String, formula: String, source: String, columns: [Column], variants: [Variant] = [],
        edgeCases: [String],
        example: String
    ) {
        self.summary = summary
        self.formula = formula
        self.source = source
        self.columns = columns
        self.variants = variants
        self.edgeCases = edgeCases
        self.example = example
    }
}
