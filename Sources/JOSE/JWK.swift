package import OpenSSLCrypto
internal import Secrets
internal import StrictJSON

/// Why a key of a set is not used. The set's other keys are: real sets mix in keys for encryption and for agreement.
package enum SkippedKeyReason: Hashable, Sendable {
    case notAnObject
    case malformedKeyID
    case unsupportedKeyType
    case unsupportedCurve
    /// `alg` is none of ours, or goes with another type of key.
    case unsupportedAlgorithm
    /// `use` is not `sig`, or `key_ops` lacks `verify`.
    case notForSignatures
    /// A private key was published. Whoever read it can sign, so nobody's signature means anything.
    case privateMaterial
    /// A shared secret in a set that is not allowed to have any.
    case symmetricNotAllowed
    case secretTooShort
    /// A member is missing or is not canonical base64url. The name is ours.
    case malformedMember(String)
    case unusable(KeyDefect)

    /// A name for logs; it does not change between releases.
    package var code: String {
        switch self {
        case .notAnObject: "not_an_object"
        case .malformedKeyID: "malformed_key_id"
        case .unsupportedKeyType: "unsupported_key_type"
        case .unsupportedCurve: "unsupported_curve"
        case .unsupportedAlgorithm: "unsupported_algorithm"
        case .notForSignatures: "not_for_signatures"
        case .privateMaterial: "private_material"
        case .symmetricNotAllowed: "symmetric_not_allowed"
        case .secretTooShort: "secret_too_short"
        case .malformedMember: "malformed_member"
        case .unusable: "unusable_key"
        }
    }
}

/// Reads one JSON Web Key (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2) for verifying.
struct JWKReader {
    let options: KeySetOptions

    func key(_ value: JSONValue) -> Result<VerificationKey, SkippedKey> {
        let kid = value["kid"]?.stringValue.flatMap { try? KeyID($0) }
        do throws(SkippedKeyError) {
            return .success(try read(value, keyID: kid))
        } catch {
            return .failure(SkippedKey(keyID: kid, reason: error.reason))
        }
    }

    private func read(_ value: JSONValue, keyID: KeyID?) throws(SkippedKeyError) -> VerificationKey {
        guard let jwk = value.objectValue else { throw SkippedKeyError(.notAnObject) }
        if jwk["kid"] != nil, keyID == nil { throw SkippedKeyError(.malformedKeyID) }
        try checkPurpose(jwk)
        let (material, fitting) = try material(jwk)
        return VerificationKey(
            keyID: keyID, algorithms: try narrow(fitting, jwk), issuer: jwk["issuer"]?.stringValue, material: material)
    }

    private func checkPurpose(_ jwk: JSONObject) throws(SkippedKeyError) {
        if let use = jwk["use"], use != "sig" { throw SkippedKeyError(.notForSignatures) }
        if let operations = jwk["key_ops"], operations.arrayValue?.contains("verify") != true {
            throw SkippedKeyError(.notForSignatures)
        }
    }

    private func material(
        _ jwk: JSONObject
    ) throws(SkippedKeyError) -> (VerificationKey.Material, Set<SignatureAlgorithm>) {
        let components: PublicKeyComponents
        switch jwk["kty"] {
        case "RSA":
            try refusePrivate(jwk, ["d", "p", "q", "dp", "dq", "qi", "oth"])
            components = .rsa(modulus: try number(jwk, "n"), exponent: try number(jwk, "e"))
        case "EC":
            try refusePrivate(jwk, ["d"])
            guard let curve = EllipticCurve.allCases.first(where: { jwk["crv"] == JSONValue($0.rawValue) }) else {
                throw SkippedKeyError(.unsupportedCurve)
            }
            components = .ec(curve, x: try bytes(jwk, "x"), y: try bytes(jwk, "y"))
        case "OKP":
            try refusePrivate(jwk, ["d"])
            guard jwk["crv"] == "Ed25519" else { throw SkippedKeyError(.unsupportedCurve) }
            components = .ed25519(try bytes(jwk, "x"))
        case "oct":
            guard options.allowSymmetric else { throw SkippedKeyError(.symmetricNotAllowed) }
            let key = HMACKey(Secret(try bytes(jwk, "k")))
            let fitting = SignatureAlgorithm.fitting(secretLength: key.keyLength)
            guard !fitting.isEmpty else { throw SkippedKeyError(.secretTooShort) }
            return (.sharedSecret(key), fitting)
        default: throw SkippedKeyError(.unsupportedKeyType)
        }
        do throws(CryptoFailure) {
            let handle = try VerificationKeyHandle(components, maximumRSABits: options.maximumRSABits)
            return (.keyPair(handle), SignatureAlgorithm.fitting(components))
        } catch .unusableKey(let defect) {
            throw SkippedKeyError(.unusable(defect))
        } catch {
            throw SkippedKeyError(.unusable(.wrongLength))
        }
    }

    /// `alg` says that the key is for that algorithm and no other (RFC 7517 §4.4).
    private func narrow(
        _ fitting: Set<SignatureAlgorithm>, _ jwk: JSONObject
    ) throws(SkippedKeyError) -> Set<SignatureAlgorithm> {
        guard let alg = jwk["alg"] else { return fitting }
        guard let algorithm = alg.stringValue.flatMap(SignatureAlgorithm.init(rawValue:)) else {
            throw SkippedKeyError(.unsupportedAlgorithm)
        }
        guard fitting.contains(algorithm) else {
            throw SkippedKeyError(
                jwk["kty"] == "oct" && algorithm.isSymmetric ? .secretTooShort : .unsupportedAlgorithm)
        }
        return [algorithm]
    }

    private func refusePrivate(_ jwk: JSONObject, _ names: [String]) throws(SkippedKeyError) {
        if names.contains(where: { jwk[$0] != nil }) { throw SkippedKeyError(.privateMaterial) }
    }

    private func bytes(_ jwk: JSONObject, _ name: String) throws(SkippedKeyError) -> [UInt8] {
        guard let text = jwk[name]?.stringValue, let bytes = Base64URL.decode(text), !bytes.isEmpty else {
            throw SkippedKeyError(.malformedMember(name))
        }
        return bytes
    }

    /// A number of an RSA key; zero bytes in front, which some libraries write, are dropped (RFC 7518 §6.3.1.1).
    private func number(_ jwk: JSONObject, _ name: String) throws(SkippedKeyError) -> [UInt8] {
        Array(try bytes(jwk, name).drop { $0 == 0 })
    }
}

private struct SkippedKeyError: Error {
    let reason: SkippedKeyReason
    init(_ reason: SkippedKeyReason) { self.reason = reason }
}
