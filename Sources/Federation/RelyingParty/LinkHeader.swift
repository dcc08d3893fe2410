internal import HTTPTypes

/// `Link` (RFC 8288 §3), as far as paging needs it.
enum LinkHeader {
    /// The target of the link whose relation is `next`; `nil` when there is none.
    static func next(_ fields: HTTPFields) -> String? {
        guard let name = HTTPField.Name("Link"), let value = fields[name] else { return nil }
        var rest = Array(value.utf8)[...]
        while let start = rest.firstIndex(of: UInt8(ascii: "<")) {
            let target = rest[rest.index(after: start)...].prefix { $0 != UInt8(ascii: ">") }
            guard target.endIndex < rest.endIndex else { return nil }
            // The parameters go to the next link, or to the end.
            let parameters = rest[rest.index(after: target.endIndex)...].prefix { $0 != UInt8(ascii: "<") }
            if isNext(parameters) { return String(decoding: target, as: UTF8.self) }
            rest = rest[parameters.endIndex...]
        }
        return nil
    }

    private static func isNext(_ parameters: ArraySlice<UInt8>) -> Bool {
        let separators = Set(";, \t".utf8)
        return parameters.split { separators.contains($0) }.contains { parameter in
            let text = parameter.map { $0 | 0x20 }.filter { $0 != UInt8(ascii: "\"") }
            return text.elementsEqual("rel=next".utf8)
        }
    }
}
