package import Secrets

/// Where e-mail is given to, and as whom.
package struct MailServer: Sendable {
    /// `smtps://host[:port]` or `smtp://host[:port]`.
    package let url: String
    /// Whether the connection must be encrypted before anything is said: only a server on this machine may do without.
    package let requiresTLS: Bool
    /// An address, without a name.
    package let from: String
    package let username: String?
    package let password: Secret?
    /// A file of certificates in PEM instead of the system's.
    package let authorityFile: String?

    package init(
        url: String, requiresTLS: Bool, from: String, username: String? = nil, password: Secret? = nil,
        authorityFile: String? = nil
    ) {
        self.url = url
        self.requiresTLS = requiresTLS
        self.from = from
        self.username = username
        self.password = password
        self.authorityFile = authorityFile
    }
}

package enum MailFailure: Error, Hashable, Sendable {
    /// An address or a subject that would not stay in its line of the message.
    case notSendable
    /// As many mails wait as may.
    case busy
    /// libcurl's words; never what was to be sent.
    case notDelivered(String)
}
