import AccessPolicy
package import Broker
import HTTPTypes
import Identifiers
import OAuth
import PageServing
import Pages
import Secrets
package import ServerPlugin

/// Forward authentication: a proxy asks of each request whether it may pass, and who makes it (nginx `auth_request`, Caddy
/// `forward_auth`, Traefik, Envoy). Decided from memory.
package struct GatewayPlugin: Sendable {
    private let broker: Broker

    package init(broker: Broker) { self.broker = broker }

    package var plugin: Plugin {
        Plugin(
            name: "gateway",
            routes: [Route(.get, "/gateway/check", access: .open, isDescribed: false, handler: check)])
    }

    private func check(_ request: Request) async throws -> Response {
        let headers = request.headers
        let requirement: Requirement
        do throws(InvalidValue) { requirement = try Requirement(request) } catch {
            throw APIError(.invalidArgument, "The gateway's requirement cannot be read: \(error).")
        }
        guard let caller = caller(request, headers) else { return unauthenticated(request, headers) }
        if let missing = requirement.missing(of: caller) { return forbidden(missing, request) }
        return Response(status: .ok, headers: GatewayIdentity.fields(of: caller, in: requirement.namespaces))
    }

    /// By token, or by the session of a browser: with the same refusals as everywhere.
    private func caller(_ request: Request, _ headers: HTTPFields) -> Caller? {
        let authorization = headers[values: .authorization]
        let caller: Caller?
        if authorization.isEmpty {
            caller = Cookies(headers[values: .cookie])[broker.sessionCookieName].flatMap { token in
                try? broker.authenticate(session: Array(token.utf8), from: request.remoteAddress)
            }
        } else {
            caller = try? broker.authenticate(authorization: authorization, from: request.remoteAddress)
        }
        return caller.flatMap { $0.withheld.everywhere == nil ? $0 : nil }
    }

    /// Where a browser signs in and then comes back. The proxy sends it there, as nobody but a person can do that.
    private func unauthenticated(_ request: Request, _ headers: HTTPFields) -> Response {
        let target = Self.original(headers).flatMap { try? LocalTarget($0) }
        let url = (broker.settings.publicURL + "/sign-in").addingQuery(
            target.map { [("return_to", $0.rawValue)] } ?? [])
        let page = MessagePage(
            organisation: broker.settings.tenant, title: "Sign in first",
            paragraphs: ["This page is only for people who are signed in."], action: Link("Sign in", href: url))
        var response = Response.page(page.page, status: .unauthorized)
        response.headers[.wwwAuthenticate] = "Bearer"
        response.headers[GatewayIdentity.signIn] = url
        return response
    }

    /// What the browser asked for, as the different proxies say it.
    private static func original(_ headers: HTTPFields) -> String? {
        for name in ["X-Original-URI", "X-Forwarded-Uri"] {
            if let field = HTTPField.Name(name), let value = headers[field] { return value }
        }
        guard let field = HTTPField.Name("X-Original-URL"), let url = headers[field],
            url.utf8.starts(with: "https://".utf8) || url.utf8.starts(with: "http://".utf8)
        else { return nil }
        let parts = url.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 3, omittingEmptySubsequences: false)
        return parts.count == 4 ? "/" + String(Substring(parts[3])) : nil
    }

    private func forbidden(_ missing: String, _ request: Request) -> Response {
        let page = ErrorPage(
            organisation: broker.settings.tenant, title: "You may not open this page", happened: missing,
            next: "Ask an administrator for that role, or sign in as somebody who has it.", requestID: request.id,
            action: Link("Use another account", href: broker.settings.publicURL + "/sign-in?choose=1"))
        return .page(page.page, status: .forbidden)
    }
}

/// Who passes, in fields that the proxy copies onto the request. It must first remove what the client sent under these
/// names, in every spelling (`docs/how-to/nginx.md`).
enum GatewayIdentity {
    static let signIn: HTTPField.Name = field("Sign-In")
    private static let user = field("User")
    private static let email = field("Email")
    private static let kind = field("Kind")
    private static let roles = field("Roles")
    private static let namespaces = field("Namespaces")

    private static func field(_ name: String) -> HTTPField.Name {
        HTTPField.Name("X-Gatehouse-" + name) ?? .wwwAuthenticate  // never: the names are constants
    }

    static func fields(of caller: Caller, in required: [NamespaceName]) -> HTTPFields {
        let principal = caller.principal
        var fields: HTTPFields = [.cacheControl: "no-store"]
        fields[user] = principal.id.rawValue
        fields[kind] = principal.kind.rawValue
        if principal.kind == .user { fields[email] = ascii(principal.name) }
        let held = required.reduce(into: Set<RoleName>()) { $0.formUnion(caller.access.roles(in: $1)) }
        fields[roles] = held.sorted().map(\.rawValue).joined(separator: ",")
        fields[namespaces] = caller.access.entries.sorted { $0.key < $1.key }
            .map { pattern, roles in pattern.text + "=" + roles.sorted().map(\.rawValue).joined(separator: ",") }
            .joined(separator: " ")
        return fields
    }

    /// A field holds ASCII; everything else, and `%` itself, is percent-encoded.
    private static func ascii(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if (0x21...0x7E).contains(byte), byte != UInt8(ascii: "%") {
                bytes.append(byte)
            } else {
                bytes += Array("%".utf8) + [hex(byte >> 4), hex(byte & 15)]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func hex(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10
    }
}
