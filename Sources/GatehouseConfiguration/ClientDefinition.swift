package import AccessPolicy
package import OAuth
package import Secrets

/// An OAuth client of a file of `clients.d`: what it is, what it proves that with, and what it holds itself.
package struct ClientDefinition: Sendable {
    package let metadata: ClientMetadata
    /// One, or two while one follows the other; none of a public client and of one with keys.
    package let secrets: [Secret]
    /// Of the client itself, as in `client_credentials`; no person who signs in through it gets any of them.
    package let roles: NamespaceAccess

    package init(metadata: ClientMetadata, secrets: [Secret], roles: NamespaceAccess) {
        (self.metadata, self.secrets, self.roles) = (metadata, secrets, roles)
    }
}
