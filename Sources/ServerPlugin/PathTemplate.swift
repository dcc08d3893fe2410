public import Identifiers

/// A path with parameters: `/api/web/namespaces/{namespace}/api_credentials/{name}`.
///
/// A parameter is one whole segment. Matching is by bytes on the percent-decoded segment; an empty segment, a segment
/// that decodes to `.`/`..`, or one that holds `/` or NUL after decoding never matches.
public struct PathTemplate: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    public enum Segment: Hashable, Sendable {
        case literal(Key)
        case parameter(Key)
    }

    public let segments: [Segment]
    public let description: String

    public init(stringLiteral value: String) { self.init(value) }

    public init(_ text: String) {
        description = text
        segments = text.split(separator: "/").map { segment in
            segment.hasPrefix("{") && segment.hasSuffix("}")
                ? .parameter(Key(segment.dropFirst().dropLast())) : .literal(Key(segment))
        }
    }
}
