import AccessPolicy
import Broker
import GatehouseTesting
import HTTPTypes
import StrictJSON
import Testing

/// Searches: what the store answers by its indexes and what is looked at one by one must mean the same.
@Suite struct SearchTests {
    private static func filled() async throws -> SCIMService {
        let scim = try await SCIMService.make()
        for (name, more) in [
            ("Ada@example.org", #","displayName":"Ada","externalId":"X1","title":"Countess""#),
            ("bob@example.org", #","displayName":"Bob","active":false,"emails":[{"value":"b@Example.ORG"}]"#),
            (
                "carol@example.net",
                #","displayName":"ada","externalId":"x1","emails":[{"value":"c@example.org"},{"value":"b@example.org"}]"#
            ),
            ("dave", #","name":{"familyName":"Ångström"}"#),
        ] {
            scim.world.clock.advance(seconds: 1)
            let made = try await scim.user(name, more)
            guard made.status == 201 else { throw Unmade(detail: made.detail) }
        }
        return scim
    }

    struct Unmade: Error { let detail: String }

    @Test(arguments: [
        (#"userName eq "ADA@EXAMPLE.ORG""#, ["Ada@example.org"]), (#"userName sw "B""#, ["bob@example.org"]),
        (#"userName co "example""#, ["Ada@example.org", "bob@example.org", "carol@example.net"]),
        (#"userName ew "ORG" and active eq true"#, ["Ada@example.org"]),
        (#"userName gt "bob@example.org""#, ["carol@example.net", "dave"]),
        (#"userName ge "BOB@example.org" and userName lt "d""#, ["bob@example.org", "carol@example.net"]),
        (#"externalId eq "X1""#, ["Ada@example.org"]), (#"externalId eq "x1""#, ["carol@example.net"]),
        (#"not (externalId pr)"#, ["bob@example.org", "dave"]),
        (#"emails eq "B@EXAMPLE.ORG""#, ["bob@example.org", "carol@example.net"]),
        (#"emails.value eq "c@example.org""#, ["carol@example.net"]),
        (#"emails[value eq "b@example.org"]"#, ["bob@example.org", "carol@example.net"]),
        ("active eq false", ["bob@example.org"]),
        (#"active eq "True" and displayName eq "ADA""#, ["Ada@example.org", "carol@example.net"]),
        (#"title eq "countess" or userName eq "dave""#, ["Ada@example.org", "dave"]),
        (#"name.familyName eq "ångström""#, ["dave"]),
        (#"meta.created gt "2027-01-15T08:00:02Z""#, ["carol@example.net", "dave"]),
        (#"meta.lastModified le "2027-01-15T08:00:02.000000001Z""#, ["Ada@example.org", "bob@example.org"]),
        (#"meta.created eq "2027-01-15T09:00:01+01:00""#, ["Ada@example.org"]),
        (#"meta.created eq "2027-01-15T08:00:01.0005Z""#, []),
        (#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department pr"#, []),
        (#"userName eq "x' OR '1'='1""#, []), (#"userName sw "%""#, []), (#"id eq "'; DROP TABLE principals; --""#, []),
    ])
    func filters(_ filter: String, _ expected: [String]) async throws {
        let scim = try await Self.filled()
        let answer = try await scim.find("Users", filter)
        #expect(answer.status == 200, "\(answer.detail)")
        #expect(answer.userNames.sorted() == expected.sorted() && answer.total == Int64(expected.count))
        let body =
            #"{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"filter":\#(JSONValue(filter).encodedText())}"#
        #expect(try await scim.post("/Users/.search", body).body == answer.body)
    }

    @Test(arguments: [
        ("userName", ["Ada@example.org", "bob@example.org", "carol@example.net", "dave"]),
        ("userName&sortOrder=descending", ["dave", "carol@example.net", "bob@example.org", "Ada@example.org"]),
        (
            "meta.lastModified&sortOrder=descending",
            ["dave", "carol@example.net", "bob@example.org", "Ada@example.org"]
        ),
        ("displayName", ["Ada@example.org", "carol@example.net", "bob@example.org", "dave"]),
        ("displayName&startIndex=2&count=2", ["carol@example.net", "bob@example.org"]),
        ("userName&startIndex=3&count=2", ["carol@example.net", "dave"]),
        ("userName&filter=displayName%20pr&count=1&startIndex=2", ["bob@example.org"]),
        ("id&count=0", []), ("id&startIndex=9", []), ("id&startIndex=-4&count=1", ["Ada@example.org"]),
    ])
    func orders(_ query: String, _ expected: [String]) async throws {
        let scim = try await Self.filled()
        let answer = try await scim.get("/Users?sortBy=\(query)")
        #expect(answer.status == 200 && answer.userNames == expected, "\(answer.body)")
        #expect(answer.total == (query.contains("filter") ? 3 : 4))
        #expect(answer.body["itemsPerPage"] == .integer(Int64(expected.count)))
    }

    @Test func attributes() async throws {
        let scim = try await Self.filled()
        let few = try await scim.find("Users", #"userName eq "dave""#, "&attributes=userName")
        let first = try #require(few.resources.first?.objectValue)
        #expect(Set(first.names) == ["schemas", "id", "userName"])
        let others = try await scim.find("Users", #"userName eq "dave""#, "&excludedAttributes=name,meta")
        #expect(
            Set(try #require(others.resources.first?.objectValue).names) == ["schemas", "id", "userName", "active"])
        #expect(try await scim.get("/Users?attributes=id&excludedAttributes=meta").refusal == "400 invalidValue")
    }

    @Test(arguments: [
        ("userName", "400 invalidFilter"), (#"userName eq"#, "400 invalidFilter"),
        (#"nonsense eq 1"#, "400 invalidFilter"),
        (#"userName eq "a" and"#, "400 invalidFilter"), (#"(((userName pr"#, "400 invalidFilter"),
        (String(repeating: "(", count: 5000), "400 invalidFilter"), (#"active gt true"#, "400 invalidFilter"),
        (#"userName eq "\u0000"; DROP TABLE principals"#, "400 invalidFilter"),
    ])
    func refusedFilters(_ filter: String, _ expected: String) async throws {
        let scim = try await SCIMService.make()
        for resource in ["Users"] { #expect(try await scim.find(resource, filter).refusal == expected) }
    }

    @Test(arguments: [
        ("/Users?sortBy=nonsense", "400 invalidValue"), ("/Users?count=many", "400 invalidValue"),
        ("/Users?startIndex=1&startIndex=2", "400 invalidValue"), ("/Users?filter=%FF", "400 invalidSyntax"),
        ("/Users?filter=%zz", "400 invalidSyntax"), ("/Users?sortBy=userName&sortOrder=up", "400 invalidValue"),
        ("/Schemas?filter=id%20pr", "403 -"), ("/ResourceTypes?filter=x", "403 -"),
        ("/ServiceProviderConfig?Filter=x", "403 -"), ("/Schemas/urn:x", "404 -"), ("/ResourceTypes/Printer", "404 -"),
        ("/Users/%27", "404 -"), ("/Users/..", "404 -"), ("/Groups/grp_x", "404 -"), ("/Me", "501 -"), ("", "501 -"),
    ])
    func refusedReads(_ target: String, _ expected: String) async throws {
        let scim = try await SCIMService.make()
        #expect(try await scim.get(target).refusal == expected)
    }

    @Test func discovery() async throws {
        let scim = try await SCIMService.make()
        let configuration = try await scim.get("/ServiceProviderConfig")
        #expect(configuration.status == 200 && configuration.body["bulk"]?["supported"] == false)
        #expect(configuration.body["filter"] == ["supported": true, "maxResults": 200])
        #expect(try await scim.get("/Schemas").total == 6)
        #expect(
            try await scim.get("/Schemas/\(SCIMService.enterpriseURN)").body["id"]?.stringValue
                == SCIMService.enterpriseURN)
        #expect(try await scim.get("/ResourceTypes").total == 2)
        #expect(try await scim.get("/ResourceTypes/User").body["endpoint"] == "/Users")
    }
}
