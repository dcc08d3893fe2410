internal import COpenSSL

/// SHA-2 digests of a whole byte string (FIPS 180-4). They cannot fail, so a caller has no failure to mishandle.
package enum SHA2 {
    package static func sha256(_ bytes: [UInt8]) -> [UInt8] { digest(.sha256, bytes.span) }
    package static func sha384(_ bytes: [UInt8]) -> [UInt8] { digest(.sha384, bytes.span) }
    package static func sha512(_ bytes: [UInt8]) -> [UInt8] { digest(.sha512, bytes.span) }

    package static func digest(_ function: HashFunction, _ bytes: [UInt8]) -> [UInt8] { digest(function, bytes.span) }

    package static func digest(_ function: HashFunction, _ bytes: Span<UInt8>) -> [UInt8] {
        var state = SHA2State(function)
        state.add(bytes)
        return state.digest()
    }
}

/// A digest under way: for input that comes in pieces, and for HMAC, whose key is a state to start from.
package struct SHA2State: Sendable {
    private enum Registers: Sendable {
        case small(gatehouse_sha256_state)
        case large(gatehouse_sha512_state)
    }

    package let function: HashFunction
    private var registers: Registers

    package init(_ function: HashFunction) {
        self.function = function
        switch function {
        case .sha256:
            var state = gatehouse_sha256_state()
            unsafe gatehouse_sha256_start(&state)
            registers = .small(state)
        case .sha384:
            var state = gatehouse_sha512_state()
            unsafe gatehouse_sha384_start(&state)
            registers = .large(state)
        case .sha512:
            var state = gatehouse_sha512_state()
            unsafe gatehouse_sha512_start(&state)
            registers = .large(state)
        }
    }

    package mutating func add(_ bytes: [UInt8]) { add(bytes.span) }

    package mutating func add(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBytes { input in
            switch registers {
            case .small(var state):
                unsafe gatehouse_sha256_add(&state, input.baseAddress, input.count)
                registers = .small(state)
            case .large(var state):
                unsafe gatehouse_sha512_add(&state, input.baseAddress, input.count)
                registers = .large(state)
            }
        }
    }

    /// The digest of what was added so far; more may be added afterwards.
    package func digest() -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: function.digestLength) { output, count in
            switch registers {
            case .small(var state): unsafe gatehouse_sha256_finish(&state, output.baseAddress)
            case .large(var state): unsafe gatehouse_sha512_finish(&state, output.baseAddress)
            }
            count = function.digestLength
        }
    }
}
