import Federation
import Foundation
import HTTPFetch
import Identifiers
import JOSE
import StrictJSON
import Testing
import Yams

/// Each example of each template in providers/, signed and presented to a provider that the template describes.
///
/// GatehouseConfiguration reads templates for the program; here only their facts are tested.
@Suite struct TemplateTests {
    struct Template: Sendable, CustomStringConvertible {
        let name: String
        let content: JSONObject
        var description: String { name }
        var isOAuth2: Bool { content["type"] == "oauth2" }
    }

    /// All files of the folder: a new one is tested without being named here.
    static let all: [Template] = {
        let folder = Folder.repository.appending(path: "providers")
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.sorted().compactMap { file in
            guard let text = try? String(contentsOf: folder.appending(path: file), encoding: .utf8),
                let content = (try? Yams.load(yaml: text)).flatMap(json)?.objectValue
            else { return nil }
            return Template(name: String(file.dropLast(5)), content: content)
        }
    }()

    @Test func thereAreTemplates() throws {
        let files = try FileManager.default.contentsOfDirectory(
            atPath: Folder.repository.appending(path: "providers").path)
        #expect(
            Self.all.map(\.name).sorted()
                == files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted())
        #expect(Self.all.count >= 9)
        for template in Self.all { #expect(template.content["name"]?.stringValue == template.name) }
    }

    @Test(arguments: all) func examples(_ template: Template) async throws {
        let world = World()
        let key = try TestKey("k1")
        let provider = try definition(template, keys: keySet(key))
        let registry = world.registry(provider)
        let examples = try #require(template.content["examples"])
        // Of OAuth 2.0 alone nothing is signed, so every token is refused.
        let accepted = template.isOAuth2 ? [] : try #require(examples["accept"]?.arrayValue)
        for example in accepted {
            let about = example["about"]?.stringValue ?? ""
            let token = try key.token(claims(of: example), header: header(of: example))
            #expect(await failure(registry, token) == nil, "\(template.name): \(about)")
        }
        for example in try #require(examples["refuse"]?.arrayValue) {
            let about = example["about"]?.stringValue ?? ""
            let token = try key.token(claims(of: example), header: header(of: example))
            #expect(
                await failure(registry, token)?.code == example["because"]?.stringValue, "\(template.name): \(about)")
        }
    }

    /// What a policy should pin must exist, and the claims that examples have must be known ones.
    @Test(arguments: all) func claimsAreKnown(_ template: Template) throws {
        let known = Set(
            try #require(template.content["claims"]?.objectValue).names.flatMap { name in
                name == "kubernetes.io" ? [name] : [name, String(name.prefix { $0 != "." })]
            })
        #expect(
            template.content["claims"]?.objectValue?.members.contains { $0.value["immutable"]?.boolValue == true }
                == true)
        let registered: Set = ["iss", "aud", "exp", "iat", "nbf", "jti"]
        for example in template.content["examples"]?["accept"]?.arrayValue ?? [] {
            let names = Set(example["claims"]?.objectValue?.names ?? [])
            let unknown = names.subtracting(registered).subtracting(known)
            #expect(unknown.isSubset(of: ["ver"]), "\(template.name): \(unknown)")
        }
    }

    private func definition(_ template: Template, keys: [UInt8]) throws -> ProviderDefinition {
        let settings = try #require(template.content["examples"]?["provider"])
        var issuer = try #require(template.content["issuer"]?.stringValue)
        for input in settings["inputs"]?.objectValue?.members ?? [] {
            issuer = issuer.replacing("{\(input.name.rawValue)}", with: input.value.stringValue ?? "")
        }
        let tenants = Set((settings["tenants"]?.arrayValue ?? []).compactMap(\.stringValue).map { Key($0) })
        let rule: IssuerRule =
            tenants.isEmpty
            ? .exactly(try Issuer(issuer)) : .template(try IssuerTemplate(issuer, tenants: .only(tenants)))
        let algorithms = try template.content["algorithms"]?.arrayValue.map { names in
            Set(try names.map { try #require(SignatureAlgorithm(rawValue: $0.stringValue ?? "")) })
        }
        let types = template.content["token_types"]?.arrayValue?.compactMap(\.stringValue)
        let age: [String: Int64] = ["1h": 3600, "24h": 86_400]
        return try ProviderDefinition(
            name: ProviderName(template.name),
            kind: #require(ProviderKind(rawValue: template.content["type"]?.stringValue ?? "")),
            issuer: rule,
            audiences: Set(
                (settings["audiences"]?.arrayValue ?? []).compactMap(\.stringValue).map { try Audience($0) }),
            // The test's key is of another kind than the provider's.
            algorithms: (algorithms ?? []).union([.EdDSA]), type: types.map { .jwt.or(.oneOf($0)) } ?? .jwt,
            maximumTokenAge: template.content["max_token_age"]?.stringValue.map { try #require(age[$0]) },
            keySource: template.isOAuth2 ? .none : .keySet(keys), client: template.isOAuth2 ? try client() : nil)
    }

    /// What an `oauth2` provider must have, wherever it leads.
    private func client() throws -> ClientRegistration {
        ClientRegistration(
            clientID: "gatehouse", authentication: .clientSecretBasic, scopes: [],
            authorizationEndpoint: try FetchURL("https://login.example/authorize"),
            tokenEndpoint: try FetchURL("https://login.example/token"),
            userinfoEndpoint: try FetchURL("https://login.example/me"))
    }

    private func claims(of example: JSONValue) throws -> JSONObject {
        var claims = try #require(example["claims"]?.objectValue)
        if claims["iat"] == nil { claims["iat"] = .integer(World.start - 10) }
        if claims["exp"] == nil { claims["exp"] = .integer(World.start + 300) }
        return claims
    }

    private func header(of example: JSONValue) -> JSONObject {
        example["typ"].map { ["typ": $0] } ?? [:]
    }
}

/// What Yams reads, as JSON.
private func json(_ value: Any) -> JSONValue? {
    switch value {
    case let value as String: JSONValue(value)
    case let value as Bool: .bool(value)
    case let value as Int: .integer(Int64(value))
    case let values as [Any]: .array(values.compactMap(json))
    case let values as [String: Any]:
        .object(
            values.sorted { $0.key < $1.key }.reduce(into: JSONObject()) { object, member in
                object[member.key] = json(member.value)
            })
    default: nil
    }
}
