import APIConventions
import Identifiers
import ServerPlugin
import StrictJSON

/// The identity settings on the wire. What is kept is what was sent, member by member, after each was checked.
enum IdentityShapes {
    private static let members = [
        "basic_configuration", "brute_force_detection_settings", "password_policy", "brute_force_detection",
        "tenant_details", "user_session_expiration",
    ]
    /// In the order of the published file; `nil` is the one that is no number.
    private static let passwordMembers: [(name: String, range: ClosedRange<Int64>?)] = [
        ("digits", 0...16), ("expire_password", 0...1080), ("lowercase_characters", 0...16),
        ("minimum_length", 7...1024), ("not_recently_used", 0...1000), ("not_username", nil),
        ("special_characters", 0...16), ("uppercase_characters", 0...16),
    ]

    static func settings(_ stored: JSONObject) -> JSONValue {
        var object = JSONObject()
        for name in members { object[name] = stored[name] ?? .null }
        return .object(object)
    }

    /// What anybody may know before they choose a password.
    static func publicPolicy(_ stored: JSONObject) -> JSONValue {
        let policy = stored["password_policy"] ?? .null
        var object = JSONObject()
        for (name, range) in passwordMembers where !name.hasSameBytes(as: "expire_password") {
            object[name] = policy[name] ?? (range == nil ? false : .integer(0))
        }
        return .object(object)
    }

    static func read(_ body: RequestBody) throws(APIError) -> JSONObject {
        var document = JSONObject()
        for name in ["basic_configuration", "tenant_details"] {
            guard let part = try body.object(name) else { continue }
            document[name] = ["display_name": JSONValue(try displayName(part))]
        }
        for name in ["brute_force_detection_settings", "brute_force_detection"] {
            guard let part = try body.object(name) else { continue }
            document[name] = ["max_login_failures": .integer(try number(part, "max_login_failures", 0...30) ?? 0)]
        }
        if let part = try body.object("password_policy") { document["password_policy"] = try passwordPolicy(part) }
        if let part = try body.object("user_session_expiration") {
            document["user_session_expiration"] = [
                "absolute_timeout": try duration(part, "absolute_timeout"),
                "idle_timeout": try duration(part, "idle_timeout"),
            ]
        }
        return document
    }

    private static func displayName(_ part: RequestBody) throws(APIError) -> String {
        let name = try part.required("display_name", try part.text("display_name"))
        let isPlain = name.utf8.allSatisfy { byte in
            byte >= 0x20 && byte != 0x7F && !"<>&\"".utf8.contains(byte)
        }
        guard isPlain, name.utf8.count <= 255 else {
            throw part.invalid("display_name", "must be at most 255 bytes without control characters and without <>&\"")
        }
        return name
    }

    private static func passwordPolicy(_ part: RequestBody) throws(APIError) -> JSONValue {
        var policy = JSONObject()
        guard try part.has("minimum_length") else { throw part.invalid("minimum_length", "is required") }
        for (name, range) in passwordMembers {
            if let range {
                policy[name] = .integer(try number(part, name, range) ?? 0)
            } else {
                policy[name] = .bool(try part.boolean(name) ?? false)
            }
        }
        return .object(policy)
    }

    /// In hours or in minutes, one of them.
    private static func duration(_ body: RequestBody, _ field: String) throws(APIError) -> JSONValue {
        guard let part = try body.object(field) else { return .null }
        let (hours, minutes) = (try part.object("hours"), try part.object("minutes"))
        switch (hours, minutes) {
        case (let hours?, nil): return ["hours": ["duration": .integer(try required(hours, 1...720))]]
        case (nil, let minutes?): return ["minutes": ["duration": .integer(try required(minutes, 5...43_200))]]
        default: throw body.invalid(field, "must be given in hours or in minutes, one of them")
        }
    }

    private static func required(_ part: RequestBody, _ range: ClosedRange<Int64>) throws(APIError) -> Int64 {
        try part.required("duration", try number(part, "duration", range))
    }

    private static func number(
        _ part: RequestBody, _ name: String, _ range: ClosedRange<Int64>
    ) throws(APIError) -> Int64? {
        guard let value = try part.integer(name) else { return nil }
        guard range.contains(value) else {
            throw part.invalid(name, "must be \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }
}
