/// The names of the object being read, to refuse the second of a kind (RFC 8259 §4 leaves its meaning open).
///
/// A claims set has a dozen or two short names, for which looking through them is fastest. Above, a set keeps a hostile
/// object of thousands of names linear; Swift's hash seed is random for each process, so collisions cannot be prepared.
struct SeenNames {
    private var set: Set<JSONString> = []

    mutating func isNew(_ name: JSONString, after members: [JSONObject.Member]) -> Bool {
        guard members.count >= JSONObject.few else { return !members.contains { $0.name == name } }
        if set.isEmpty { set.formUnion(members.lazy.map(\.name)) }
        return set.insert(name).inserted
    }
}
