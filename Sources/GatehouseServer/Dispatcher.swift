import AccessPolicy
import HTTPTypes
import Identifiers
import Logging
import NIOCore
import NIOHTTP1
import ServerPlugin

/// What happens to a request, without sockets: the screen that its head passes, and the way to its handler.
struct Dispatcher: Sendable {
    let table: RouteTable
    let hosts: HostPolicy
    let forwarded: ForwardedFields
    let limits: ServerLimits
    let access: AccessCheck
    let authenticator: any Authenticator
    let logger: Logger

    /// What the head alone decides.
    enum Decision: Sendable {
        case liveness
        case handle(Match)
        /// 204 with `Allow`.
        case options(allow: String)
        case refuse(Refusal, Route.ErrorFormat, template: String?)
    }

    struct Match: Sendable {
        let route: Route
        let target: RequestTarget
        let parameters: [Key: String]
        let method: HTTPRequest.Method
    }

    /// Target, then `Host` and `Origin`, then the route: a foreign page learns nothing of our paths.
    func screen(_ head: HTTPRequestHead) -> Decision {
        guard let method = HTTPRequest.Method(head.method.rawValue), method != .connect, hasPlainFraming(head) else {
            return .refuse(.badRequest, .api, template: nil)
        }
        guard head.uri.utf8.count <= limits.targetBytes else { return .refuse(.targetTooLong, .api, template: nil) }
        guard let target = try? RequestTarget(head.uri) else {
            return .refuse(hostRefusal(head.headers) ?? .badTarget, .api, template: nil)
        }
        let match = table.match(method, target.segments)
        let entry: RouteTable.Entry? =
            switch match {
            case .found(let entry, _): entry
            case .otherMethods(_, let entry): entry
            case .notFound: nil
            }
        let format = entry?.route.errors ?? table.errors(near: target.segments)
        let template = entry?.route.path.description
        let isForAnyOrigin = entry.map { $0.route.isPublicDocument || $0.route.takesForeignForms } ?? false
        if let refusal = hostRefusal(head.headers, skipOrigin: isForAnyOrigin) {
            return .refuse(refusal, format, template: template)
        }
        switch match {
        case .notFound:
            return .refuse(.notFound, format, template: nil)
        case .otherMethods(let allow, _):
            return method == .options
                ? .options(allow: allow) : .refuse(.methodNotAllowed(allow: allow), format, template: template)
        case .found(let entry, let parameters):
            if entry.isLiveness { return .liveness }
            return .handle(Match(route: entry.route, target: target, parameters: parameters, method: method))
        }
    }

    /// Of transfer codings only `chunked` itself, and not from HTTP/1.0, whose proxies pass it on unread: what else
    /// there is, somebody before us may read differently (RFC 9112 §6.1, §6.3, §11.2).
    private func hasPlainFraming(_ head: HTTPRequestHead) -> Bool {
        let codings = head.headers["transfer-encoding"]
        guard let coding = codings.first else { return true }
        return codings.count == 1 && head.version == .http1_1 && coding.lowercased().hasSameBytes(as: "chunked")
    }

    private func hostRefusal(_ headers: HTTPHeaders, skipOrigin: Bool = false) -> Refusal? {
        do {
            try hosts.check(headers, skipOrigin: skipOrigin)
            return nil
        } catch {
            return Refusal(error)
        }
    }

    /// Who asks, whether they may, and then the handler. Never throws: every failure has an answer. `identified` is called
    /// at most once, before the access is checked.
    func answer(
        _ match: Match, headers: HTTPHeaders, body: [UInt8], peer: Peer, requestID: String,
        identified: (Caller) -> Void
    ) async -> Response {
        let format = match.route.errors
        do {
            let remote = forwarded.remoteAddress(peer, headers)
            var caller: Caller?
            if case .open = match.route.access {
            } else {
                let presented = PresentedCredentials(
                    authorization: headers["authorization"], certificate: try forwarded.certificate(peer, headers),
                    cookies: headers["cookie"], proofs: headers["x-gatehouse-csrf"], isSafe: match.method.isSafe,
                    remoteAddress: remote, purpose: match.route.access.purpose)
                if !presented.isEmpty {
                    let known = try await authenticator.authenticate(presented)
                    identified(known)
                    caller = known
                }
            }
            try access.check(match.route.access, caller: caller, parameters: match.parameters)
            let request = Request(
                method: match.method, path: match.target.path, query: match.target.query,
                makingHeaders: { HTTPFields(headers) }, body: body,
                parameters: match.parameters, caller: caller, id: requestID, remoteAddress: remote)
            return try await match.route.handler(request)
        } catch let error as APIError {
            return Refusal(error).response(format)
        } catch is ForwardedFields.Refusal {
            let refusal = Refusal(
                status: .badRequest, code: 3, message: "The proxy's client certificate field holds no certificate.")
            return refusal.response(format)
        } catch is CancellationError where Task.isCancelled {
            // Nobody waits for it any more.
            return Refusal.handlerTimeout.response(format)
        } catch {
            logger.error(
                "request failed",
                metadata: [
                    "request_id": "\(requestID)", "route": "\(match.route.path.description)",
                    "method": "\(match.method.rawValue)", "error": "\(error)", "error_type": "\(type(of: error))",
                ])
            return Refusal.internalError(requestID: requestID).response(format)
        }
    }
}

extension HTTPRequest.Method {
    /// RFC 9110 §9.2.1
    fileprivate var isSafe: Bool { self == .get || self == .head || self == .options }
}

extension Refusal {
    init(_ refusal: HostPolicy.Refusal) {
        switch refusal {
        case .noHost: self = .noHost
        case .foreignHost: self = .foreignHost
        case .foreignOrigin: self = .foreignOrigin
        }
    }
}

extension HTTPFields {
    /// The fields of an HTTP/1.1 head. The parser has checked names and values; what it let through is made harmless here.
    init(_ headers: HTTPHeaders) {
        self.init()
        reserveCapacity(headers.count)
        for (name, value) in headers {
            guard let name = HTTPField.Name(name) else { continue }
            append(HTTPField(name: name, value: value))
        }
    }
}
