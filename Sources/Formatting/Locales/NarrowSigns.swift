/// The narrow signs of currencies: those that stand where the currency is known, `$` for any dollar. CLDR, root.
enum NarrowSigns {
    static func sign(of code: String) -> String? { signs[code] }

    private static let signs: [String: String] = {
        var signs = [
            "AMD": "֏", "AOA": "Kz", "AZN": "₼", "BAM": "KM", "BDT": "৳", "BOB": "Bs", "BRL": "R$", "BWP": "P",
            "BYN": "Br", "CNY": "¥", "CRC": "₡", "CZK": "Kč", "DKK": "kr", "EGP": "E£", "EUR": "€", "FKP": "£",
            "GBP": "£", "GEL": "₾", "GHS": "GH₵", "GIP": "£", "GTQ": "Q", "HNL": "L", "HUF": "Ft", "IDR": "Rp",
            "ILS": "₪", "INR": "₹", "ISK": "kr", "JPY": "¥", "KHR": "៛", "KMF": "CF", "KPW": "₩", "KRW": "₩",
            "KZT": "₸", "LAK": "₭", "LBP": "L£", "LKR": "Rs", "MGA": "Ar", "MMK": "K", "MNT": "₮", "MUR": "Rs",
            "MYR": "RM", "NGN": "₦", "NIO": "C$", "NOK": "kr", "NPR": "Rs", "PHP": "₱", "PKR": "Rs", "PLN": "zł",
            "PYG": "₲", "RON": "lei", "RUB": "₽", "RWF": "RF", "SEK": "kr", "SHP": "£", "SSP": "£", "STN": "Db",
            "SYP": "£", "THB": "฿", "TOP": "T$", "TRY": "₺", "UAH": "₴", "VND": "₫", "XAF": "FCFA",
            "XOF": "F\u{202F}CFA", "ZAR": "R", "ZMW": "ZK",
        ]
        let dollars = [
            "ARS", "AUD", "BBD", "BMD", "BND", "BSD", "BZD", "CAD", "CLP", "COP", "CUP", "DOP", "FJD", "GYD", "HKD",
            "JMD", "KYD", "LRD", "MXN", "NAD", "NZD", "SBD", "SGD", "SRD", "TTD", "TWD", "USD", "UYU", "XCD",
        ]
        for code in dollars { signs[code] = "$" }
        return signs
    }()
}
