import AccessPolicy
import Broker
import ServerPlugin

/// Broker's authentication as the server asks for it: which reason it was stays inside.
struct BrokerAuthenticator: Authenticator {
    let broker: Broker

    func authenticate(_ presented: PresentedCredentials) async throws(APIError) -> Caller {
        do throws(CredentialRefusal) {
            let purpose: Broker.Purpose = presented.purpose == .provisioning ? .provisioning : .api
            // A token decides where there is one: a client may show a certificate to every server it meets.
            if presented.authorization.isEmpty, let certificate = presented.certificate, purpose == .api {
                return try broker.authenticate(certificate: certificate, from: presented.remoteAddress)
            }
            return try broker.authenticate(
                authorization: presented.authorization, from: presented.remoteAddress, for: purpose)
        } catch {
            throw .unauthenticated
        }
    }
}
