import HTTPFetch
import Testing

@testable import GatehouseClient

@Suite struct ServerAddressTests {
    @Test(
        arguments: [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("https://id.example.com", "https://id.example.com"),
            ("HTTPS://ID.example.com:443", "https://id.example.com"),
            ("https://10.1.2.3", "https://10.1.2.3"),
            ("https://127.0.0.1:8443", "https://127.0.0.1:8443"),
        ])
    func taken(_ text: String, _ origin: String) throws {
        #expect(try ServerAddress(text).description == origin)
    }

    @Test(
        arguments: [
            "http://id.example.com", "http://10.1.2.3:8080", "http://169.254.169.254", "http://0.0.0.0:8080",
            "http://127.0.0.1.example.com", "http://127.1:8080", "ftp://127.0.0.1", "127.0.0.1:8080", "", "/",
            "https://user:password@id.example.com", "https://id.example.com/path", "https://id.example.com?x=1",
            "https://id.example.com#f", "http://localhost.example.com", "https://id.example.com//",
        ])
    func refused(_ text: String) {
        let failure = #expect(throws: ClientFailure.self) { try ServerAddress(text) }
        guard case .invalidServer? = failure else {
            Issue.record("\(text): \(String(describing: failure))")
            return
        }
    }

    @Test func aTargetStaysOnTheServer() throws {
        let address = try ServerAddress("https://id.example.com")
        #expect(try address.url("/a/b?c=d").rawValue == "https://id.example.com/a/b?c=d")
        #expect(throws: ClientFailure.self) { try address.url("@evil.example/") }
        #expect(throws: ClientFailure.self) { try address.url(".evil.example/") }
    }
}
