import ArgumentParser
import JOSE
import StrictJSON

/// `gatehouse token verify-jws`: the broker's own verifier on any compact JWS, without a look at its claims.
struct VerifyJWSCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify-jws", abstract: "Verify a signature (RFC 7515); no claim is looked at.",
        discussion: """
            Reads a compact JWS and writes its payload, or, with --batch, one from each line, each answered by a line \
            'ok <base64url payload>' or 'refused <code>'. Exit code 0 verified, 1 refused; with --batch 0 when every \
            line was answered. Keys of type oct count only with --alg HS256, HS384 or HS512.
            """)

    @Option(name: .long, help: ArgumentHelp("The key set (RFC 7517), or a single key.", valueName: "file"))
    var jwks: String

    @Option(name: .long, help: "The only algorithm to take; without it, all asymmetric ones.")
    var alg: String?

    @Flag(name: .long, help: "One JWS in each line of standard input.")
    var batch = false

    @Argument(help: "The JWS, - for standard input.")
    var file = "-"

    func validate() throws {
        guard let alg else { return }
        guard SignatureAlgorithm(rawValue: alg) != nil else {
            throw ValidationError(
                "--alg must be one of \(SignatureAlgorithm.allCases.map(\.rawValue).joined(separator: ", "))")
        }
    }

    func run() throws {
        guard jwks != "-" else { throw CommandFailure(.usage, "--jwks cannot be standard input") }
        let verifier = try JWSVerifier(
            keySet: try InputFile(jwks).read(), algorithm: alg.flatMap(SignatureAlgorithm.init(rawValue:)))
        if batch {
            try BatchLines.read(InputFile(file)) { line in Console.print(verifier.answer(line)) }
        } else {
            // One byte more than any token has, so that a longer one is refused as such.
            let bytes = try InputFile(file).read(limit: 1 << 20)
            do throws(TokenRejection) {
                Console.write(try verifier.payload(BatchLines.withoutLineEnd(bytes)))
            } catch {
                throw CommandFailure(.failure, "refused: \(error.code)", hint: verifier.hint(error))
            }
        }
    }
}

/// Keys and the algorithms that are taken.
struct JWSVerifier: Sendable {
    let keys: KeySet
    let algorithms: Set<SignatureAlgorithm>

    init(keySet bytes: [UInt8], algorithm: SignatureAlgorithm?) throws(CommandFailure) {
        let isSymmetric = algorithm?.isSymmetric ?? false
        var document = bytes
        // A single key is taken as a set of one.
        if let object = try? JSONValue.parseObject(bytes), object["keys"] == nil, object["kty"] != nil {
            document = JSONValue.object(["keys": [.object(object)]]).encoded()
        }
        do throws(KeySetFailure) {
            keys = try KeySet(jwks: document, options: KeySetOptions(allowSymmetric: isSymmetric))
        } catch {
            throw CommandFailure(.usage, "the key set cannot be used: \(error.code)")
        }
        algorithms = algorithm.map { [$0] } ?? Set(SignatureAlgorithm.allCases.filter { !$0.isSymmetric })
    }

    func payload(_ token: [UInt8]) throws(TokenRejection) -> [UInt8] {
        let jws = try CompactJWS.parse(token)
        _ = try keys.verify(jws, allowing: algorithms)
        return jws.payload
    }

    /// A key that was left out is the usual cause of one that is not found.
    func hint(_ rejection: TokenRejection) -> String? {
        guard rejection == .unknownKey, !keys.skipped.isEmpty else { return nil }
        let skipped = keys.skipped.prefix(5).map { skipped in
            "\(skipped.keyID.map { Printable.shortened($0.rawValue, to: 60) } ?? "without kid") (\(skipped.reason.code))"
        }
        return "keys of the set that are not used: " + skipped.joined(separator: ", ")
    }

    /// The line of `--batch`.
    func answer(_ token: [UInt8]) -> String {
        do throws(TokenRejection) {
            return "ok " + Base64URL.encode(try payload(token))
        } catch {
            return "refused " + error.code
        }
    }
}

/// Lines as they come, so that a program can ask, read the answer, and ask again.
enum BatchLines {
    /// Longer lines are cut, which leaves them too long for any token.
    private static let longest = CompactJWS.largestLength + 2

    static func read(_ input: InputFile, _ receive: ([UInt8]) -> Void) throws(CommandFailure) {
        var line: [UInt8] = []
        func feed(_ chunk: [UInt8]) {
            for byte in chunk {
                if byte == UInt8(ascii: "\n") {
                    receive(withoutLineEnd(line))
                    line.removeAll(keepingCapacity: true)
                } else if line.count < longest {
                    line.append(byte)
                }
            }
        }
        if input.isStandardInput {
            while let chunk = try input.chunk() { feed(chunk) }
        } else {
            feed(try input.read(limit: 64 << 20))
        }
        if !line.isEmpty { receive(withoutLineEnd(line)) }
    }

    /// Without one line end, `\n` or `\r\n`.
    static func withoutLineEnd(_ bytes: [UInt8]) -> [UInt8] {
        var rest = bytes[...]
        if rest.last == UInt8(ascii: "\n") { rest = rest.dropLast() }
        if rest.last == UInt8(ascii: "\r") { rest = rest.dropLast() }
        return Array(rest)
    }
}
