package import Columnar

/// The columns of a dataset as a database has them now.
package struct DatasetSchema: Sendable {
    /// The dataset.
    package let dataset: Dataset
    /// The columns that the lake would get.
    package let schema: Schema

    package init(dataset: Dataset, schema: Schema) {
        self.dataset = dataset
        self.schema = schema
    }
}
