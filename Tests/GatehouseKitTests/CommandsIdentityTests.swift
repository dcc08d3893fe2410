import ArgumentParser
@testable import GatehouseClient
import HTTPFetch
import StrictJSON
import Testing

@testable import GatehouseKit

/// What the commands of settings, sign-up and authentication policies send.
@Suite struct CommandsIdentityTests {
    private func sent(_ request: ClientRequest) -> String {
        "\(request.method) \(request.path) \(String(decoding: request.encodedBody, as: UTF8.self))"
    }

    @Test func settingsSendWhatIsNamedAndNothingElse() throws {
        #expect(
            sent(try SettingsSetCommand.parse(["--api-token-days", "30", "--max-lifetime-days", "0"]).request())
                == #"PUT /api/web/namespaces/system/tenant/settings {"max_credentials_expiry":{"max_api_token_expiry_days":30},"max_lifetime_days":0}"#
        )
        #expect(throws: (any Error).self) { _ = try SettingsSetCommand.parse([]) }
    }

    @Test func theSignUpPolicyIsShownOrReplacedWhole() throws {
        #expect(sent(try SignUpPolicyCommand.parse([]).request()) == "GET /api/web/namespaces/system/signup/policy ")
        #expect(
            sent(
                try SignUpPolicyCommand.parse(["--mode", "domains", "--domain", "a.example", "--role", "x:y"]).request()
            )
                == #"PUT /api/web/namespaces/system/signup/policy {"domains":["a.example"],"group_names":[],"mode":"DOMAINS","namespace_roles":[{"namespace":"x","role":"y"}],"verification":"ADMINISTRATOR"}"#
        )
        #expect(throws: (any Error).self) { _ = try SignUpPolicyCommand.parse(["--domain", "a.example"]) }
    }

    @Test func anInvitationSaysForWhomAndHowLong() throws {
        #expect(
            sent(try InviteCommand.parse(["a@b.example", "--days", "1"]).request())
                == #"POST /api/web/namespaces/system/signup/invitations {"email":"a@b.example","expires_in":86400,"group_names":[],"namespace_roles":[],"send_email":false}"#
        )
        for wrong in [["--send"], ["--days", "0"], ["--days", "31"]] {
            #expect(throws: (any Error).self) { _ = try InviteCommand.parse(wrong) }
        }
    }

    @Test func anAuthenticationPolicyIsMadeOrReplaced() throws {
        let made = try AuthenticationSetCommand.parse(["gate", "-n", "vault", "--mechanism", "CERTIFICATE"])
        #expect(
            sent(try made.request())
                == #"POST /api/config/namespaces/vault/authentications {"metadata":{"description":"","disable":false,"name":"gate"},"spec":{"access_params":{"covers_tenant":false,"credential_types":[],"max_lifetime":0,"mechanisms":["CERTIFICATE"],"required_acr":[],"required_amr":[],"source_networks":[]}}}"#
        )
        let replaced = try AuthenticationSetCommand.parse(["gate", "--replace", "--amr", "hwk"])
        #expect(sent(try replaced.request()).hasPrefix("PUT /api/config/namespaces/system/authentications/gate "))
        for wrong in [["gate"], ["gate", "--spec", "f", "--acr", "x"]] {
            #expect(throws: (any Error).self) { _ = try AuthenticationSetCommand.parse(wrong) }
        }
    }
}
