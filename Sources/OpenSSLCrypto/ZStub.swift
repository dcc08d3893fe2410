package import Secrets
package struct CertificateSerial: Hashable, Sendable { package let hex: String; package init() throws(CryptoFailure) { hex = "" }; package init?(hex: String) { self.hex = hex } }
package struct CertificateName: Sendable { package init(commonName: String, organizations: [String]) throws(CryptoFailure) {} }
package final class Certificate: Sendable { package let der: [UInt8] = []; package let pem = ""; package let serial = ""; package let notBefore: Int64 = 0; package let notAfter: Int64 = 0; package let fingerprint: [UInt8] = []
  package init(der: [UInt8]) throws(CryptoFailure) {}; package init(pem: String) throws(CryptoFailure) {} }
package enum CertificateRefusal: Error, Hashable, Sendable { case malformed, wrongIssuer, badSignature, notYetValid, expired, wrongPurpose, isAuthority, unknownCriticalExtension }
package struct RevokedEntry: Sendable { package enum Reason: Sendable { case unspecified, certificateHold }; package init(serial: CertificateSerial, revokedAt: Int64, reason: Reason) {} }
package struct RevocationList: Sendable { package let der: [UInt8]; package let pem: String }
package final class CertificateAuthority: Sendable { package let certificate: Certificate
 package init(certificate: Certificate, key: PrivateKeyHandle) throws(CryptoFailure) { self.certificate = certificate }
 package static func make(commonName: String, organization: String, key: PrivateKeyHandle, serial: CertificateSerial, notBefore: Int64, notAfter: Int64) throws(CryptoFailure) -> CertificateAuthority { throw .library("") }
 package func issueClientCertificate(name: CertificateName, uris: [String], emails: [String], publicKey: PrivateKeyHandle, serial: CertificateSerial, notBefore: Int64, notAfter: Int64, crlURL: String?) throws(CryptoFailure) -> Certificate { throw .library("") }
 package func verifyClient(_ c: Certificate, at: Int64) throws(CertificateRefusal) {}
 package func revocationList(entries: [RevokedEntry], number: Int64, thisUpdate: Int64, nextUpdate: Int64) throws(CryptoFailure) -> RevocationList { throw .library("") } }
package enum PKCS12 { package enum Encryption { case aes256, tripleDES }
 package static func bundle(key: PrivateKeyHandle, certificate: Certificate, chain: [Certificate], password: Secret, friendlyName: String, encryption: Encryption) throws(CryptoFailure) -> [UInt8] { [] } }
package final class SlowQueue: Sendable { package struct Full: Error {}; package init(capacity: Int) {}; package var isFull: Bool { false }
 package func run<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T { try work() } }
