import AccessPolicy
import Broker
import StrictJSON
import Testing

/// The one form of rights in stores and tokens: what is not exactly it is refused, never read as more or less.
struct RightsJSONTests {
    private static let access = NamespaceAccess([.named(.system): [.admin], .allApplication: [.developer, .monitor]])

    @Test(
        arguments: [
            (.owner(ceiling: nil), #"{"owner":null}"#),
            (.owner(ceiling: NamespaceAccess.none), #"{"owner":{}}"#),
            (.owner(ceiling: access), #"{"owner":{"*":["developer","monitor"],"system":["admin"]}}"#),
            (.policies([], types: []), #"{"policies":[],"types":[]}"#),
            (
                .policies(
                    [PolicyGrant(policy: "p\"", provider: "\u{212A}", access: access)], types: [.kubeConfig, .apiToken]),
                #"{"policies":[{"policy":"p\"","provider":"\#u{212A}","access":{"*":["developer","monitor"],"system":["admin"]}}],"types":["KUBE_CONFIG","API_TOKEN"]}"#
            ),
        ] as [(CredentialRights, String)])
    func roundTrip(_ rights: CredentialRights, _ text: String) throws {
        #expect(rights.json.encodedText().utf8.elementsEqual(text.utf8))
        #expect(CredentialRights(json: try JSONValue.parse(Array(text.utf8))) == rights)
    }

    @Test(
        arguments: [
            "null", "{}", "[]", #""owner""#, #"{"owner":true}"#, #"{"owner":[]}"#, #"{"owner":null,"types":[]}"#,
            #"{"owner":{"system":"admin"}}"#, #"{"owner":{"System":["admin"]}}"#, #"{"owner":{"system":["Admin"]}}"#,
            #"{"policies":[]}"#, #"{"types":[]}"#, #"{"policies":{},"types":[]}"#, #"{"policies":[],"types":["NONE"]}"#,
            #"{"policies":[],"types":[1]}"#, #"{"policies":[null],"types":[]}"#,
            #"{"policies":[],"types":[],"limit":1}"#,
            #"{"policies":[{"policy":"p","provider":"q"}],"types":[]}"#,
            #"{"policies":[{"policy":"p","provider":1,"access":{}}],"types":[]}"#,
            #"{"policies":[{"policy":"p","provider":"q","access":null}],"types":[]}"#,
            #"{"policies":[{"policy":"p","provider":"q","access":{},"until":5}],"types":[]}"#,
        ])
    func refused(_ text: String) throws {
        #expect(CredentialRights(json: try JSONValue.parse(Array(text.utf8))) == nil)
    }
}
