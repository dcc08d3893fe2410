import SCIM
import StrictJSON
import Testing

@Suite struct FilterTests {
    /// Every filter of RFC 7644 §3.4.2.2 and others; whether bjensen and O'Malley pass.
    @Test(
        arguments: [
            (#"userName Eq "john""#, false, true), (#"Username eq "john""#, false, true),
            (#"userName eq "bjensen@EXAMPLE.com""#, true, false), (#"name.familyName co "O'Malley""#, false, true),
            (#"userName sw "J""#, false, true),
            (#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J""#, false, true),
            (#"URN:IETF:params:scim:schemas:CORE:2.0:user:USERNAME sw "b""#, true, false), ("title pr", true, false),
            (#"meta.lastModified gt "2011-05-13T04:42:34Z""#, false, true),
            (#"meta.lastModified ge "2011-05-13T04:42:34Z""#, true, true),
            (#"meta.lastModified lt "2011-05-13T04:42:34Z""#, false, false),
            (#"meta.lastModified le "2011-05-13T04:42:34Z""#, true, false),
            (#"title pr and userType eq "Employee""#, true, false), (#"title pr or userType eq "Intern""#, true, false),
            (#"schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User""#, true, false),
            (#"userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")"#, true, false),
            (
                #"userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")"#, false,
                true
            ),
            (#"userType eq "Employee" and (emails.type eq "work")"#, true, false),
            (#"userType eq "Employee" and emails[type eq "work" and value co "@example.com"]"#, true, false),
            (
                #"emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]"#,
                true,
                false
            ),
            // One value must pass all of a value path; of separate terms each may be passed by another.
            (#"emails[type eq "work" and value co "jensen.org"]"#, false, false),
            (#"emails.type eq "work" and emails.value co "jensen.org""#, true, false),
            // Precedence: and before or; not before both.
            (#"active eq false or title pr and userName eq "nobody""#, false, true),
            (#"(active eq false or title pr) and userName eq "john""#, false, true),
            (#"not (title pr) and active eq false"#, false, true), (#"not(not(title pr))"#, true, false),
            (#"NOT (title pr) AND active EQ FALSE"#, false, true),
            // Booleans, also as Entra sends them.
            ("active eq true", true, false), (#"active eq "True""#, true, false), (#"active eq "False""#, false, true),
            ("active ne true", false, true), ("active eq null", false, false), ("emails.primary eq true", true, false),
            // Absent is null, and not equal to anything else.
            ("title eq null", false, true), ("title ne null", true, false), (#"title ne "x""#, true, true),
            (#"emails.value ne "bjensen@example.com""#, true, true), ("emails pr", true, false),
            (#"title ew "GUIDE""#, true, false), (#"title co """#, true, false), (#"title gt "tour""#, true, false),
            (#"title lt "tour""#, false, false), (#"title ge "TOUR GUIDE""#, true, false),
            // Case exact.
            (#"externalId eq "701984""#, true, false), (#"id eq "2819C223-7f76-453a-919d-413861904646""#, false, false),
            (#"id sw "2819c223""#, true, false),
            // Dates are instants.
            (#"meta.lastModified eq "2011-05-13T06:42:34.000+02:00""#, true, false),
            (#"meta.lastModified eq "2012-01-01T00:00:00Z""#, false, true),
            (#"meta.created sw "2010""#, true, false),
            // The extension, and complex attributes compared by their value.
            (
                #"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "tour operations""#, true,
                false
            ),
            (
                #"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.displayName co "smith""#, true,
                false
            ),
            (
                #"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager eq "26118915-6090-4610-87e4-49d8ca9f808d""#,
                true, false
            ),
            (#"groups eq "fc348aa8-3835-40eb-a20b-c726e15c55b5""#, true, false), (#"name pr"#, true, true),
            (#"name[familyName eq "jensen" and givenName eq "barbara"]"#, true, false),
            // Entra's sub-attribute behind brackets.
            (#"emails[type eq "work"].value eq "bjensen@example.com""#, true, false),
            (#"emails[type eq "home"].value eq "bjensen@example.com""#, false, false),
            (#"emails[type eq "work"].value pr"#, true, false),
            // Another service's extension has no value in anyone.
            (#"urn:example:params:2.0:User:badge eq "7""#, false, false),
            ("urn:example:2.0:User:badge pr", false, false),
            ("urn:example:2.0:User:badge.number eq 7", false, false), ("not (urn:example:a:b pr)", true, true),
            // Escapes of JSON, spaces, members with a dollar.
            (#"userName eq "\u006aohn""#, false, true), (#"  userName   eq   "john"  "#, false, true),
            (#"(userName eq "john")and(active eq false)"#, false, true), (#"groups.$ref pr"#, false, false),
        ] as [(String, Bool, Bool)])
    func matches(_ text: String, _ isBJensen: Bool, _ isOMalley: Bool) throws(SCIMError) {
        let filter = try Filter(text, of: .user)
        #expect(filter.matches(bjensen) == isBJensen)
        #expect(filter.matches(omalley) == isOMalley)
        let printed = try Filter(filter.description, of: .user)
        #expect(printed == filter, "\(filter)")
    }

    /// A to Z, and letters whose lower case is one letter; nothing outside ASCII becomes ASCII.
    @Test(arguments: [
        ("ÉCOLE", "école", true), ("ΑΒΓ", "αβγ", true), ("\u{212A}", "k", false), ("e\u{301}", "é", false),
        ("İ", "i", false), ("straße", "STRASSE", false), ("Ж", "ж", true),
    ])
    func folding(_ value: String, _ operand: String, _ isEqual: Bool) throws {
        let filter = try Filter("userName eq " + JSONValue(operand).encodedText(), of: .user)
        #expect(filter.matches(["userName": JSONValue(value)]) == isEqual)
        #expect((CaseFolding.key(value) == CaseFolding.key(operand)) == isEqual || value.unicodeScalars.count == 2)
    }

    @Test(arguments: [
        ("", "it is empty, at byte 0"), ("   ", "it is empty, at byte 3"),
        ("userName", "an operator should follow: eq, ne, co, sw, ew, pr, gt, ge, lt or le, at byte 8"),
        ("userName is \"x\"", "an operator should follow: eq, ne, co, sw, ew, pr, gt, ge, lt or le, at byte 9"),
        ("userName eq", "a value should follow: true, false, null, a number, or a string in double quotes, at byte 11"),
        (
            "userName eq bjensen",
            "a value should follow: true, false, null, a number, or a string in double quotes, at byte 12"
        ),
        (
            "userName eq 'bjensen'",
            "a value should follow: true, false, null, a number, or a string in double quotes, at byte 12"
        ),
        (
            "userName eq {}",
            "a value should follow: true, false, null, a number, or a string in double quotes, at byte 12"
        ),
        (#"userName eq "bjensen"#, "this string has no end, at byte 12"),
        (#"userName eq "bjensen\"#, "this string has no end, at byte 12"),
        (#"userName eq "\x""#, "this is no string of JSON: unknown or broken escape, at byte 13"),
        (#"userName eq "\ud800""#, "this is no string of JSON: escape of half a surrogate pair, at byte 13"),
        (#"userName eq "a" userName"#, "'and', 'or' or the end should follow, at byte 16"),
        (#"userName eq "a" and"#, "the name of an attribute should follow, at byte 19"),
        (#"and userName eq "a""#, "User has no attribute and, at byte 0"),
        (#"(userName eq "a""#, "a ')' should follow, at byte 16"),
        (#"userName eq "a")"#, "'and', 'or' or the end should follow, at byte 15"),
        (#"not userName eq "a""#, "not is followed by parentheses: not (...), at byte 4"),
        (#"emails[type eq "work""#, "a ']' should follow, at byte 21"),
        (#"emails[type eq "work")"#, "a ']' should follow, at byte 21"),
        (#"emails[]"#, "the name of an attribute should follow, at byte 7"),
        (#"emails[kind eq "work"]"#, "emails has no sub-attribute kind, at byte 7"),
        (#"emails[ims[type eq "a"]]"#, "emails has no sub-attribute ims, at byte 7"),
        (#"emails[type[value eq "a"]]"#, "brackets may follow only a complex attribute of User, at byte 11"),
        (#"emails.value[type eq "a"]"#, "brackets may follow only a complex attribute, not value, at byte 12"),
        (#"userName[value eq "a"]"#, "brackets may follow only a complex attribute, not userName, at byte 8"),
        (#"emails[type eq "work"].kind eq "x""#, "emails has no sub-attribute kind, at byte 23"),
        (#"usrName eq "a""#, "User has no attribute usrName, at byte 0"),
        (
            #"department eq "a""#,
            "User has no attribute department; write urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department, at byte 0"
        ),
        (#"name.surname eq "a""#, "name has no sub-attribute surname, at byte 0"),
        (#"urn:ietf:params:scim:schemas:core:2.0:User:nope eq "a""#, "User has no attribute nope, at byte 0"),
        (
            #"urn:ietf:params:scim:schemas:core:2.0:User eq "a""#,
            "a ':' and the name of an attribute should follow the schema, at byte 42"
        ),
        (
            #"a:b eq "a""#,
            "what stands before the last colon of an attribute must be the URN of its schema, at byte 0"
        ),
        (
            "urn:\u{1B}:b eq \"a\"",
            "what stands before the last colon of an attribute must be the URN of its schema, at byte 0"
        ),
        (
            #"name.a.b eq "a""#,
            "an attribute is written as name, name.subName or urn:...:name, in letters, digits, - and _, at byte 0"
        ),
        ("active gt true", "gt cannot compare active, which is a boolean, at byte 10"),
        (#"active co "t""#, "co cannot compare active, which is a boolean, at byte 10"),
        (#"x509Certificates.value le "M""#, "le cannot compare value, which is a binary, at byte 26"),
        (#"x509Certificates co "M""#, "co cannot compare value, which is a binary, at byte 20"),
        (#"active eq "yes""#, "active is compared with true or false, not with a string, at byte 10"),
        ("active eq 1", "active is compared with true or false, not with a number, at byte 10"),
        ("userName eq 5", "userName is compared with a string in quotes, not with a number, at byte 12"),
        ("userName eq true", "userName is compared with a string in quotes, not with a boolean, at byte 12"),
        ("userName gt null", "gt cannot compare with null; use pr, at byte 12"),
        (
            #"meta.created gt "yesterday""#,
            "created is compared with a date and time such as 2026-01-31T12:00:00Z, not with a string, at byte 16"
        ),
        (
            #"name eq "x""#,
            "name has no value of its own; compare one of formatted, familyName, givenName, middleName, honorificPrefix, honorificSuffix, at byte 8"
        ),
    ])
    func refuses(_ text: String, _ reason: String) {
        let answer = refusal { () throws(SCIMError) in try Filter(text, of: .user) }
        #expect(answer == "400 invalidFilter: The filter is not valid: \(reason).")
    }

    @Test(arguments: [
        (
            "parentheses", String(repeating: "(", count: 21) + "title pr",
            "brackets are nested deeper than 20, at byte 21"
        ),
        ("only parentheses", String(repeating: "(", count: 4000), "brackets are nested deeper than 20, at byte 21"),
        ("nots", String(repeating: "not(", count: 1000), "brackets are nested deeper than 20, at byte 84"),
        (
            "terms", Array(repeating: "title pr", count: 101).joined(separator: " or "),
            "there are more than 100 terms, at byte 1205"
        ),
        (
            "bytes", "title pr" + String(repeating: " ", count: 4089),
            "the filter is longer than 4096 bytes, at byte 4096"
        ),
    ])
    func limits(_ name: String, _ text: String, _ reason: String) {
        let answer = refusal { () throws(SCIMError) in try Filter(text, of: .user) }
        #expect(answer == "400 invalidFilter: The filter is not valid: \(reason).")
    }

    @Test func withinLimits() throws {
        let deep = String(repeating: "(", count: 20) + "title pr" + String(repeating: ")", count: 20)
        #expect(try Filter(deep, of: .user).matches(bjensen))
        let long = Array(repeating: "title pr", count: 100).joined(separator: " and ")
        #expect(try Filter(long, of: .user).conjuncts.count == 100)
    }

    /// What a planner sees: parts of the outermost conjunction, in the schema's spelling.
    @Test(arguments: [
        (#"USERNAME eq "A""#, ["userName eq \"A\""]),
        (
            #"externalId eq "1" and (active eq "True" and title pr)"#,
            ["externalId eq \"1\"", "active eq true", "title pr"]
        ),
        (#"userName eq "a" or title pr"#, ["userName eq \"a\" or title pr"]),
        (#"emails[value eq "a@b"]"#, ["emails.value eq \"a@b\""]),
        (#"emails[value ne "a@b"]"#, ["emails[value ne \"a@b\"]"]),
        (#"emails[type eq "work"].value eq "a@b""#, ["emails[type eq \"work\" and value eq \"a@b\"]"]),
        (#"userName eq "a" and (title pr or active eq true)"#, ["userName eq \"a\"", "title pr or active eq true"]),
    ])
    func conjuncts(_ text: String, _ parts: [String]) throws {
        #expect(try Filter(text, of: .user).conjuncts.map(\.description) == parts)
    }

    @Test func comparisonForAnIndex() throws {
        let filter = try Filter(#"urn:ietf:params:scim:schemas:core:2.0:user:USERNAME eq "BJensen""#, of: .user)
        let comparison = try #require(filter.comparison)
        guard case .attribute(let path) = comparison.target else { throw SCIMError(.invalidFilter, "no attribute") }
        #expect(path.description == "userName")
        #expect(comparison.operation == .equal)
        #expect(comparison.operand == .text("BJensen", key: "bjensen"))
        #expect(try Filter("title pr", of: .user).comparison == nil)
    }

    @Test(arguments: [
        (#"displayName eq "Tour guides""#, true), (#"members.value eq "u1""#, true), (#"members eq "U1""#, false),
        (#"members[value eq "u2" and type eq "user"]"#, true), (#"members[value eq "u3"]"#, false),
        (#"displayName sw "tour" and externalId pr"#, false),
    ])
    func groups(_ text: String, _ isMatch: Bool) throws {
        let group: JSONObject = [
            "displayName": "Tour Guides",
            "members": [["value": "u1", "type": "User"], ["value": "u2", "type": "User"]],
        ]
        #expect(try Filter(text, of: .group).matches(group) == isMatch)
    }

    /// Resources of a shape that no schema has: no match, and no trap.
    @Test func strangeResources() throws {
        let strange: [JSONObject] = [
            [:], ["emails": 5], ["emails": [5, nil, [], [[]]]], ["emails": [["value": [7]]]], ["userName": ["x"]],
            ["active": "true"], ["meta": "x"], ["name": [1, 2]],
        ]
        for text in [
            #"emails.value eq "x""#, #"emails[value eq "y"]"#, #"userName eq "y""#, "active eq true",
            #"meta.created gt "2011-05-13T04:42:34Z""#, #"name.familyName co "x""#,
        ] {
            let filter = try Filter(text, of: .user)
            for resource in strange { #expect(!filter.matches(resource), "\(text)") }
        }
    }
}

@Suite struct DateTimeTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0, 0), ("2011-05-13T04:42:34Z", 1_305_261_754, 0),
        ("2011-05-13t04:42:34z", 1_305_261_754, 0), ("2011-05-13T04:42:34", 1_305_261_754, 0),
        ("2011-05-13T06:12:34+01:30", 1_305_261_754, 0), ("2011-05-12T18:42:34-10:00", 1_305_261_754, 0),
        ("1970-01-01T00:00:00.5Z", 0, 500_000_000), ("1970-01-01T00:00:00.1234567899Z", 0, 123_456_789),
        ("1969-12-31T24:00:00Z", 0, 0), ("2000-02-29T00:00:00Z", 951_782_400, 0),
        ("0000-01-01T00:00:00Z", -62_167_219_200, 0), ("9999-12-31T23:59:59Z", 253_402_300_799, 0),
        ("2016-12-31T23:59:60Z", 1_483_228_800, 0),
    ])
    func reads(_ text: String, _ seconds: Int64, _ nanoseconds: Int64) throws {
        let moment = try #require(DateTime(text))
        #expect(moment.seconds == seconds)
        #expect(moment.nanoseconds == nanoseconds)
    }

    @Test(arguments: [
        "", "2011", "2011-05-13", "2011-05-13T04:42Z", "2011-02-29T00:00:00Z", "2011-13-01T00:00:00Z",
        "2011-05-13T25:00:00Z", "2011-05-13T24:00:01Z", "2011-05-13T24:00:00.5Z", "2011-05-13T04:60:00Z",
        "2011-05-13T04:42:61Z", "2011-05-13T04:42:34.Z", "2011-05-13T04:42:34+1", "2011-05-13T04:42:34+15:00",
        "2011-05-13T04:42:34+01:60", "2011-05-13 04:42:34Z", "2011-05-13T04:42:34Zx", "201a-05-13T04:42:34Z",
        "-011-05-13T04:42:34Z", "2011-05-13T04:42:34.1234567890123456789012345678901234567890Z",
    ])
    func refuses(_ text: String) { #expect(DateTime(text) == nil) }
}
