import FoundationEssentials
import OpenSSLCrypto
import Secrets
import StrictJSON

/// The folder that holds `Tests` and `fixtures`, wherever this repository is checked out.
let repository = URL(filePath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// Recorded material beside the repository; tests that read it are skipped where it is not.
let sharedData = repository.deletingLastPathComponent().appending(path: "shared/data")

func isShared(_ path: String) -> Bool { FileManager.default.fileExists(atPath: sharedData.appending(path: path).path) }

func testKey(_ name: String) throws -> Secret {
    Secret([UInt8](try Data(contentsOf: repository.appending(path: "fixtures/keys/TEST-ONLY-\(name).pem"))))
}

func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

func hex(_ bytes: [UInt8]) -> String { bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }

/// A reproducible sequence (SplitMix64), for tests that want many different inputs.
struct Sequence64: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
