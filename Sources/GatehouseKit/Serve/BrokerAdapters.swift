import AccessPolicy
import Broker
import ServerPlugin

/// Broker's authentication as the server asks for it: which reason it was stays inside.
struct BrokerAuthenticator: Authenticator {
    let broker: Broker

    func authenticate(_ presented: PresentedCredentials) async throws(APIError) -> Caller {
        // No certificate authority of ours exists yet, so no client certificate proves anybody: it is not a credential.
        do {
            return try broker.authenticate(authorization: presented.authorization)
        } catch {
            throw .unauthenticated
        }
    }
}

struct BrokerNamespaces: NamespaceDirectory {
    let broker: Broker

    func exists(_ namespace: NamespaceName) -> Bool { broker.hasNamespace(namespace) }
}
