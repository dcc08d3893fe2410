/// Several files as one map: maps join key by key, and anything set in two files is a problem that names both places.
enum FileMerge {
    static func merge(_ roots: [YAMLNode], context: ReadingContext) -> [YAMLEntry] {
        var merged: [YAMLEntry] = []
        for root in roots {
            guard case .map(let entries) = root.content else {
                context.report("a configuration file is a map of keys, not \(root.kind)", at: root.position)
                continue
            }
            merged = join(merged, entries, prefix: "", context: context)
        }
        return merged
    }

    private static func join(
        _ first: [YAMLEntry], _ second: [YAMLEntry], prefix: String, context: ReadingContext
    ) -> [YAMLEntry] {
        var joined = first
        for entry in second {
            guard let index = joined.firstIndex(where: { $0.key.utf8.elementsEqual(entry.key.utf8) }) else {
                joined.append(entry)
                continue
            }
            let present = joined[index]
            guard case .map(let ours) = present.value.content, case .map(let theirs) = entry.value.content else {
                let name = printable(prefix + entry.key)
                context.report("'\(name)' is already set in \(present.keyPosition)", at: entry.keyPosition)
                continue
            }
            let entries = join(ours, theirs, prefix: prefix + entry.key + ".", context: context)
            joined[index] = YAMLEntry(
                key: present.key, at: present.keyPosition, value: YAMLNode(.map(entries), at: present.value.position))
        }
        return joined
    }
}
