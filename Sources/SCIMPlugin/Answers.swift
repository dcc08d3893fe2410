import Broker
import HTTPTypes
import Identifiers
import SCIM
import ServerPlugin
import StrictJSON

extension SCIMError {
    /// The one table from refusals to the answers of RFC 7644 §3.12.
    init(_ failure: ProvisioningFailure) {
        switch failure {
        case .refused(let error): self = error
        case .notFound: self.init(status: 404, "There is no such resource.")
        case .otherVersion: self.init(status: 412, "The resource has another version than If-Match asks for.")
        case .taken(let text): self.init(.uniqueness, "Not unique: \(text).")
        case .unknownMember:
            self.init(.invalidValue, "members names somebody who is no user of this service; provision the user first.")
        case .lastAdministrator:
            self.init(
                status: 403, "This would leave nobody who is an administrator of 'system'; make another one first.")
        case .store(.unavailable):
            self.init(status: 503, "The directory cannot be read or changed now; nothing was changed.")
        case .store(.alreadyExists), .store(.alreadyUsed), .store(.conflict):
            self.init(status: 409, "It was changed at the same time; read it and try again.")
        case .cannotMake: self.init(status: 500, "The system has no random bytes.")
        }
    }

    var response: Response {
        var response = Response.json(
            .object(body), status: HTTPResponse.Status(code: status), contentType: Response.scimType)
        if status == 503 { response.headers[.retryAfter] = "1" }
        return response
    }
}

extension Response {
    static let scimType = "application/scim+json"

    static func scim(
        _ object: JSONObject, status: HTTPResponse.Status = .ok, version: EntityTag? = nil
    ) -> Response {
        var response = Response.json(.object(object), status: status, contentType: scimType)
        if let version { response.headers[.eTag] = version.text }
        return response
    }

    /// A resource, with where it is when it is new (RFC 7644 §3.3).
    static func resource(
        _ object: JSONObject, _ projection: Projection, version: EntityTag, status: HTTPResponse.Status = .ok
    ) -> Response {
        var response = Response.scim(projection.apply(to: object), status: status, version: version)
        if let location = object["meta"]?["location"]?.stringValue, status == .created {
            response.headers[.location] = location
        }
        return response
    }
}

extension Request {
    /// The body as a JSON object, of a type that is SCIM's or JSON's (RFC 7644 §3.1).
    func scimBody(limit: Int = Route.defaultBodyLimit) throws(SCIMError) -> JSONObject {
        if let type = headers[.contentType] {
            let essence = type.lowercased().prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }
            guard ["application/scim+json", "application/json"].contains(essence) else {
                throw SCIMError(status: 415, "Send application/scim+json or application/json.")
            }
        }
        do throws(JSONError) {
            return try JSONValue.parseObject(body, limits: JSONLimits(maximumBytes: limit))
        } catch {
            throw SCIMError(.invalidSyntax, "The body is not a JSON object: \(error).")
        }
    }

    func scimParameters() throws(SCIMError) -> [(name: String, value: String)] {
        do throws(APIError) {
            return try queryParameters()
        } catch {
            throw SCIMError(.invalidSyntax, "The query is not percent-encoded UTF-8.")
        }
    }

    /// Which attributes the answer has.
    func projection(of type: ResourceType) throws(SCIMError) -> Projection {
        let names = ["attributes", "excludedAttributes"]
        let asked = try scimParameters().filter { parameter in names.contains { $0.hasSameBytes(as: parameter.name) } }
        return try SearchRequest(parameters: asked, of: type, maximumResults: 1).projection
    }

    /// `If-Match`, on a request that changes something.
    func ifMatch() throws(SCIMError) -> EntityTagCondition? { try condition(.ifMatch) }

    /// `If-None-Match`, on one that reads.
    func ifNoneMatch() throws(SCIMError) -> EntityTagCondition? { try condition(.ifNoneMatch) }

    private func condition(_ field: HTTPField.Name) throws(SCIMError) -> EntityTagCondition? {
        let values = headers[values: field]
        return values.isEmpty ? nil : try EntityTagCondition(values.joined(separator: ", "))
    }

    /// The id in the path.
    func resourceID() throws(SCIMError) -> String {
        guard let id = try? parameter("id") else { throw SCIMError(status: 404, "There is no such resource.") }
        return id
    }
}
