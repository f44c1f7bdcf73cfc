/// The models of each platform.
package enum ModelCatalogue {
    /// The models of a platform, by their names; empty for a platform that has none yet.
    package static func models(platform: String) -> [any AggregateModel] {
        switch platform {
        case "retail": [SalesDaily(), TopCustomers(), CohortRetention()]
        case "flights": [ActivityDaily(), TopRoutes(), OriginMonthly()]
        default: []
        }
    }
}
