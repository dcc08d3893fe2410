/// "Did you mean": the candidate that is clearly nearest to what was written.
package enum Suggestion {
    /// At most a third of the name may be wrong, and no other candidate may be as near.
    package static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
        guard name.utf8.count <= 64 else { return nil }
        let allowed = max(1, name.utf8.count / 3)
        var best: (name: String, distance: Int)?
        var isTied = false
        for candidate in candidates where candidate.utf8.count <= 64 {
            let distance = distance(Array(name.utf8), Array(candidate.utf8))
            guard distance <= allowed, distance <= (best?.distance ?? .max) else { continue }
            isTied = distance == best?.distance && candidate != best?.name
            best = (candidate, distance)
        }
        return isTied ? nil : best?.name
    }

    /// Insertions, deletions, substitutions and swaps of neighbours; a change of case is no cost but one in total.
    private static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
        func lower(_ byte: UInt8) -> UInt8 {
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
        }
        let (one, other, penalty) = (one.map(lower), other.map(lower), one.elementsEqual(other) ? 0 : 1)
        if one == other { return penalty }
        var before: [Int] = []
        var previous = Array(0...other.count)
        for row in one.indices {
            var current = [row + 1]
            for column in other.indices {
                var cost = min(
                    previous[column + 1] + 1, current[column] + 1,
                    previous[column] + (one[row] == other[column] ? 0 : 1))
                if row > 0, column > 0, one[row] == other[column - 1], one[row - 1] == other[column] {
                    cost = min(cost, before[column - 1] + 1)
                }
                current.append(cost)
            }
            (before, previous) = (previous, current)
        }
        return previous[other.count]
    }
}
