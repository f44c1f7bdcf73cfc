extension DemoTenant {
    /// The tenant's file in `tenants/`. The URL is a variable's name: passwords are never written down.
    var definition: String {
        """
        version: 1
        id: \(id.inYAML)
        platform: \(platform)
        name: \(name.inYAML)
        source: { url: "env:\(urlVariable)", \(sourceKeys) }
        calendar: { timezone: \(timeZone), week_start: monday }
        locale: \(locale)
        currency: \(currency)
        reports: ["*"]
        \(requestsVariable.map { "requests: { url: \"env:\($0)\" }\n" } ?? "")
        """
    }

    private var sourceKeys: String {
        switch isolation {
        case .schema(let schema): "isolation: schema, schema: \(schema)"
        case .rowSecurity(let setting, let key): "isolation: rls, setting: \(setting), key: \(key.inYAML)"
        }
    }

    /// English as it is written where the currency is.
    private var locale: String { Self.locales[currency] ?? "en" }

    private static let locales = [
        "GBP": "en-GB", "NGN": "en-NG", "KES": "en-KE", "USD": "en-US", "ZAR": "en-ZA", "INR": "en-IN", "EUR": "en-IE",
    ]
}

extension String {
    /// A double-quoted YAML scalar: an id such as `9e` or `1e5` must not be read as a number.
    fileprivate var inYAML: String {
        "\"" + replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
