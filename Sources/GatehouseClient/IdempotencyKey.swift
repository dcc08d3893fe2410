/// What the header `Idempotency-Key` may carry: 1 to 255 visible ASCII characters.
package struct IdempotencyKey: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init?(_ text: String) {
        guard (1...255).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return nil
        }
        description = text
    }
}
