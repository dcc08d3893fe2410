import AccessPolicy
import Broker
import GatehouseTesting
import JOSE
import Secrets
import StrictJSON
import Testing

/// Rotation never makes a verification fail, for us or for whoever caches our key set as long as it may be cached.
@Suite struct RotationTests {
    @Test func tenRotationsWithoutAFailedVerification() async throws {
        let world = try await TestWorld()
        let caller = try world.administrator()
        var issued: [(token: Secret, expiresAt: Int64)] = []
        // A resource server that fetches the key set every 300 seconds, which is what Cache-Control allows.
        var cached = try KeySet(jwks: world.broker.keys.keySet(at: world.clock.now).encoded())
        var fetchedAt = world.now
        var signers: Set<String> = []
        for step in 0..<200 {
            if step % 20 == 0 { _ = try await world.broker.rotateSigningKey(by: caller, context: TestWorld.context) }
            if world.now - fetchedAt >= 300 {
                cached = try KeySet(jwks: world.broker.keys.keySet(at: world.clock.now).encoded())
                fetchedAt = world.now
            }
            let subject = try world.issuer.token(now: world.now, lifetime: 900)
            let answer = try await world.exchange(subject)
            issued.append((answer.token, world.now + answer.expiresIn))
            issued.removeAll { $0.expiresAt <= world.now }
            for one in issued {
                #expect(throws: Never.self) { try world.caller(one.token) }
                let jws = try CompactJWS.parse(one.token.reveal())
                let key = try cached.key(jws.keyID, for: jws.algorithm).get()
                #expect(key.verifies(jws), "step \(step)")
                signers.insert(jws.keyID?.rawValue ?? "")
            }
            world.clock.advance(seconds: 97)
            _ = try world.broker.keys.removeOutlived(at: world.clock.now)
        }
        #expect(signers.count >= 10, "that many keys have signed")
    }
}
