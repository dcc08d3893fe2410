import AccessPolicy
import Broker
import GatehouseConfiguration
import Logging
import MailDelivery
import Secrets
import ServerPlugin

/// Broker's authentication as the server asks for it: which reason it was stays inside.
struct BrokerAuthenticator: Authenticator {
    let broker: Broker

    func authenticate(_ presented: PresentedCredentials) async throws(APIError) -> Caller {
        do throws(CredentialRefusal) {
            let purpose: Broker.Purpose = presented.purpose == .provisioning ? .provisioning : .api
            // A token decides where there is one: a client may show a certificate to every server it meets, and a browser
            // its cookies.
            if presented.authorization.isEmpty, purpose == .api, let session = session(presented) {
                return try authenticate(session, presented)
            }
            if presented.authorization.isEmpty, let certificate = presented.certificate, purpose == .api {
                return try broker.authenticate(certificate: certificate, from: presented.remoteAddress)
            }
            return try broker.authenticate(
                authorization: presented.authorization, from: presented.remoteAddress, for: purpose)
        } catch {
            throw error.isForgery ? APIError.sessionWithoutProof : .unauthenticated
        }
    }

    private func session(_ presented: PresentedCredentials) -> [UInt8]? {
        guard !presented.cookies.isEmpty else { return nil }
        return Cookies(presented.cookies)[broker.sessionCookieName].map { Array($0.utf8) }
    }

    /// A browser sends its cookie with whatever another site makes it send, so a change needs a proof that no other site
    /// can read.
    private func authenticate(
        _ session: [UInt8], _ presented: PresentedCredentials
    ) throws(CredentialRefusal) -> Caller {
        let caller = try broker.authenticate(session: session, from: presented.remoteAddress)
        guard !presented.isSafe else { return caller }
        guard presented.proofs.count == 1,
            broker.isCSRFToken(presented.proofs.first.map { Secret(utf8: $0) }, of: caller)
        else { throw .forged }
        return caller
    }
}

extension CredentialRefusal {
    fileprivate var isForgery: Bool { if case .forged = self { true } else { false } }
}

extension APIError {
    fileprivate static let sessionWithoutProof = APIError(
        .permissionDenied,
        "A change with a session needs its token in X-Gatehouse-CSRF: GET /api/web/custom/namespaces/system/session.")
}

/// E-mail of the broker, over SMTP. What fails is for the log: nobody waits for it.
struct BrokerMail: MailSender {
    private let mailer: SMTPMailer
    private let logger: Logger

    init(_ settings: MailSettings, time: TimeSource, logger: Logger) {
        self.logger = logger
        mailer = SMTPMailer(
            MailServer(
                url: settings.server, requiresTLS: !settings.isLoopback, from: settings.from,
                username: settings.username, password: settings.password, authorityFile: settings.authorityFile)
        ) { time.now().seconds }
    }

    func send(_ mail: Mail) async throws {
        do {
            try await mailer.send(to: mail.to, subject: mail.subject, text: mail.text)
        } catch {
            logger.error("mail not sent", metadata: ["error": "\(error)"])
            throw error
        }
    }
}
