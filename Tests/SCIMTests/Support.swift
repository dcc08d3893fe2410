import SCIM
import StrictJSON
import Testing

let enterpriseURN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
let base = ServiceURL("https://gate.example/api/scim/namespaces/system/v2/")

/// The object of a text that a test wrote.
func object(_ text: String, _ location: SourceLocation = #_sourceLocation) -> JSONObject {
    do throws(JSONError) {
        return try JSONValue.parseObject(Array(text.utf8))
    } catch {
        Issue.record("the test's JSON: \(error)", sourceLocation: location)
        return JSONObject()
    }
}

/// `400 invalidValue: what is wrong.`, or `none`.
func refusal<Value>(_ body: () throws(SCIMError) -> Value) -> String {
    do throws(SCIMError) {
        _ = try body()
        return "none"
    } catch {
        return "\(error.status) \(error.scimType?.rawValue ?? "-"): \(error.detail)"
    }
}

/// The full user of RFC 7643 §8.2 with the extension of §8.3, as this service would send it.
let bjensen = object(
    #"""
    {
      "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User",
                  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
      "id": "2819c223-7f76-453a-919d-413861904646",
      "externalId": "701984",
      "userName": "bjensen@example.com",
      "name": {
        "formatted": "Ms. Barbara J Jensen, III", "familyName": "Jensen", "givenName": "Barbara",
        "middleName": "Jane", "honorificPrefix": "Ms.", "honorificSuffix": "III"
      },
      "displayName": "Babs Jensen",
      "nickName": "Babs",
      "profileUrl": "https://login.example.com/bjensen",
      "emails": [
        {"value": "bjensen@example.com", "type": "work", "primary": true},
        {"value": "babs@jensen.org", "type": "home"}
      ],
      "addresses": [
        {"type": "work", "streetAddress": "100 Universal City Plaza", "locality": "Hollywood", "region": "CA",
         "postalCode": "91608", "country": "USA",
         "formatted": "100 Universal City Plaza\nHollywood, CA 91608 USA", "primary": true},
        {"type": "home", "streetAddress": "456 Hollywood Blvd", "locality": "Hollywood", "region": "CA",
         "postalCode": "91608", "country": "USA", "formatted": "456 Hollywood Blvd\nHollywood, CA 91608 USA"}
      ],
      "phoneNumbers": [{"value": "555-555-5555", "type": "work"}, {"value": "555-555-4444", "type": "mobile"}],
      "ims": [{"value": "someaimhandle", "type": "aim"}],
      "photos": [{"value": "https://photos.example.com/profilephoto/72930000000Ccne/F", "type": "photo"}],
      "userType": "Employee",
      "title": "Tour Guide",
      "preferredLanguage": "en-US",
      "locale": "en-US",
      "timezone": "America/Los_Angeles",
      "active": true,
      "groups": [
        {"value": "e9e30dba-f08f-4109-8486-d5c6a331660a", "display": "Tour Guides"},
        {"value": "fc348aa8-3835-40eb-a20b-c726e15c55b5", "display": "Employees"}
      ],
      "x509Certificates": [{"value": "MIIDQzCCAqygAwIBAgICEAAwDQYJKoZIhvcNAQEFBQAwTjELMAkGA1UEBhMCVVMx"}],
      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
        "employeeNumber": "701984", "costCenter": "4130", "organization": "Universal Studios",
        "division": "Theme Park", "department": "Tour Operations",
        "manager": {"value": "26118915-6090-4610-87e4-49d8ca9f808d", "$ref": "../Users/26118915", "displayName": "John Smith"}
      },
      "meta": {
        "resourceType": "User", "created": "2010-01-23T04:56:22Z", "lastModified": "2011-05-13T04:42:34Z",
        "version": "W/\"3694e05e9dff591\"",
        "location": "https://example.com/v2/Users/2819c223-7f76-453a-919d-413861904646"
      }
    }
    """#)

/// A user with as little as there can be.
let omalley = object(
    #"""
    {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "5d1c0000", "userName": "John",
     "name": {"familyName": "O'Malley"}, "active": false,
     "meta": {"resourceType": "User", "created": "2012-01-01T00:00:00Z", "lastModified": "2012-01-01T01:00:00+01:00"}}
    """#)

/// The user of the RFC as stored.
func storedUser(_ attributes: JSONObject = bjensen) throws -> UserResource { try UserResource(attributes: attributes) }
