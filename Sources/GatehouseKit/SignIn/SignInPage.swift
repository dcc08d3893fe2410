/// What the browser shows at the end of a sign-in. Nothing from outside is in it: the terminal says what went wrong.
enum SignInPage {
    case signedIn
    case failed
    case notFound

    var response: [UInt8] {
        let body =
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"color-scheme\" content=\"light dark\">"
            + "<title>\(title)</title><h1>\(title)</h1><p>\(text)</p></html>\n"
        let head = [
            "HTTP/1.1 \(status)", "Content-Type: text/html; charset=utf-8", "Content-Length: \(body.utf8.count)",
            "Connection: close", "Cache-Control: no-store", "Referrer-Policy: no-referrer",
            "X-Content-Type-Options: nosniff", "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'",
        ]
        return Array((head.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
    }

    private var status: String {
        switch self {
        case .signedIn: "200 OK"
        case .failed: "400 Bad Request"
        case .notFound: "404 Not Found"
        }
    }

    private var title: String {
        switch self {
        case .signedIn: "You are signed in"
        case .failed: "You are not signed in"
        case .notFound: "Nothing here"
        }
    }

    private var text: String {
        switch self {
        case .signedIn: "The command line has what it needs. You can close this tab."
        case .failed:
            "The terminal says why. Close this tab, and run <code>gatehouse login</code> there to try again."
        case .notFound: "This address is for the end of a sign-in of <code>gatehouse login</code> only."
        }
    }
}
