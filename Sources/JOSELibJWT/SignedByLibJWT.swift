internal import CLibJWT

/// One run of libjwt's signer: the object is freed whichever way it ends.
struct SignedByLibJWT {
    let token: [UInt8]

    /// The caller has checked that neither the claims nor the key id contain a zero byte, and that the key fits.
    init(claims: [UInt8], algorithm: jwt_alg_t, key: [UInt8], keyID: String?) throws(LibJWTFailure) {
        var made: OpaquePointer?
        guard unsafe jwt_new(&made) == 0, let jwt = unsafe made else { throw .outOfMemory }
        defer {
            unsafe jwt_free(jwt)
            gatehouse_jwt_clear_errors()
        }
        guard let length = Int32(exactly: key.count), length > 0 else { throw .unusableKey }
        let text = claims.map { CChar(bitPattern: $0) } + [0]
        guard unsafe jwt_add_grants_json(jwt, text) == 0 else { throw .notRepresentable }
        guard unsafe jwt_add_header(jwt, "typ", "JWT") == 0 else { throw .refused }
        if let keyID {
            guard unsafe jwt_add_header(jwt, "kid", keyID) == 0 else { throw .refused }
        }
        guard unsafe jwt_set_alg(jwt, algorithm, key, length) == 0 else { throw .unusableKey }
        guard let encoded = unsafe jwt_encode_str(jwt) else { throw .refused }
        defer { unsafe free(encoded) }
        token = unsafe Array(String(cString: encoded).utf8)
    }
}
