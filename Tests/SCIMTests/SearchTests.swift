import SCIM
import StrictJSON
import Testing

@Suite struct SearchRequestTests {
    private func search(_ parameters: [(String, String)]) throws(SCIMError) -> SearchRequest {
        try SearchRequest(
            parameters: parameters.map { (name: $0.0, value: $0.1) }, of: .user, maximumResults: 100)
    }

    @Test(
        arguments: [
            (nil, nil, 1, 100), ("1", "10", 1, 10), ("0", "-1", 1, 0), ("-5", "0", 1, 0), ("11", "1000", 11, 100),
            ("+2", "+3", 2, 3), ("99999999999999999999", "99999999999999999999", .max, 100),
            ("-99999999999999999999", "-99999999999999999999", 1, 0), ("007", "7", 7, 7),
        ] as [(String?, String?, Int, Int)])
    func pages(_ start: String?, _ count: String?, _ index: Int, _ results: Int) throws {
        let parameters = [("startIndex", start), ("count", count)].compactMap { pair in pair.1.map { (pair.0, $0) } }
        let page = try search(parameters).page
        #expect(page.startIndex == index)
        #expect(page.count == results)
        #expect(page.offset == index - 1)
    }

    @Test(arguments: [
        ([("count", "ten")], "invalidValue: count must be a whole number."),
        ([("count", "")], "invalidValue: count must be a whole number."),
        ([("count", "-")], "invalidValue: count must be a whole number."),
        ([("startIndex", "1.5")], "invalidValue: startIndex must be a whole number."),
        ([("startIndex", "١")], "invalidValue: startIndex must be a whole number."),
        ([("startIndex", "1"), ("startIndex", "2")], "invalidValue: startIndex is given twice."),
        ([("sortBy", "nope")], "invalidValue: sortBy is not valid: User has no attribute nope."),
        ([("sortBy", "name")], "invalidValue: sortBy is not valid: name has no value of its own."),
        (
            [("sortBy", "user name")],
            "invalidValue: sortBy is not valid: an attribute is written as name, name.subName or urn:...:name, in letters, digits, - and _."
        ),
        ([("sortBy", "urn:ietf:params:scim:schemas:core:2.0:User")], "invalidValue: sortBy must name an attribute."),
        ([("sortBy", "userName"), ("sortOrder", "up")], "invalidValue: sortOrder must be ascending or descending."),
        (
            [("attributes", "id"), ("excludedAttributes", "name")],
            "invalidValue: attributes and excludedAttributes exclude each other."
        ),
        (
            [("filter", "userName")],
            "invalidFilter: The filter is not valid: an operator should follow: eq, ne, co, sw, ew, pr, gt, ge, lt or le, at byte 8."
        ),
    ])
    func refuses(_ parameters: [(String, String)], _ answer: String) {
        #expect(refusal { () throws(SCIMError) in try search(parameters) } == "400 " + answer)
    }

    @Test func passedOver() throws {
        let request = try search([("filter", " "), ("sortOrder", "DESCENDING"), ("Count", "x"), ("x", "1"), ("x", "2")])
        #expect(request.filter == nil)
        #expect(request.sort == nil)
        #expect(try search([("sortBy", "urn:example:2.0:X:y")]).sort == nil)
        #expect(request.projection == .standard(of: .user))
    }

    /// The body of RFC 7644 §3.4.3 and the same as parameters are one request.
    @Test func searchBody() throws {
        let body = object(
            #"""
            {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
             "attributes": ["displayName", "userName"], "filter": "displayName sw \"smith\"", "startIndex": 1,
             "COUNT": 10, "sortBy": "name.familyName", "sortOrder": "descending"}
            """#)
        let request = try SearchRequest(body, of: .user, maximumResults: 100)
        #expect(
            try request
                == search([
                    ("attributes", "displayName,userName"), ("filter", #"displayName sw "smith""#), ("startIndex", "1"),
                    ("count", "10"), ("sortBy", "name.familyName"), ("sortOrder", "descending"),
                ]))
        #expect(request.sort?.path.description == "name.familyName")
    }

    @Test(arguments: [
        (
            #"{"filter": "x"}"#,
            "invalidSyntax: schemas is required: an array that contains urn:ietf:params:scim:api:messages:2.0:SearchRequest."
        ),
        (
            #"{"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": 7}"#,
            "invalidValue: filter must be a string, not a number."
        ),
        (
            #"{"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "count": "x"}"#,
            "invalidValue: count must be a whole number."
        ),
        (
            #"{"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "count": 1.5}"#,
            "invalidValue: count must be a whole number, not a number."
        ),
        (
            #"{"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "attributes": [7]}"#,
            "invalidValue: attributes[0] must be a string, not a number."
        ),
        (
            #"{"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "attributes": 7}"#,
            "invalidValue: attributes must be an array, not a number."
        ),
    ])
    func refusesBodies(_ body: String, _ answer: String) {
        let found = refusal { () throws(SCIMError) in
            try SearchRequest(object(body), of: .user, maximumResults: 100)
        }
        #expect(found == "400 " + answer)
    }
}

@Suite struct SortOrderTests {
    private static let users: [JSONObject] = [
        [
            "id": "1", "userName": "bob", "emails": [["value": "Z@x"], ["value": "a@x", "primary": true]],
            "active": true,
        ],
        [
            "id": "2", "userName": "Alice", "emails": [["value": "b@x"], ["value": "y@x"]],
            "meta": ["created": "2026-01-01T00:00:00+02:00"],
        ],
        [
            "id": "3", "userName": "alice", "externalId": "b", "active": false,
            "meta": ["created": "2026-01-01T00:00:00Z"],
        ],
        ["id": "4", "userName": "Écho", "externalId": "B", "emails": "C@x"],
        ["id": "5", "externalId": "a", "emails": [["type": "work"]], "meta": ["created": "yesterday"]],
    ]

    @Test(arguments: [
        ("userName", "ascending", "23145"), ("userName", "descending", "54123"), ("emails", "ascending", "12435"),
        ("emails.value", "Descending", "35421"), ("externalId", "ascending", "45312"), ("id", "descending", "54321"),
        ("meta.created", "ascending", "23145"), ("meta.created", "descending", "14532"),
        ("active", "ascending", "31245"),
        ("title", "ascending", "12345"), ("title", "descending", "12345"),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", "ascending", "12345"),
    ])
    func order(_ attribute: String, _ order: String, _ ids: String) throws {
        let sort = try #require(try SortOrder.read(by: attribute, order: order, of: .user))
        let sorted = sort.sorted(Self.users)
        #expect(sorted.compactMap { $0["id"]?.stringValue }.joined() == ids)
        for (first, second) in zip(sorted, sorted.dropFirst()) { #expect(!sort.areInIncreasingOrder(second, first)) }
    }
}
