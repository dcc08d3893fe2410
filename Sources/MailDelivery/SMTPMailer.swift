internal import CCurl
internal import Dispatch
internal import Glibc
import Secrets
internal import Synchronization

/// Gives e-mail to a server (RFC 5321), one after the other on a thread of its own: libcurl waits.
package final class SMTPMailer: Sendable {
    private let server: MailServer
    private let now: @Sendable () -> Int64
    private let queue = DispatchQueue(label: "gatehouse.mail")
    private let waiting = Mutex(0)
    /// Mails that may wait at a time.
    private static let capacity = 100

    /// `now`: seconds since 1970, for the message's date.
    package init(_ server: MailServer, now: @escaping @Sendable () -> Int64) {
        self.server = server
        self.now = now
        curl_global_init(Int(CURL_GLOBAL_DEFAULT))
    }

    /// Returns when the server has taken it.
    package func send(to: String, subject: String, text: String) async throws(MailFailure) {
        let isBusy = waiting.withLock { waiting in
            if waiting >= Self.capacity { return true }
            waiting += 1
            return false
        }
        guard !isBusy else { throw .busy }
        defer { waiting.withLock { $0 -= 1 } }
        let message = try MailMessage(
            from: server.from, to: to, subject: subject, text: text, date: Self.date(now()), id: id()
        ).encoded()
        let failure: MailFailure? = await withCheckedContinuation { continuation in
            queue.async { [server] in continuation.resume(returning: Self.deliver(message, to: to, server)) }
        }
        if let failure { throw failure }
    }

    private func id() -> String {
        let domain = server.from.split(separator: "@").last.map(String.init) ?? "localhost"
        let random = (0..<4).map { _ in String(UInt32.random(in: 0...UInt32.max), radix: 36) }.joined()
        return "\(random)@\(domain)"
    }

    private static func date(_ seconds: Int64) -> String {
        var time = time_t(seconds)
        var parts = unsafe tm()
        unsafe gmtime_r(&time, &parts)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let (weekday, day, month) = unsafe (days[Int(parts.tm_wday)], parts.tm_mday, months[Int(parts.tm_mon)])
        let clock = unsafe [parts.tm_hour, parts.tm_min, parts.tm_sec].map(two).joined(separator: ":")
        let year = unsafe 1900 + parts.tm_year
        return "\(weekday), \(day) \(month) \(year) \(clock) +0000"
    }

    private static func deliver(_ message: [UInt8], to: String, _ server: MailServer) -> MailFailure? {
        guard let curl = unsafe curl_easy_init() else { return .notDelivered("no memory") }
        defer { unsafe curl_easy_cleanup(curl) }
        guard let recipients = unsafe curl_slist_append(nil, "<\(to)>") else { return .notDelivered("no memory") }
        defer { unsafe curl_slist_free_all(recipients) }
        var code = CURLE_OK
        func set(_ next: CURLcode) { if code == CURLE_OK { code = next } }
        let texts: [(CURLoption, String)] = [
            (CURLOPT_URL, server.url), (CURLOPT_PROTOCOLS_STR, "smtp,smtps"), (CURLOPT_PROXY, ""),
            (CURLOPT_NOPROXY, "*"), (CURLOPT_MAIL_FROM, "<\(server.from)>"),
        ]
        for (option, value) in texts { set(unsafe gatehouse_curl_set_string(curl, option, value)) }
        let numbers: [(CURLoption, Int)] = [
            (CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue)), (CURLOPT_NOSIGNAL, 1),
            (CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2), (CURLOPT_SSL_VERIFYPEER, 1), (CURLOPT_SSL_VERIFYHOST, 2),
            (CURLOPT_USE_SSL, Int((server.requiresTLS ? CURLUSESSL_ALL : CURLUSESSL_TRY).rawValue)),
            (CURLOPT_CONNECTTIMEOUT_MS, 5000), (CURLOPT_TIMEOUT_MS, 20_000),
        ]
        for (option, value) in numbers { set(unsafe gatehouse_curl_set_long(curl, option, value)) }
        set(unsafe gatehouse_curl_set_list(curl, CURLOPT_MAIL_RCPT, recipients))
        if let username = server.username {
            set(unsafe gatehouse_curl_set_string(curl, CURLOPT_USERNAME, username))
            set(unsafe gatehouse_curl_set_string(curl, CURLOPT_PASSWORD, server.password?.revealText() ?? ""))
        }
        if let file = server.authorityFile { set(unsafe gatehouse_curl_set_string(curl, CURLOPT_CAINFO, file)) }
        guard code == CURLE_OK else { return .notDelivered(words(code)) }
        var message = message
        return unsafe message.withUnsafeMutableBytes { bytes -> MailFailure? in
            guard let input = unsafe gatehouse_curl_set_input(curl, bytes.baseAddress, bytes.count) else {
                return .notDelivered("no memory")
            }
            defer { unsafe fclose(input) }
            let outcome = unsafe curl_easy_perform(curl)
            return outcome == CURLE_OK ? nil : .notDelivered(words(outcome))
        }
    }

    private static func words(_ code: CURLcode) -> String { unsafe String(cString: curl_easy_strerror(code)) }
}
