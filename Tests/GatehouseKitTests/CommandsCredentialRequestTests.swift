import ArgumentParser
import Broker
@testable import GatehouseClient
import HTTPFetch
import Secrets
import StrictJSON
import Testing

@testable import GatehouseKit

@Suite struct CommandsCredentialRequestTests {
    private func words(_ line: String) -> [String] { line.split(separator: " ").map(String.init) }

    private func shown(_ request: ClientRequest) -> String {
        let body = String(decoding: request.encodedBody, as: UTF8.self)
        return "\(request.method.rawValue) \(request.target)" + (body.isEmpty ? "" : " " + body)
    }

    @Test(
        arguments: [
            ("b", "api_credentials", #"{"name":"b","namespace":"system","spec":{"type":"API_TOKEN"}}"#),
            (
                "b --days 3 -n pay", "api_credentials",
                #"{"name":"b","namespace":"pay","expiration_days":3,"spec":{"type":"API_TOKEN"}}"#
            ),
            (
                "b --type cert --out c", "api_credentials",
                #"{"name":"b","namespace":"system","spec":{"type":"API_CERTIFICATE","password":"pass w\""}}"#
            ),
            (
                "b --type kubeconfig --cluster c --cluster-namespace n --out k", "api_credentials",
                #"{"name":"b","namespace":"system","spec":{"type":"KUBE_CONFIG","virtual_k8s_name":"c","virtual_k8s_namespace":"n"}}"#
            ),
            (
                "b --service --role a:x --role a:y --role *:z --group g --expires 2w", "service_credentials",
                #"{"name":"b","namespace":"system","expiration_days":14,"type":"SERVICE_API_TOKEN","namespace_roles":[{"namespace":"a","role":"x"},{"namespace":"a","role":"y"},{"namespace":"*","role":"z"}],"user_group_names":["g"],"api_token":{}}"#
            ),
            (
                "b --service --type cert --out c", "service_credentials",
                #"{"name":"b","namespace":"system","type":"SERVICE_API_CERTIFICATE","api_certificate":{"password":"pass w\""}}"#
            ),
            (
                "b --service --type SERVICE_KUBE_CONFIG --cluster c --cluster-namespace n --out k",
                "service_credentials",
                #"{"name":"b","namespace":"system","type":"SERVICE_KUBE_CONFIG","vk8s_kubeconfig":{"vk8s_cluster_name":"c","vk8s_namespace":"n"}}"#
            ),
            (
                "b --service --type SITE_GLOBAL_KUBE_CONFIG --site s --out k", "service_credentials",
                #"{"name":"b","namespace":"system","type":"SITE_GLOBAL_KUBE_CONFIG","site_kubeconfig":{"site":"s"}}"#
            ),
        ])
    func create(_ line: String, _ family: String, _ body: String) throws {
        let command = try CredentialCreateCommand.parse(words(line))
        let isCertificate = SecretForm(try command.type.type(in: command.place.family)) == .certificate
        let password = isCertificate ? (PasswordSource.terminal, Secret(utf8: "pass w\"")) : nil
        let request = try command.request(password: password)
        #expect(shown(request) == "POST /api/web/namespaces/\(command.place.namespace)/\(family) \(body)")
    }

    @Test func theKeyOfARepeatedCall() throws {
        let line = ["b", "--idempotency-key", "k1"]
        #expect(
            try CredentialCreateCommand.parse(line).request(password: nil).idempotencyKey == IdempotencyKey("k1"))
        #expect(try CredentialRotateCommand.parse(line).request().idempotencyKey == IdempotencyKey("k1"))
        #expect(
            try SCIMTokenCreateCommand.parse(Array(line.dropFirst())).request().idempotencyKey == IdempotencyKey("k1"))
        #expect(try CredentialRotateCommand.parse(["b"]).request().idempotencyKey == nil)
    }

    @Test func thePasswordIsNotInTheCurlCommand() throws {
        let command = try CredentialCreateCommand.parse(words("b --type cert --out c"))
        let request = try command.request(password: (.terminal, Secret(utf8: "hidden")))
        let curl = CurlCommand(request, server: try ServerAddress("http://127.0.0.1:8080"), sendsCredential: true)
        #expect(!curl.description.contains("hidden"))
        #expect(curl.description.contains("$GATEHOUSE_PASSWORD"))
    }

    @Test(
        arguments: [
            ("b", #"renew/api_credentials {"name":"b","namespace":"system"}"#),
            ("b --days 3", #"renew/api_credentials {"name":"b","namespace":"system","expiration_days":3}"#),
            ("b --service", #"renew/service_credentials {"name":"b","namespace":"system"}"#),
        ])
    func renew(_ line: String, _ call: String) throws {
        let request = try CredentialRenewCommand.parse(words(line)).request()
        #expect(shown(request) == "POST /api/web/namespaces/system/" + call)
    }

    @Test(
        arguments: [
            ("b", #"{"name":"b","namespace":"system"}"#),
            ("b --grace 0", #"{"name":"b","namespace":"system","grace_seconds":0}"#),
            (
                "b --grace 30d --expires 4w",
                #"{"name":"b","namespace":"system","grace_seconds":2592000,"expiration_days":28}"#
            ),
        ])
    func rotate(_ line: String, _ body: String) throws {
        let request = try CredentialRotateCommand.parse(words(line)).request()
        #expect(shown(request) == "POST /api/web/namespaces/system/rotate/api_credentials " + body)
    }

    @Test func others() throws {
        let prefix = "/api/web/namespaces/"
        #expect(
            shown(try CredentialRetireCommand.parse(["b", "--force", "-n", "pay"]).request())
                == #"POST \#(prefix)pay/retire/api_credentials {"name":"b","namespace":"pay","force":true}"#)
        #expect(
            shown(try CredentialUsageCommand.parse(["a/b", "--service"]).request())
                == "GET \(prefix)system/usage/service_credentials/a%2Fb")
        #expect(
            shown(try CredentialExpiringCommand.parse(["--within", "2w", "--limit", "7"]).request().request())
                == "GET \(prefix)system/expiring/api_credentials?within_days=14&page_limit=7")
        #expect(
            shown(
                try CredentialReplaceCommand.parse(words("b --service --role n:x --role m:z --role n:y --group g"))
                    .request())
                == #"PUT \#(prefix)system/service_credentials/b {"name":"b","namespace":"system","namespace_access":{"namespace_role_map":{"n":{"names":["x","y"]},"m":{"names":["z"]}}},"user_group_names":["g"]}"#
        )
        #expect(
            shown(try CredentialReplaceCommand.parse(words("b --service --clear")).request())
                == #"PUT \#(prefix)system/service_credentials/b {"name":"b","namespace":"system","namespace_access":{"namespace_role_map":{}},"user_group_names":[]}"#
        )
        #expect(
            shown(try SCIMTokenCreateCommand.parse(["--days", "3"]).request())
                == #"POST \#(prefix)system/scim_token {"namespace":"system","expiration_days":3}"#)
        #expect(
            shown(SCIMTokenRevokeCommand.request)
                == #"POST \#(prefix)system/revoke/scim_token {"namespace":"system"}"#)
        #expect(
            shown(try WhoAmICommand.parse(["-n", "pay"]).request())
                == "GET /api/web/custom/namespaces/pay/whoami")
    }

    @Test(
        arguments: [
            ("a b a", #"api_credentials {"name_selector":{"names":["a","b"]}}"#),
            ("a --service", #"service_credentials {"name_selector":{"names":["a"]}}"#),
            ("--expired", #"api_credentials {"expired_selector":{"all":{}}}"#),
            ("--expired --type cert", #"api_credentials {"expired_selector":{"credential_type":"API_CERTIFICATE"}}"#),
            (
                "--expired --type kubeconfig --service",
                #"service_credentials {"expired_selector":{"credential_type":"SERVICE_KUBE_CONFIG"}}"#
            ),
        ])
    func bulkRevoke(_ line: String, _ call: String) throws {
        let request = try CredentialBulkRevokeCommand.parse(words(line)).request()
        #expect(shown(request) == "POST /api/web/namespaces/system/bulk_revoke/" + call)
    }

    /// Dots would be another path.
    @Test(arguments: ["", ".", ".."])
    func aNameThatWouldBeAnotherPath(_ name: String) throws {
        let place = try CredentialPlace.parse([])
        let failure = #expect(throws: CommandFailure.self) { try place.item(name) }
        #expect(failure?.status == .usage)
    }

    @Test(
        arguments: [
            ("token", false, "API_TOKEN"), ("cert", false, "API_CERTIFICATE"), ("kubeconfig", false, "KUBE_CONFIG"),
            ("KUBE_CONFIG", false, "KUBE_CONFIG"), ("token", true, "SERVICE_API_TOKEN"),
            ("cert", true, "SERVICE_API_CERTIFICATE"), ("kubeconfig", true, "SERVICE_KUBE_CONFIG"),
            ("site-kubeconfig", true, "SERVICE_SITE_GLOBAL_KUBE_CONFIG"),
            ("SITE_GLOBAL_KUBE_CONFIG", true, "SITE_GLOBAL_KUBE_CONFIG"), ("site-kubeconfig", false, nil),
            ("SITE_GLOBAL_KUBE_CONFIG", false, nil), ("API_TOKEN", true, nil), ("SERVICE_API_TOKEN", false, nil),
            ("SCIM_API_TOKEN", false, nil), ("SCIM_API_TOKEN", true, nil),
        ] as [(String, Bool, String?)])
    func types(_ text: String, _ isService: Bool, _ type: String?) throws {
        let choice = try #require(CredentialTypeChoice(argument: text))
        #expect((try? choice.type(in: isService ? .service : .personal))?.rawValue == type)
    }

    @Test func everyTypeIsOfferedToTheShell() {
        #expect(CredentialTypeChoice.allValueStrings.count == 13)
        for text in CredentialTypeChoice.allValueStrings { #expect(CredentialTypeChoice(argument: text) != nil) }
        #expect(CredentialTypeChoice.token.defaultValueDescription == "token")
    }

    @Test(
        arguments: [
            ("0", 0), ("90s", 90), ("30m", 1800), ("24h", 86_400), ("7d", 604_800), ("2w", 1_209_600), ("0d", 0),
            ("", nil), ("5", nil), ("h", nil), ("-1h", nil), ("+1h", nil), ("1.5h", nil), ("1h30m", nil),
            ("99999999999999999999s", nil), ("9223372036854775807w", nil), ("1 h", nil), ("٣h", nil),
        ] as [(String, Int64?)])
    func spans(_ text: String, _ seconds: Int64?) { #expect(HumanTime.span(text) == seconds) }
}
