import AccessPolicy
import Broker
import GatehouseConfiguration
import Logging
import MailDelivery
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
