/// What the words of a column's name say about it: `createdAt` and `created_at` are the words created, at.
///
/// A guess, and meant to be read by somebody who knows the data: what it proposes is written into a file, and nothing is
/// done by it alone.
enum ColumnWords {
    /// The words of a name, in lower case.
    static func words(of name: String) -> [String] {
        var words: [String] = []
        var word = ""
        var previous: Character = " "
        for character in name {
            let isStart = character.isUppercase && previous.isLowercase
            if !character.isLetter && !character.isNumber || isStart {
                if !word.isEmpty { words.append(word.lowercased()) }
                word = ""
            }
            if character.isLetter || character.isNumber { word.append(character) }
            previous = character
        }
        if !word.isEmpty { words.append(word.lowercased()) }
        return words
    }

    /// Whether the name is one of some, however it is written.
    static func isOne(_ name: String, of names: Set<String>) -> Bool {
        names.contains(words(of: name).joined(separator: "_"))
    }

    /// When the row was last changed.
    static let changes: Set<String> = [
        "updated_at", "updated", "updated_on", "update_time", "modified_at", "modified", "modified_on", "last_modified",
        "last_modified_at", "last_updated", "last_updated_at", "changed_at", "changed_on", "mtime",
    ]
    /// When the database took the row in.
    static let arrivals: Set<String> = [
        "recorded_at", "inserted_at", "ingested_at", "received_at", "created_at", "created", "created_on",
        "create_time", "creation_time", "ctime",
    ]
    /// When what the row tells of happened; the first that a table has is taken.
    static let events = [
        "occurred_at", "happened_at", "event_time", "event_at", "placed_at", "ordered_at", "paid_at", "sold_at",
        "booked_at", "logged_at", "observed_at", "viewed_at", "started_at", "starts_at", "sent_at", "published_at",
        "completed_at", "issued_at", "signed_at", "joined_at", "at", "timestamp", "ts", "time", "event_date",
    ]
    /// Values that go through several states.
    static let states: Set<String> = [
        "status", "state", "stage", "is_active", "active", "is_deleted", "deleted", "enabled", "is_enabled", "balance",
        "progress", "quantity_left",
    ]

    /// What kind of personal data a name promises.
    ///
    /// - Parameters:
    ///   - type: the column's type, as SQL writes it.
    ///   - table: the table's name, which decides what a bare `name` is.
    static func personalData(_ name: String, type: String, table: String) -> String? {
        let words = words(of: name)
        let set = Set(words)
        let isText = ["text", "character", "citext", "json", "xml", "name", "\"char\""].contains { type.hasPrefix($0) }
        if type == "inet" { return "an IP address" }
        if !set.isDisjoint(with: ["birthday", "birthdate", "dob"]) || (set.contains("birth") && set.contains("date")) {
            return "a date of birth"
        }
        guard isText || type == "bytea" else { return nil }
        if !set.isDisjoint(with: ["password", "passwd", "secret", "passphrase", "otp"]) { return "a secret" }
        if set.contains("token") || (set.contains("api") && set.contains("key")) { return "a secret" }
        guard isText else { return nil }
        if !set.isDisjoint(with: ["email", "mail"]) || words.joined().contains("email") { return "an e-mail address" }
        if !set.isDisjoint(with: ["phone", "telephone", "mobile", "msisdn", "whatsapp", "fax"]) {
            return "a phone number"
        }
        if set.contains("ip") || (set.contains("remote") && set.contains("addr")) { return "an IP address" }
        if !set.isDisjoint(with: ["address", "street", "postcode", "zip", "zipcode"])
            || (set.contains("postal") && set.contains("code"))
        {
            return "an address"
        }
        if !set.isDisjoint(with: ["ssn", "passport", "iban", "nin", "bvn"])
            || (set.contains("tax") && set.contains("id"))
        {
            return "an identity or account number"
        }
        return isPersonsName(words, table) ? "a person's name" : nil
    }

    private static func isPersonsName(_ words: [String], _ table: String) -> Bool {
        let set = Set(words)
        if !set.isDisjoint(with: ["firstname", "lastname", "surname", "fullname", "username", "nickname"]) {
            return true
        }
        guard set.contains("name") else { return false }
        let kinds: Set<String> = [
            "first", "last", "full", "given", "family", "middle", "maiden", "display", "user", "nick", "contact",
            "customer", "holder", "legal",
        ]
        if !set.isDisjoint(with: kinds) { return true }
        let persons: Set<String> = [
            "users", "user", "customers", "customer", "members", "member", "people", "persons", "person", "contacts",
            "contact", "clients", "client", "employees", "employee", "patients", "patient", "profiles", "profile",
            "students", "student", "creators", "creator", "subscribers", "leads", "guests",
        ]
        return words == ["name"] && !persons.isDisjoint(with: Self.words(of: table))
    }
}
