internal import Federation
internal import HTTPFetch
internal import Identifiers
internal import JOSE
internal import StrictJSON

// The values of a provider file, each read by the type that keeps it.
extension SettingsValue {
    /// The values that the template asks for, by name.
    func inputs() -> [String: String]? {
        guard let map = map() else { return nil }
        var inputs: [String: String] = [:]
        for entry in map.keys { inputs[entry.key] = map[entry.key]?.text(maximum: 2048) }
        return inputs
    }

    func audiences() -> Set<Audience>? {
        guard let audiences = oneOrList(maximum: 100, { $0.parsed(Audience.init) }) else { return nil }
        return audiences.isEmpty ? refuse("is empty: no token could ever be accepted") : Set(audiences)
    }

    /// No algorithm with a shared secret: whoever can check such a token can also make one.
    func algorithms() -> Set<SignatureAlgorithm>? {
        let known = SignatureAlgorithm.allCases.filter { !$0.isSymmetric }.map(\.rawValue)
        let algorithms = oneOrList(maximum: 16) { value -> SignatureAlgorithm? in
            guard let text = value.text(maximum: 64) else { return nil }
            if let algorithm = SignatureAlgorithm(rawValue: text), !algorithm.isSymmetric { return algorithm }
            return value.refuse(
                "must be of " + known.joined(separator: ", "), suggestion: Suggestion.nearest(to: text, among: known))
        }
        guard let algorithms else { return nil }
        return algorithms.isEmpty ? refuse("is empty: no token could ever be accepted") : Set(algorithms)
    }

    /// `JWT` also admits a token without `typ`.
    func typeRule() -> TypeRule? {
        guard let names = oneOrList(maximum: 8, { $0.text(maximum: 64) }) else { return nil }
        let others = names.filter { $0.lowercased() != "jwt" }
        let rules = (others.isEmpty ? [] : [TypeRule.oneOf(others)]) + (others.count < names.count ? [.jwt] : [])
        guard let first = rules.first else { return refuse("is empty: no token could ever be accepted") }
        return rules.dropFirst().reduce(first) { $0.or($1) }
    }

    func keyCache() -> KeyCacheSettings? {
        guard let map = map() else { return nil }
        defer { map.finish() }
        func read(_ key: String, _ range: ClosedRange<Int64>) -> Duration? {
            map[key]?.duration(in: range).map { .seconds($0) }
        }
        let (grace, cooldown) = (read("grace", 0...86_400), read("cooldown", 1...3600))
        let shortest = read("min_lifetime", 1...86_400)
        let longest = read("max_lifetime", 1...30 * 86_400)
        let oldest = read("max_age", 1...30 * 86_400)
        // What is not written gives way to what is; two that are written must agree.
        let isOrdered = (shortest ?? .zero) <= (longest ?? oldest ?? .seconds(86_400 * 30))
        guard isOrdered, longest == nil || oldest == nil || longest ?? .zero <= oldest ?? .zero else {
            return refuse("must have min_lifetime at most max_lifetime, and that at most max_age")
        }
        let standard = KeyCacheSettings()
        return KeyCacheSettings(
            grace: grace ?? standard.grace, unknownKeyCooldown: cooldown ?? standard.unknownKeyCooldown,
            minimumLifetime: shortest ?? standard.minimumLifetime, maximumLifetime: longest ?? standard.maximumLifetime,
            maximumAge: oldest ?? max(standard.maximumAge, (longest ?? .zero) * 2))
    }

    func fetchURL(allowing origins: Set<Origin>) -> FetchURL? {
        guard let url = url() else { return nil }
        do throws(FetchFailure) {
            return try FetchURL(url.text, allowing: origins)
        } catch {
            switch error {
            case .notHTTPS: return refuse("is http, and its origin is not in outbound.allow_origins")
            case .addressRefused:
                return refuse(
                    "leads to a loopback, private or reserved address, and its origin is not in outbound.allow_origins")
            default: return refuse("is no URL that can be fetched")
            }
        }
    }

    /// A key set (RFC 7517 §5) as JSON, with at least one key that can be used.
    func keySet(maximumRSABits: Int) -> [UInt8]? {
        guard let bytes = keySetBytes() else { return nil }
        do throws(KeySetFailure) {
            let set = try KeySet(jwks: bytes, options: KeySetOptions(maximumRSABits: maximumRSABits))
            return set.keys.isEmpty ? refuse("has no key that can verify a token") : bytes
        } catch {
            return refuse("is no key set: \(error.code)")
        }
    }

    private func keySetBytes() -> [UInt8]? {
        guard case .map(let entries) = node.content else {
            return refuse("must be {file: path} or a key set, not \(node.kind)")
        }
        guard entries.count == 1, let entry = entries.first, entry.key == "file" else {
            return node.json(context: context)?.encoded()
        }
        return SettingsValue(entry.value, key: "\(key).file", context: context).publicFile()?.bytes
    }
}
