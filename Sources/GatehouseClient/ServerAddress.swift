package import HTTPFetch

/// A server that the user of the command line named: scheme, host and port.
///
/// Plain http only to loopback: everywhere else a credential would travel readable (RFC 6750 §5.3). A private address
/// is fine, the user named it.
package struct ServerAddress: Hashable, Sendable, CustomStringConvertible {
    package let origin: Origin

    package init(_ text: String) throws(ClientFailure) {
        let trimmed = text.utf8.last == UInt8(ascii: "/") ? String(text.dropLast()) : text
        do throws(FetchFailure) {
            origin = try Origin(trimmed)
        } catch {
            throw .invalidServer("must be http://127.0.0.1:PORT or https://HOST, without a path")
        }
        guard Self.isSecure(origin) || Self.isLoopback(origin) else {
            throw .invalidServer("must begin with https:// unless it is a loopback address")
        }
    }

    package var description: String { origin.rawValue }

    /// A URL of this server. `target` begins with `/` and is escaped already.
    func url(_ target: String) throws(ClientFailure) -> FetchURL {
        do throws(FetchFailure) {
            let url = try FetchURL(origin.rawValue + target, allowing: [origin])
            // What follows the host must not have become a part of it.
            guard url.origin == origin else { throw FetchFailure.invalidURL(.authority) }
            return url
        } catch {
            throw .invalidServer("is an address that may not be called: \(FetchFailureText.describe(error))")
        }
    }

    private static func isSecure(_ origin: Origin) -> Bool { origin.rawValue.utf8.starts(with: "https://".utf8) }

    /// Asked of the one parser that will also connect: as https and without an exception it refuses loopback by name.
    private static func isLoopback(_ origin: Origin) -> Bool {
        do throws(FetchFailure) {
            _ = try FetchURL("https" + origin.rawValue.dropFirst("http".count))
            return false
        } catch {
            return error == .addressRefused(.loopback)
        }
    }
}
