import Foundation
import Testing

@testable import Pages

@Suite struct StylesheetTests {
    private let source = String(decoding: Stylesheet.bytes, as: UTF8.self)

    @Test func isSmallAndLoadsNothing() {
        #expect(Stylesheet.bytes.count > 1000 && Stylesheet.bytes.count < 12 * 1024)
        for forbidden in ["url(", "@import", "http", "@font-face", "!important", "expression"] {
            #expect(!source.contains(forbidden), "\(forbidden)")
        }
    }

    @Test func isNamedByItsContent() {
        #expect(Stylesheet.path.wholeMatch(of: /\/assets\/gatehouse-[0-9a-f]{12}\.css/) != nil)
        #expect(Stylesheet.plainPath == "/assets/gatehouse.css")
        #expect(Stylesheet.fingerprint(Stylesheet.bytes + [0]) != Stylesheet.fingerprint(Stylesheet.bytes))
    }

    /// The vectors of the function's authors: http://www.isthe.com/chongo/tech/comp/fnv/
    @Test(arguments: [("", "cbf29ce48422"), ("a", "af63dc4c8601"), ("foobar", "85944171f739")])
    func fingerprintIsFNV1a(_ text: String, _ expected: String) {
        #expect(Stylesheet.fingerprint(Array(text.utf8)) == expected)
    }

    /// Nothing moves and nothing fades: so there is nothing to turn off for who asks for reduced motion.
    @Test func nothingMoves() {
        for motion in ["transition", "animation", "@keyframes", "scroll-behavior"] {
            #expect(!source.contains(motion))
        }
    }

    @Test func focusIsNeverHidden() {
        #expect(source.contains(":focus-visible { outline: 0.2rem solid var(--focus)"))
        #expect(!source.contains("outline: none") && !source.contains("outline: 0;"))
    }

    /// Which colours stand on which. Text needs 4.5 to 1 (WCAG 1.4.3); borders of controls and the focus need 3 (1.4.11).
    private static let pairs: [(front: String, backs: [String], least: Double)] = [
        ("text", ["page", "panel", "hover"], 4.5), ("quiet", ["page", "panel"], 4.5), ("link", ["page", "panel"], 4.5),
        ("action-text", ["action", "action-hover"], 4.5), ("badge-text", ["badge"], 4.5),
        ("problem", ["panel", "problem-back"], 4.5), ("caution", ["caution-back"], 4.5), ("good", ["good-back"], 4.5),
        ("edge", ["panel"], 3), ("focus", ["page", "panel"], 3), ("action", ["panel"], 3),
        ("action-hover", ["panel"], 3),
    ]

    @Test(arguments: ["light", "dark"])
    func coloursHaveContrast(_ scheme: String) throws {
        let colours = try scheme == "light" ? colours(0) : colours(0).merging(colours(1)) { $1 }
        for (front, backs, least) in Self.pairs {
            for back in backs {
                let ratio = Self.contrast(try #require(colours[front]), try #require(colours[back]))
                #expect(ratio >= least, "\(front) on \(back) in \(scheme): \(ratio)")
            }
        }
    }

    /// A colour that no pair has would not be computed. `line` only decorates.
    @Test func everyColourIsInAPair() throws {
        let known = Set(Self.pairs.flatMap { [$0.front] + $0.backs } + ["line"])
        let (light, dark) = (try colours(0), try colours(1))
        #expect(Set(light.keys) == known)
        #expect(Set(dark.keys) == known, "each has a dark one")
        let used = source.matches(of: /var\(--([a-z-]+)\)/).map { String($0.1) }
        #expect(Set(used) == known)
        let hex = source.matches(of: /#[0-9a-fA-F]{3,8}\b/).count
        #expect(hex == light.count + dark.count, "a colour outside of :root")
    }

    @Test func contrastIsComputedAsTheStandardSays() {
        #expect(Self.contrast("000000", "ffffff") == 21)
        #expect(abs(Self.contrast("777777", "ffffff") - 4.478) < 0.001)
    }

    private func colours(_ block: Int) throws -> [String: String] {
        let blocks = source.matches(of: /:root \{([^}]*)\}/)
        #expect(blocks.count == 2)
        let text = try #require(blocks.dropFirst(block).first).1
        return text.matches(of: /--([a-z-]+): #([0-9a-f]{6});/).reduce(into: [:]) { $0[String($1.1)] = String($1.2) }
    }

    /// WCAG 2.2, "relative luminance" and "contrast ratio".
    private static func contrast(_ left: String, _ right: String) -> Double {
        let (one, other) = (luminance(left), luminance(right))
        return (max(one, other) + 0.05) / (min(one, other) + 0.05)
    }

    private static func luminance(_ hex: String) -> Double {
        let value = Int(hex, radix: 16) ?? 0
        let channels = [value >> 16 & 255, value >> 8 & 255, value & 255].map { channel in
            let part = Double(channel) / 255
            return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
    }
}
