/// Sends e-mail for the broker. What it says is text; who reads it is one address.
package protocol MailSender: Sendable {
    func send(_ mail: Mail) async throws
}

package struct Mail: Hashable, Sendable {
    package let to: String
    package let subject: String
    package let text: String

    package init(to: String, subject: String, text: String) {
        self.to = to
        self.subject = subject
        self.text = text
    }
}
