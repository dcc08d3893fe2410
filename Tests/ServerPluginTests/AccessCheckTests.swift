import AccessPolicy
import HTTPTypes
import Identifiers
import ServerPlugin
import Testing

private struct Known: NamespaceDirectory {
    func exists(_ namespace: NamespaceName) -> Bool {
        ["system", "shared", "default", "payments"].contains(namespace.rawValue)
    }
}

/// What somebody holds, e.g. `payments=developer`; `-` is nobody at all, `@payments` is confined to that namespace.
private func caller(_ text: String) throws -> Caller? {
    if text == "-" { return nil }
    var access = NamespaceAccess.none
    var confinement: NamespaceName?
    for entry in text.split(separator: " ") {
        if entry.hasPrefix("@") {
            confinement = try NamespaceName(entry.dropFirst())
            continue
        }
        let parts = entry.split(separator: "=")
        access.add([try RoleName(parts[1])], in: try NamespacePattern(parts[0]))
    }
    return Caller(
        principal: Principal(id: try PrincipalID("usr_a1"), kind: .user, name: "a@example.com", origin: nil),
        access: access,
        mechanism: .apiToken, credentialID: "cred_1", expiresAt: 0, confinement: confinement)
}

private func result(_ access: Access, _ holder: String, _ namespace: String) throws -> Int {
    let check = AccessCheck(roles: { .builtIn }, namespaces: Known())
    let caller = try caller(holder)
    do throws(APIError) {
        try check.check(access, caller: caller, parameters: [Key("namespace"): namespace])
        return 200
    } catch {
        return error.code.status.code
    }
}

private let member = Access.member(of: .path("namespace"))
private let list = Access.permission(.credentials, .list, in: .path("namespace"))
private let create = Access.permission(.credentials, .create, in: .path("namespace"))
private let deleteNamespace = Access.permission(.namespaces, .delete, in: .path("namespace"))
private let own = Access.member(of: .fixed(.system))
private let tenant = Access.permission(.providers, .create, in: .fixed(.system))

@Test(
    arguments: [
        // access, who holds what, namespace in the path, status
        ("open", .open, "-", "payments", 200),
        ("authenticated", .authenticated, "-", "payments", 401),
        ("authenticated", .authenticated, "", "payments", 200),
        ("member", member, "-", "payments", 401),
        ("member: unknown namespaces are not told from anonymous", member, "-", "missing", 401),
        ("member", member, "payments=monitor", "payments", 200),
        ("member by *", member, "*=monitor", "payments", 200),
        ("member elsewhere", member, "default=admin", "payments", 404),
        ("member of what is not", member, "*=admin", "missing", 404),
        ("member of no name", member, "*=admin", "Not A Name", 404),
        ("member: everybody's own are in system", member, "", "system", 200),
        ("member: * is not shared", member, "*=admin", "shared", 404),
        ("list", list, "-", "payments", 401),
        // Who holds which credential is for administrators; everything else a monitor reads.
        ("list credentials by monitor", list, "payments=monitor", "payments", 403),
        (
            "list namespaces by monitor", .permission(.namespaces, .list, in: .path("namespace")), "payments=monitor",
            "payments", 200
        ),
        ("list by developer", list, "payments=developer", "payments", 403),
        ("list by nobody", list, "", "payments", 404),
        ("list elsewhere", list, "default=admin", "payments", 404),
        ("list by * in system", list, "*=admin", "system", 403),
        ("list in system", list, "system=user-admin", "system", 200),
        ("list in what is not", list, "*=admin", "missing", 404),
        ("create by monitor", create, "payments=monitor", "payments", 403),
        ("create by user-admin", create, "payments=user-admin", "payments", 200),
        ("create by the original API's name", create, "payments=ves-io-uam-admin-role", "payments", 200),
        ("create by an unknown role", create, "payments=made-up", "payments", 403),
        ("delete by power-developer", deleteNamespace, "payments=power-developer", "payments", 403),
        ("own", own, "-", "payments", 401),
        ("own", own, "", "payments", 200),
        ("own, confined", own, "@payments payments=admin", "payments", 403),
        ("own, confined, whatever it holds", own, "@payments system=admin", "payments", 403),
        ("member: confined, in system", member, "@payments payments=admin", "system", 403),
        ("member: confined, at home", member, "@payments payments=admin", "payments", 200),
        ("member: confined, elsewhere", member, "@payments payments=admin", "default", 404),
        ("authenticated, confined", .authenticated, "@payments payments=admin", "payments", 200),
        ("list by confined, at home", list, "@payments payments=user-admin", "payments", 200),
        ("list by confined, in system", list, "@payments payments=admin", "system", 403),
        ("provisioning", .provisioning, "-", "payments", 401),
        ("provisioning", .provisioning, "", "payments", 200),
        ("fixed", tenant, "-", "payments", 401),
        ("fixed: the path does not count", tenant, "payments=admin", "payments", 403),
        ("fixed: * is not system", tenant, "*=admin", "payments", 403),
        ("fixed", tenant, "system=admin", "payments", 200),
        ("fixed by user-admin", tenant, "system=user-admin", "payments", 403),
    ] as [(String, Access, String, String, Int)])
func accessCheck(rule: String, access: Access, holder: String, namespace: String, expected: Int) throws {
    #expect(try result(access, holder, namespace) == expected)
}

@Test func confinementIsNamed() throws {
    let check = AccessCheck(roles: { .builtIn }, namespaces: Known())
    #expect(throws: APIError.confined) {
        try check.check(own, caller: try caller("@payments payments=admin"), parameters: [:])
    }
}

@Test func onlyProvisioningIsForProvisioning() {
    #expect(Access.provisioning.purpose == .provisioning)
    for access in [Access.open, .authenticated, own, member, list, tenant] { #expect(access.purpose == .api) }
}

@Test func aRouteWithoutTheParameterIsNobodys() throws {
    let check = AccessCheck(roles: { .builtIn }, namespaces: Known())
    #expect(throws: APIError.namespaceNotFound) {
        try check.check(member, caller: try caller("*=admin"), parameters: [:])
    }
}

@Test(
    arguments: zip(
        APIError.Code.allCases,
        [500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 500, 503, 401]))
func statusOfEveryCode(code: APIError.Code, status: Int) {
    #expect(code.status.code == status)
}

@Test func errorsHaveTheOriginalShape() {
    let response = APIError(.unavailable, "Say \"when\".", retryAfter: 3).response
    #expect(String(decoding: response.body, as: UTF8.self) == #"{"code":14,"details":[],"message":"Say \"when\"."}"#)
    #expect(response.headers[.retryAfter] == "3")
    #expect(APIError.unauthenticated.response.headers[.wwwAuthenticate] == "Bearer")
}

@Test func templates() {
    let template: PathTemplate = "/api/web/namespaces/{namespace}/api_credentials/{name}"
    #expect(
        template.segments == [
            .literal(Key("api")), .literal(Key("web")), .literal(Key("namespaces")), .parameter(Key("namespace")),
            .literal(Key("api_credentials")), .parameter(Key("name")),
        ])
    #expect(PathTemplate("/").segments.isEmpty)
}

@Test func requestsGiveWhatTheRouteDeclares() throws {
    let request = Request(
        method: .get, path: "/", parameters: [Key("namespace"): "UPPER", Key("name"): "x"], id: "1",
        remoteAddress: "::1")
    #expect(try request.parameter("name") == "x")
    #expect(throws: APIError.namespaceNotFound) { try request.namespace() }
    #expect(throws: APIError.unauthenticated) { try request.authenticated() }
    #expect(throws: APIError(.internalError, "the route has no parameter 'other'")) { try request.parameter("other") }
}
