/// How much a document may ask of the reader. A document past a limit is refused, never cut (RFC 8259 §9).
public struct JSONLimits: Hashable, Sendable {
    /// The length of the whole document.
    public var maximumBytes: Int
    /// How many arrays and objects may be open at once; a value past 256 counts as 256, see `Reader`.
    public var maximumDepth: Int
    /// How many members one object may have. Arrays are bounded by the bytes alone: a list of groups is long.
    public var maximumMembers: Int

    public init(maximumBytes: Int, maximumDepth: Int = 32, maximumMembers: Int = 4096) {
        self.maximumBytes = maximumBytes
        self.maximumDepth = maximumDepth
        self.maximumMembers = maximumMembers
    }

    /// A token's header or claims set: 64 KiB.
    public static let token = JSONLimits(maximumBytes: 64 << 10, maximumMembers: 512)
    /// A request body, a key set, a metadata document: 1 MiB.
    public static let document = JSONLimits(maximumBytes: 1 << 20)
}
