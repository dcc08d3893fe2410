/// The two forms of an ECDSA signature: JOSE writes r and s side by side, each as long as the curve's field
/// (RFC 7518 §3.4); OpenSSL speaks the DER of X9.62.
enum ECDSASignature {
    /// `nil` unless the length is exactly the curve's.
    static func der(_ signature: Span<UInt8>, _ curve: EllipticCurve) -> [UInt8]? {
        let length = curve.coordinateLength
        guard signature.count == 2 * length else { return nil }
        var body: [UInt8] = []
        body.reserveCapacity(2 * length + 9)
        appendInteger(signature.extracting(first: length), to: &body)
        appendInteger(signature.extracting(last: length), to: &body)
        // At most 2 * (66 + 3) bytes: the length takes one byte, or two from 128 on.
        let count = UInt8(truncatingIfNeeded: body.count)
        return (count < 0x80 ? [0x30, count] : [0x30, 0x81, count]) + body
    }

    /// The inverse, for what OpenSSL has just made; `nil` if it is not such DER.
    static func jose(_ der: ArraySlice<UInt8>, _ curve: EllipticCurve) -> [UInt8]? {
        var rest = der
        guard rest.popFirst() == 0x30, let first = rest.popFirst() else { return nil }
        let count = first == 0x81 ? rest.popFirst() : first
        guard let count, Int(count) == rest.count else { return nil }
        guard let r = takeInteger(&rest, curve.coordinateLength), let s = takeInteger(&rest, curve.coordinateLength),
            rest.isEmpty
        else { return nil }
        return r + s
    }

    /// INTEGER in its shortest form, with a zero before a set top bit: DER has signs (X.690 §8.3).
    private static func appendInteger(_ number: Span<UInt8>, to body: inout [UInt8]) {
        var start = 0
        while start < number.count - 1, number[start] == 0 { start += 1 }
        let negative = number[start] & 0x80 != 0
        body.append(0x02)
        body.append(UInt8(truncatingIfNeeded: number.count - start + (negative ? 1 : 0)))
        if negative { body.append(0) }
        for index in start..<number.count { body.append(number[index]) }
    }

    private static func takeInteger(_ rest: inout ArraySlice<UInt8>, _ length: Int) -> [UInt8]? {
        guard rest.popFirst() == 0x02, let count = rest.popFirst(), Int(count) <= rest.count else { return nil }
        let digits = rest.prefix(Int(count)).drop { $0 == 0 }
        rest = rest.dropFirst(Int(count))
        guard digits.count <= length else { return nil }
        return Array(repeating: 0, count: length - digits.count) + digits
    }
}
