package import Configuration
internal import Cryptography
package import Tenancy

/// The key by which a tenant's pseudonyms are made. Each tenant has one of its own, derived from the project's: nobody
/// can tell from two tenants' pseudonyms that they are of one person.
package struct PersonalDataKey: Sendable, CustomStringConvertible, CustomReflectable {
    let bytes: [UInt8]

    /// Derives the key of a tenant: HMAC-SHA-256 of its id under the project's secret.
    ///
    /// - Throws: `sourceConfiguration` for a secret of less than 32 bytes, which could be guessed.
    package init(secret: Secret, tenant: TenantScope) throws(ExtractError) {
        let secret = Array(secret.reveal().utf8)
        guard secret.count >= 32 else {
            throw ExtractError(
                .sourceConfiguration, tenant: tenant.id,
                reason: "the secret for pseudonyms has less than 32 bytes, so that it could be guessed",
                advice: "openssl rand -hex 32")
        }
        do {
            var authenticator = try MessageAuthenticator(key: secret)
            let message = Array("almanac pseudonyms 1 \(tenant.id)".utf8)
            bytes = try authenticator.code(of: message.span)
        } catch {
            throw ExtractError(.other, tenant: tenant.id, reason: "no key for pseudonyms: \(error)")
        }
    }

    package var description: String { "***" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
