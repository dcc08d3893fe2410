import AccessPolicy
import Broker
import Foundation
import GatehouseTesting
import HTTPTypes
import OpenSSLCrypto
import StrictJSON
import Testing

/// Certificates and kubeconfigs: made, used over mTLS, on hold, revoked, on the list.
@Suite struct CertificateTests {
    static func certificate(inKubeconfig data: String) throws -> Certificate {
        let text = String(decoding: try #require(Data(base64Encoded: data)), as: UTF8.self)
        let line = try #require(text.split(separator: "\n").first { $0.contains("client-certificate-data:") })
        let encoded = line.split(separator: " ").last.map(String.init) ?? ""
        return try Certificate(pem: String(decoding: try #require(Data(base64Encoded: encoded)), as: UTF8.self))
    }

    private static let cases: [(body: String, family: String, type: String)] = [
        (
            #"{"name":"c","spec":{"type":"KUBE_CONFIG","virtual_k8s_name":"dev","virtual_k8s_namespace":"payments"}}"#,
            "api_credentials", "KUBE_CONFIG"
        ),
        (
            #"{"name":"c","vk8s_kubeconfig":{"vk8s_cluster_name":"dev","vk8s_namespace":"payments"}}"#,
            "service_credentials", "SERVICE_KUBE_CONFIG"
        ),
        (#"{"name":"c","site_kubeconfig":{"site":"hq"}}"#, "service_credentials", "SITE_GLOBAL_KUBE_CONFIG"),
        (
            #"{"name":"c","type":"SERVICE_SITE_GLOBAL_KUBE_CONFIG","site_kubeconfig":{"site":"hq"}}"#,
            "service_credentials", "SERVICE_SITE_GLOBAL_KUBE_CONFIG"
        ),
    ]

    @Test(arguments: cases.indices)
    func aKubeconfigsCertificateIsACredential(_ index: Int) async throws {
        let (body, family, type) = Self.cases[index]
        let api = try await API.make()
        let created = try await api.post(API.system + family, body)
        #expect(created.status == 200, "\(created.body)")
        let certificate = try Self.certificate(inKubeconfig: created.data)
        let listed = try #require(
            try await api.get(API.system + family).items.first { $0["name"]?.stringValue == created.name })
        #expect(listed["type"]?.stringValue == type)
        #expect(certificate.organizations == ["gatehouse"])
        #expect(
            RFC3339.text(Timestamp(seconds: certificate.notAfter)) == created.body["expiration_timestamp"]?.stringValue)
        let with = API.With.certificate(certificate.der)
        #expect(try await api.get("/api/web/namespaces", with: with).status == 200)
        let caller = try api.world.broker.authenticate(certificate: certificate.der, from: "127.0.0.1")
        #expect(caller.mechanism == .certificate && certificate.commonName == caller.principal.id.rawValue)
        // On hold while inactive, and back.
        let serial = try #require(CertificateSerial(hex: certificate.serial)).hex
        /// Whether the list names this certificate.
        func isListed() async throws -> Bool {
            let list = try #require(try await api.world.broker.revocationList())
            return Self.hexadecimal(list.der).contains(serial)
        }
        #expect(try await !isListed())
        let flip = #"{"name":"\#(created.name)"}"#
        _ = try await api.post(API.system + "activate/" + family, flip)
        #expect(try await api.get("/api/web/namespaces", with: with).status == 401)
        api.world.clock.advance(seconds: 1)
        #expect(try await isListed(), "on hold")
        _ = try await api.post(API.system + "activate/" + family, flip)
        #expect(try await api.get("/api/web/namespaces", with: with).status == 200)
        api.world.clock.advance(seconds: 1)
        #expect(try await !isListed())
        #expect(try await api.post(API.system + "renew/" + family, flip).code == 9, "certificates are not renewed")
        #expect(try await api.post(API.system + "rotate/" + family, flip).code == 9)
        _ = try await api.post(API.system + "revoke/" + family, flip)
        #expect(try await api.get("/api/web/namespaces", with: with).status == 401)
        api.world.clock.advance(seconds: 1)
        #expect(try await isListed(), "until it would have expired")
        api.world.clock.advance(seconds: 11 * 86_400)
        try await api.world.broker.cleanUp()
        #expect(try await !isListed())
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String { Hexadecimal.text(bytes) }

    @Test func aBundleOpensWithItsPassword() async throws {
        let api = try await API.make()
        let created = try await api.post(
            API.system + "api_credentials",
            #"{"name":"c","expiration_days":2,"spec":{"type":"API_CERTIFICATE","password":"pässword"}}"#)
        #expect(created.status == 200, "\(created.body)")
        let bundle = try #require(Data(base64Encoded: created.data))
        #expect(!String(decoding: bundle, as: UTF8.self).contains("pässword"))
        let got = try await api.get(API.system + "api_credentials/" + created.name)
        let serial = try #require(got.body["object"]?["spec"]?["gc_spec"]?["certificate_serial_num"]?.stringValue)
        #expect((1...32).contains(serial.utf8.count))
        #expect(!got.body.encodedText().contains(created.data), "shown once")
        // The intent came first, with the serial (security rule 15).
        let actions = try await api.world.audit().suffix(2).map { $0["action"]?.stringValue }
        #expect(actions == ["certificate.intend", "credential.create"])
    }

    @Test(arguments: [
        (#"{"name":"c","spec":{}}"#, "password"), (#"{"name":"c","spec":{"password":""}}"#, "password"),
        (#"{"name":"c","spec":{"password":"12345"}}"#, "password"),
        (#"{"name":"c","spec":{"password":"123456789012345678901234567890123456789012345678901"}}"#, "password"),
        (#"{"name":"c","spec":{"password":"äääääääääääääääääääääääääää"}}"#, "password"),
        (#"{"name":"c","spec":{"password":"abc\u0000def"}}"#, "password"),
        (#"{"name":"c","spec":{"password":123456}}"#, "password"),
        (#"{"name":"c","spec":{"type":"KUBE_CONFIG"}}"#, "virtual_k8s_name"),
        (#"{"name":"c","spec":{"type":"KUBE_CONFIG","virtual_k8s_name":"dev"}}"#, "virtual_k8s_name"),
        (
            #"{"name":"c","spec":{"type":"KUBE_CONFIG","virtual_k8s_name":"1dev","virtual_k8s_namespace":"a"}}"#,
            "virtual_k8s_name"
        ),
        (
            #"{"name":"c","spec":{"type":"KUBE_CONFIG","virtual_k8s_name":"dev","virtual_k8s_namespace":"a/b"}}"#,
            "virtual_k8s_namespace"
        ),
        (#"{"name":"c","spec":{"type":"SERVICE_API_TOKEN"}}"#, "type"),
        (#"{"name":"c","spec":{"type":"SCIM_API_TOKEN"}}"#, "type"),
        (#"{"name":"c","expiration_days":91,"spec":{"password":"123456"}}"#, "expiration_days"),
    ])
    func refusesAndWritesNothing(_ body: String, _ word: String) async throws {
        let api = try await API.make()
        let events = try await api.world.audit().count
        let answer = try await api.post(API.system + "api_credentials", body)
        #expect(answer.code == 3 && answer.message.contains(word), "\(answer.body)")
        #expect(try await api.world.audit().count == events)
    }

    @Test func aCertificateOfSomebodyElseIsNoCredential() async throws {
        let (one, other) = (try await API.make(), try await API.make())
        let created = try await other.post(API.system + "api_credentials", Self.cases[0].body)
        let certificate = try Self.certificate(inKubeconfig: created.data)
        #expect(throws: CredentialRefusal.self) {
            try one.world.broker.authenticate(certificate: certificate.der, from: "127.0.0.1")
        }
        #expect(throws: CredentialRefusal.certificate(.malformed)) {
            try one.world.broker.authenticate(certificate: [1, 2], from: "127.0.0.1")
        }
    }

    @Test func theCertificatesOfADisabledUserAreOnHold() async throws {
        let api = try await API.make()
        let created = try await api.post(API.system + "service_credentials", Self.cases[1].body)
        let certificate = try Self.certificate(inKubeconfig: created.data)
        let before = try #require(try await api.world.broker.revocationList())
        #expect(!Self.hexadecimal(before.der).contains(certificate.serial))
        let owner = try api.world.broker.authenticate(certificate: certificate.der, from: "127.0.0.1").principal
        let disabled = PrincipalRecord(
            principal: owner, isEnabled: false, bindings: .none, createdAt: api.world.clock.now, revision: 2)
        try await api.world.store.commit(StoreTransaction(changes: [.updatePrincipal(disabled)], events: []))
        api.world.clock.advance(seconds: 1)
        let after = try #require(try await api.world.broker.revocationList())
        #expect(Self.hexadecimal(after.der).contains(certificate.serial))
        #expect(throws: CredentialRefusal.ownerDisabled) {
            try api.world.broker.authenticate(certificate: certificate.der, from: "127.0.0.1")
        }
    }

    @Test func aStoreThatFailsLeavesNoCertificateBehind() async throws {
        let api = try await API.make()
        api.world.store.failCommits = .unavailable("disk full")
        let answer = try await api.post(API.system + "api_credentials", Self.cases[0].body)
        #expect(answer.status == 503)
        api.world.store.failCommits = nil
        #expect(try await api.get(API.system + "api_credentials").items.count == 1)
    }

    @Test func theAuthoritysDocumentsArePublic() async throws {
        let api = try await API.make()
        for (path, type) in [
            ("/pki/ca.pem", "application/x-pem-file"), ("/pki/ca.crl", "application/pkix-crl"),
            ("/pki/ca.crl.pem", "application/x-pem-file"),
        ] {
            let answer = try await api.get(path, with: .nothing)
            #expect(answer.status == 200 && answer.headers[.contentType] == type)
        }
        #expect(API(try await TestWorld()).world.broker.authorityCertificate == nil)
        #expect(try await API(try await TestWorld()).get("/pki/ca.pem").code == 5)
    }
}
