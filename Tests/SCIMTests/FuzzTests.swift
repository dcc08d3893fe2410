import SCIM
import SeededRandom
import StrictJSON
import Testing

/// Random filters, paths, resources and operations, most of them of the grammar.
private struct Generator {
    var random: SeededGenerator
    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func literal() -> String {
        random.pick([
            #""bjensen@example.com""#, #""work""#, #""home""#, #""""#, "true", "false", "null", "0", "-1.5e3",
            #""True""#,
            #""2011-05-13T04:42:34Z""#, #""\u00e9\n\"""#, "9223372036854775808", #""Jensen""#, #""a""#,
        ])
    }

    mutating func name() -> String {
        random.pick([
            "userName", "USERNAME", "name.familyName", "emails", "emails.value", "emails.type", "emails.primary",
            "active",
            "meta.lastModified", "title", "addresses.region", "externalId", "id", "groups.value",
            "x509Certificates.value",
            "schemas", "\(enterpriseURN):department", "\(enterpriseURN):manager", "urn:example:2.0:X:y", "name", "nope",
        ])
    }

    mutating func operation() -> String {
        random.pick(["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "EQ", "pr"])
    }

    mutating func term(_ name: String) -> String {
        let operation = operation()
        return operation == "pr" ? "\(name) pr" : "\(name) \(operation) \(literal())"
    }

    mutating func filter(_ depth: Int, _ names: [String]? = nil) -> String {
        guard depth > 0 else { return term(names.map { random.pick($0) } ?? name()) }
        switch random.next() % 7 {
        case 0: return "\(filter(depth - 1, names)) and \(filter(depth - 1, names))"
        case 1: return "\(filter(depth - 1, names)) or \(filter(depth - 1, names))"
        case 2: return "not (\(filter(depth - 1, names)))"
        case 3: return "(\(filter(depth - 1, names)))"
        case 4 where names == nil: return selection(depth - 1)
        default: return filter(0, names)
        }
    }

    mutating func selection(_ depth: Int) -> String {
        let inner = filter(depth, ["type", "value", "primary", "display"])
        return "\(random.pick(["emails", "ims", "roles", "photos"]))[\(inner)]"
    }

    mutating func path() -> String {
        switch random.next() % 5 {
        case 0: selection(0) + (random.chance(60) ? "." + random.pick(["value", "type", "primary", "display"]) : "")
        case 1: random.pick(["emails", "roles"]) + "[type eq \"work\"]" + (random.chance(60) ? ".value" : "")
        default: name()
        }
    }

    mutating func value(_ depth: Int = 2) -> JSONValue {
        switch random.next() % (depth > 0 ? 12 : 8) {
        case 0: return nil
        case 1: return .bool(random.chance(50))
        case 2: return 7
        case 3, 4, 5, 6, 7: return JSONValue(random.pick(["a", "b", "work", "home", "True", "", "x@y.example", "é"]))
        case 8, 9: return .array((0..<random.next() % 4).map { _ in value(depth - 1) })
        default:
            var object = JSONObject()
            for _ in 0..<random.next() % 4 {
                let name = random.pick([
                    "value", "type", "primary", "display", "familyName", "title", "userName", "emails",
                ])
                object[random.chance(90) ? name : path()] = value(depth - 1)
            }
            return .object(object)
        }
    }

    mutating func operations() -> JSONObject {
        let operations = (0...random.next() % 4).map { _ -> JSONValue in
            var object: JSONObject = ["op": JSONValue(random.pick(["add", "Replace", "remove"]))]
            if random.chance(85) { object["path"] = JSONValue(path()) }
            if random.chance(85) { object["value"] = value() }
            return .object(object)
        }
        return ["schemas": [JSONValue(MessageURN.patchOp)], "Operations": .array(operations)]
    }
}

@Suite struct FuzzTests {
    /// A filter that parses prints to one that parses to the same, and says the same of every resource.
    @Test(arguments: 0..<8 as Range<UInt64>)
    func filters(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        var (accepted, matched) = (0, 0)
        for round in 0..<600 {
            let text = generator.filter(round % 5)
            guard let filter = try? Filter(text, of: .user) else { continue }
            accepted += 1
            let printed = try Filter(filter.description, of: .user)
            #expect(printed == filter, "\(text)")
            for user in [bjensen, omalley] {
                let isMatch = filter.matches(user)
                if isMatch { matched += 1 }
                #expect(printed.matches(user) == isMatch)
                #expect(filter.conjuncts.allSatisfy { $0.matches(user) } == isMatch, "\(text)")
                let negated = try Filter("not (\(text))", of: .user)
                #expect(negated.matches(user) != isMatch, "\(text)")
            }
        }
        #expect(accepted > 50)
        #expect(matched > 20)
    }

    /// Any bytes: refused with a place inside them, or a filter.
    @Test(arguments: 100..<108 as Range<UInt64>)
    func noise(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "userName", "emails", "[", "]", "(", ")", "\"", "\\", "eq", " ", " ", "and", "or", "not", ".", ":", "urn:",
            "type",
            "value", "true", "-", "0", "1e", "\u{0}", "é", "$ref", "\n", "pr", "\"a\"", enterpriseURN,
        ]
        for _ in 0..<2000 {
            let text = (0..<random.next() % 14).map { _ in random.pick(pieces) }.joined()
            do throws(SCIMError) {
                let filter = try Filter(text, of: .user)
                #expect((try? Filter(filter.description, of: .user)) == filter, "\(text)")
                _ = filter.matches(bjensen)
            } catch {
                #expect(error.scimType == .invalidFilter)
            }
            let body: JSONObject = [
                "schemas": [JSONValue(MessageURN.patchOp)],
                "Operations": [["op": "add", "path": JSONValue(text), "value": "x"]],
            ]
            _ = try? UserPatch(body)
            _ = try? GroupPatch(body)
            _ = try? Projection(attributes: [text], excluded: [], of: .user)
            _ = try? SortOrder.read(by: text, order: nil, of: .user)
            _ = try? EntityTagCondition(text)
            _ = DateTime(text)
            let folded = CaseFolding.key(text)
            #expect(CaseFolding.key(folded).utf8.elementsEqual(folded.utf8))
        }
    }

    /// Whatever a PATCH does, what it leaves is a user that a PUT could have made, with at most one primary value, and what
    /// it refuses leaves nothing behind.
    @Test(arguments: 200..<208 as Range<UInt64>)
    func patchProperty(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        var user = try storedUser()
        var (changes, refusals) = (0, 0)
        for _ in 0..<800 {
            let body = generator.operations()
            do throws(SCIMError) {
                let outcome = try UserPatch(body).apply(to: user)
                #expect(outcome.isChanged == (outcome.resource != user))
                if outcome.isChanged { changes += 1 }
                user = outcome.resource
            } catch {
                refusals += 1
                #expect((400...499).contains(error.status))
            }
            #expect(try UserResource(attributes: user.attributes) == user)
            for name in ["id", "meta", "groups", "schemas", "password"] { #expect(user.attributes[name] == nil) }
            for member in user.attributes.members {
                let values = member.value.arrayValue ?? []
                #expect(values.count { $0["primary"] == true } <= 1)
                #expect(member.value != nil && member.value != [] && member.value != [:])
            }
            if user.attributes.members.count < 4 { user = try storedUser() }
        }
        #expect(changes > 30)
        #expect(refusals > 30)
    }

    /// Bodies of any shape: refused, or read to what reads to the same.
    @Test(arguments: 300..<304 as Range<UInt64>)
    func resourceProperty(seed: UInt64) {
        var generator = Generator(seed: seed)
        var accepted = 0
        for _ in 0..<1500 {
            var body = object(#"{"userName": "a", "displayName": "g"}"#)
            for _ in 0..<generator.random.next() % 4 {
                body[
                    generator.random.pick([
                        "emails", "name", "roles", "active", "title", "members", enterpriseURN, "meta",
                    ])] =
                    generator.value(3)
            }
            if let user = try? UserResource(attributes: body) {
                accepted += 1
                #expect((try? UserResource(attributes: user.attributes)) == user)
            }
            body["schemas"] = [JSONValue(Schema.group.id)]
            if let group = try? GroupResource(body) {
                #expect(Set(group.memberIDs.map { Array($0.utf8) }).count == group.memberIDs.count)
            }
            _ = try? SearchRequest(body, of: .user, maximumResults: 10)
        }
        #expect(accepted > 100)
    }
}
