internal import COpenSSL
internal import Glibc

/// Times in certificates (RFC 5280 §4.1.2.5): UTCTime until 2049, GeneralizedTime from 2050 on, whole seconds in UTC.
enum CertificateTime {
    /// 1970-01-01T00:00:00Z to 9999-12-31T23:59:59Z; the last one means "no known end" (§4.1.2.5).
    static let range: ClosedRange<Int64> = 0...253_402_300_799

    /// Not before, and not after.
    static func check(from start: Int64, to end: Int64) throws(CryptoFailure) {
        guard range.contains(start), range.contains(end), start <= end else { throw .unfitForCertificate(.time) }
    }

    /// In the form that its year asks for.
    static func encoded(_ seconds: Int64) throws(CryptoFailure) -> [UInt8] {
        let time = try TimeHandle(seconds)
        return try unsafe DERWriter.bytes { output in unsafe i2d_ASN1_TIME(time.pointer, output) }
    }

    /// `nil` for every form that RFC 5280 does not allow: offsets, fractions, and times without seconds.
    static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64? {
        guard let time = unsafe time else { return nil }
        let text = unsafe ASN1Text.bytes(time)
        let length = unsafe ASN1_STRING_type(time) == V_ASN1_UTCTIME ? 13 : 15
        guard text.count == length, text.last == UInt8(ascii: "Z"),
            text.dropLast().allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        var fields = unsafe tm()
        guard unsafe ASN1_TIME_to_tm(time, &fields) == 1 else { return nil }
        return unsafe Int64(timegm(&fields))
    }
}

/// One `ASN1_TIME`, made from seconds.
@safe struct TimeHandle: ~Copyable {
    let pointer: UnsafeMutablePointer<ASN1_TIME>

    init(_ seconds: Int64) throws(CryptoFailure) {
        guard CertificateTime.range.contains(seconds) else { throw .unfitForCertificate(.time) }
        // Chooses between the two forms by the year.
        guard let made = unsafe ASN1_TIME_set(nil, Int(seconds)) else {
            ERR_clear_error()
            throw .library("ASN1_TIME_set")
        }
        unsafe pointer = made
    }

    deinit { unsafe ASN1_STRING_free(pointer) }
}
