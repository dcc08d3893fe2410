import NIOHTTP1
import Testing

@testable import GatehouseServer

private let policy = HostPolicy(hosts: ["id.example", "127.0.0.1:8080"], origins: ["https://id.example"])

@Test(
    arguments: [
        ([("Host", "id.example")], nil),
        ([("host", "ID.Example")], nil),
        ([("Host", "127.0.0.1:8080")], nil),
        ([("Host", "id.example"), ("Origin", "https://id.example")], nil),
        ([], .noHost),
        ([("Host", "")], .noHost),
        ([("Host", "id.example"), ("Host", "id.example")], .noHost),
        ([("Host", "id.example:8080")], .foreignHost),
        ([("Host", "id.example.")], .foreignHost),
        ([("Host", "id.example.evil.example")], .foreignHost),
        ([("Host", "evil.example")], .foreignHost),
        ([("Host", "127.0.0.1")], .foreignHost),
        ([("Host", "\u{131}d.example")], .foreignHost),
        ([("Host", "id.example, evil.example")], .foreignHost),
        ([("Host", "id.example"), ("Origin", "null")], .foreignOrigin),
        ([("Host", "id.example"), ("Origin", "")], .foreignOrigin),
        ([("Host", "id.example"), ("Origin", "http://id.example")], .foreignOrigin),
        ([("Host", "id.example"), ("Origin", "https://id.example:444")], .foreignOrigin),
        ([("Host", "id.example"), ("Origin", "https://id.example"), ("Origin", "https://id.example")], .foreignOrigin),
        ([("Host", "evil.example"), ("Origin", "https://id.example")], .foreignHost),
    ] as [([(String, String)], HostPolicy.Refusal?)])
func hosts(fields: [(String, String)], expected: HostPolicy.Refusal?) {
    var refusal: HostPolicy.Refusal?
    do throws(HostPolicy.Refusal) {
        try policy.check(HTTPHeaders(fields), skipOrigin: false)
    } catch {
        refusal = error
    }
    #expect(refusal == expected)
}

@Test func aPublicDocumentIsForAnyOriginButNotForAnyHost() throws {
    try policy.check(HTTPHeaders([("Host", "id.example"), ("Origin", "https://app.example")]), skipOrigin: true)
    #expect(throws: HostPolicy.Refusal.foreignHost) {
        try policy.check(HTTPHeaders([("Host", "evil.example"), ("Origin", "https://app.example")]), skipOrigin: true)
    }
}
