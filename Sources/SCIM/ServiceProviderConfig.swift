package import StrictJSON

/// What this service can do (RFC 7643 §5): PATCH, filters, sorting and ETags; neither bulk nor passwords.
package struct ServiceProviderConfig: Hashable, Sendable {
    /// How many resources one answer holds at most.
    package let maximumResults: Int
    package let documentationURI: String?

    package init(maximumResults: Int, documentationURI: String? = nil) {
        self.maximumResults = maximumResults
        self.documentationURI = documentationURI
    }

    /// The resource at `/ServiceProviderConfig`.
    package func json(_ base: ServiceURL) -> JSONObject {
        var object: JSONObject = ["schemas": [JSONValue(Schema.serviceProviderConfig.id)]]
        if let documentationURI { object["documentationUri"] = JSONValue(documentationURI) }
        object["patch"] = ["supported": true]
        object["bulk"] = ["supported": false, "maxOperations": 0, "maxPayloadSize": 0]
        object["filter"] = ["supported": true, "maxResults": .integer(Int64(maximumResults))]
        object["changePassword"] = ["supported": false]
        object["sort"] = ["supported": true]
        object["etag"] = ["supported": true]
        object["authenticationSchemes"] = [
            [
                "type": "oauthbearertoken", "name": "OAuth Bearer Token",
                "description": "Authentication with the SCIM token in the Authorization field.",
                "specUri": "https://www.rfc-editor.org/info/rfc6750", "primary": true,
            ]
        ]
        object["meta"] = [
            "resourceType": "ServiceProviderConfig", "location": JSONValue(base.location("ServiceProviderConfig")),
        ]
        return object
    }
}
