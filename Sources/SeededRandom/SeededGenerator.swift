import Foundation

/// The random numbers of tests (SplitMix64): they follow from the seed, so that a failing case can be run again.
///
/// `GATEHOUSE_SEED` shifts every seed: `make fuzz` sets another one in each round, and says which when a round fails.
package struct SeededGenerator: RandomNumberGenerator {
    private static let shift = ProcessInfo.processInfo.environment["GATEHOUSE_SEED"].flatMap { UInt64($0) } ?? 0

    private var state: UInt64

    package init(seed: UInt64) { state = seed &+ Self.shift &* 0x9FB2_1C65_1E98_DF25 }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// One of them. The list must not be empty.
    package mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int(truncatingIfNeeded: next() % UInt64(elements.count))]
    }

    /// True that often in a hundred.
    package mutating func chance(_ percent: UInt64) -> Bool { next() % 100 < percent }
}
