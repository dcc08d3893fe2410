import AccessPolicy
import Foundation
import StrictJSON
import Testing

/// The claim sets of `fixtures/policies` against the policy of `good/payments.yaml`; the file's name says the answer.
@Suite struct FixtureTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "fixtures/policies/claims")

    @Test func claimSets() throws {
        let policies = set(
            .sample(
                subject: "'repo:' + claims.repository_id", types: ["access_token", "API_TOKEN"], singleUse: true,
                examples: [
                    PolicyExample(.accept, claims: ["repository_id": "456789", "ref": "refs/heads/main"]),
                    PolicyExample(.refuse, claims: ["repository_id": "456789", "ref": "refs/heads/dev"]),
                ]))
        let files = try FileManager.default.contentsOfDirectory(at: Self.folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "json" }
        #expect(files.count >= 6)
        for file in files {
            let claims = try JSONValue.parseObject(Array(try Data(contentsOf: file)))
            let request = AccessRequest(
                provider: "github-actions", issuer: claims["iss"]?.stringValue ?? "",
                subject: claims["sub"]?.stringValue ?? "", claims: claims, credentialType: .apiToken, audiences: [],
                scope: .everything)
            let grant = policies.decide(request).grant
            #expect((grant != nil) == file.lastPathComponent.contains("-accepted"), "\(file.lastPathComponent)")
            if let grant { #expect(grant.subject == "repo:456789") }
            #expect(policies.explain(request).decision == policies.decide(request))
        }
    }
}
