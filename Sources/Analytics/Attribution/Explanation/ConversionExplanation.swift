/// Why a conversion's money went where it went: the touches before it, which of them count, and what each model gives them.
package struct ConversionExplanation: Sendable, Encodable, Equatable {
    /// Whether a touch is on the conversion's path, and if not, why.
    package enum Standing: String, Sendable, Encodable {
        /// It is.
        case counted
        /// It is older than the window.
        case tooOld = "too_old"
        /// It came before the conversion before this one, and belongs to that.
        case claimed
        /// The next touch is of the same session and channel: both are one.
        case merged

        /// Why the touch does not count, in words; nothing where it does.
        package var words: String {
            switch self {
            case .counted: ""
            case .tooOld: "older than the window"
            case .claimed: "before the conversion before"
            case .merged: "same session and channel as the next"
            }
        }
    }

    /// A touch before the conversion.
    package struct Touch: Sendable, Encodable, Equatable {
        /// Its own id.
        package let id: String
        /// When, in UTC.
        package let at: String
        /// How long before the conversion.
        package let ageSeconds: Int64
        /// Its channel; nil where it has none.
        package let channel: String?
        /// Its place on the path, from 1; nil where it does not count.
        package let position: Int?
        /// Whether it counts.
        package let standing: Standing
    }

    /// Money that was given back.
    package struct Refund: Sendable, Encodable, Equatable {
        /// Its own id.
        package let id: String
        /// When, in UTC.
        package let at: String
        /// Minor units.
        package let valueMinor: Int64
    }

    /// What a model gives a touch, or takes back from it.
    package struct Credit: Sendable, Encodable, Equatable {
        /// `credit`, or `reversal` of a refund.
        package let entry: String
        /// When it is booked, in UTC: at the conversion, or at the refund.
        package let at: String
        /// The touch's place on the path; nil where the conversion has no touch.
        package let position: Int?
        /// Its channel.
        package let channel: String
        /// The touch's share of the conversion, from 0 to 1.
        package let weight: Double
        /// Minor units; below 0 where they are taken back.
        package let creditMinor: Int64
    }

    /// A model and what it makes of the conversion.
    package struct Model: Sendable, Encodable, Equatable {
        /// Its name.
        package let name: String
        /// Its credits and reversals, in the order of booking.
        package let credits: [Credit]
        /// What they add up to.
        package let netMinor: Int64
        /// Whether that is the value less all refunds.
        package let addsUp: Bool
    }

    /// The conversion's key.
    package let id: String
    /// Whose conversion it is; nil where nobody knows.
    package let journey: String?
    /// When, in UTC; nil where nobody knows.
    package let at: String?
    /// Minor units.
    package let valueMinor: Int64
    /// The currency; nil where the table has none.
    package let currency: String?
    /// How old a touch may be.
    package let windowSeconds: Int64
    /// The touches of the journey up to the conversion.
    package let touches: [Touch]
    /// What was given back.
    package let refunds: [Refund]
    /// Value less all refunds, minor units.
    package let netMinor: Int64
    /// One for each model that was asked for.
    package let models: [Model]
}
