package import StrictJSON

/// A JSON Web Token as somebody sent it: well-formed, and not to be believed (RFC 7519 §7.2).
package struct UnverifiedToken: Sendable {
    package let jws: CompactJWS
    package let claims: Claims

    package static func parse(_ bytes: [UInt8]) throws(TokenRejection) -> UnverifiedToken {
        let jws = try CompactJWS.parse(bytes)
        guard let object = try? JSONValue.parseObject(jws.payload, limits: .token) else { throw .malformed(.payload) }
        return UnverifiedToken(jws: jws, claims: try Claims(object))
    }

    package var algorithm: SignatureAlgorithm { jws.algorithm }
    package var keyID: KeyID? { jws.keyID }
    package var type: String? { jws.type }
    package var header: JSONObject { jws.header }
    package var payload: [UInt8] { jws.payload }
    package var signature: [UInt8] { jws.signature }
    package var signingInput: ArraySlice<UInt8> { jws.signingInput }
    package var signingInputDigest: [UInt8] { jws.signingInputDigest }

    private init(jws: CompactJWS, claims: Claims) { (self.jws, self.claims) = (jws, claims) }
}
