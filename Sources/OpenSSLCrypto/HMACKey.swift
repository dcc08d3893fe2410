package import Secrets

/// HMAC over SHA-2 with one key (RFC 2104): the two padded keys are hashed once and then copied for every message.
///
/// An object behind a value, so that handing the key on copies a reference and not a kilobyte of registers.
package struct HMACKey: Sendable, CustomStringConvertible, CustomReflectable {
    private struct Pads: Sendable {
        let inner: SHA2State
        let outer: SHA2State

        init(_ function: HashFunction, _ secret: [UInt8]) {
            var key = secret.count > function.blockLength ? SHA2.digest(function, secret.span) : secret
            key += Array(repeating: 0, count: function.blockLength - key.count)
            var inner = SHA2State(function)
            inner.add(key.map { $0 ^ 0x36 })
            var outer = SHA2State(function)
            outer.add(key.map { $0 ^ 0x5C })
            (self.inner, self.outer) = (inner, outer)
        }
    }

    private final class Storage: Sendable {
        let sha256: Pads
        let sha384: Pads
        let sha512: Pads
        init(_ secret: [UInt8]) {
            sha256 = Pads(.sha256, secret)
            sha384 = Pads(.sha384, secret)
            sha512 = Pads(.sha512, secret)
        }
    }

    private let storage: Storage

    /// The length of the key in bytes: RFC 7518 §3.2 wants at least the digest's.
    package let keyLength: Int

    package init(_ secret: Secret) {
        storage = Storage(secret.reveal())
        keyLength = secret.count
    }

    // The hashed pads are as good as the key: neither printing nor `dump` shows them.
    package var description: String { "HMACKey(redacted)" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    package func sha256(_ message: [UInt8]) -> [UInt8] { code(.sha256, message.span) }
    package func sha384(_ message: [UInt8]) -> [UInt8] { code(.sha384, message.span) }
    package func sha512(_ message: [UInt8]) -> [UInt8] { code(.sha512, message.span) }

    package func code(_ function: HashFunction, _ message: Span<UInt8>) -> [UInt8] {
        let pads =
            switch function {
            case .sha256: storage.sha256
            case .sha384: storage.sha384
            case .sha512: storage.sha512
            }
        var inner = pads.inner
        inner.add(message)
        var outer = pads.outer
        outer.add(inner.digest())
        return outer.digest()
    }

    package func verify(_ function: HashFunction, code: [UInt8], message: [UInt8]) -> Bool {
        verify(function, code: code, message: message.span)
    }

    /// Compares in constant time and in full length: a shortened code is refused (RFC 2104 §5, RFC 7518 §3.2).
    package func verify(_ function: HashFunction, code: [UInt8], message: Span<UInt8>) -> Bool {
        Secret.constantTimeEqual(self.code(function, message), code)
    }
}
