import Observability
import Testing

@Test(
    arguments: [
        (0, "1970-01-01T00:00:00.000Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
        (951_782_400_999, "2000-02-29T00:00:00.999Z", "Tue, 29 Feb 2000 00:00:00 GMT"),
        (784_111_777_000, "1994-11-06T08:49:37.000Z", "Sun, 06 Nov 1994 08:49:37 GMT"),  // RFC 9110 §5.6.7
        (4_107_542_399_001, "2100-02-28T23:59:59.001Z", "Sun, 28 Feb 2100 23:59:59 GMT"),
        (-5, "1970-01-01T00:00:00.000Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
        (.max, "9999-12-31T23:59:59.999Z", "Fri, 31 Dec 9999 23:59:59 GMT"),
    ] as [(Int64, String, String)])
func civilTime(milliseconds: Int64, rfc3339: String, imfFixdate: String) {
    let time = CivilTime(milliseconds: milliseconds)
    var bytes: [UInt8] = []
    time.writeRFC3339(into: &bytes)
    #expect(String(decoding: bytes, as: UTF8.self) == rfc3339)
    #expect(time.imfFixdate == imfFixdate)
}
