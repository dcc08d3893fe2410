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
