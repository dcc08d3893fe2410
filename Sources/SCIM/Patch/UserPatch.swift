package import StrictJSON

/// A PATCH of a user, its paths found in the schemas.
package struct UserPatch: Hashable, Sendable {
    private let steps: [PatchStep]

    package init(_ body: JSONObject, maximumOperations: Int = 1000) throws(SCIMError) {
        try self.init(PatchRequest(body, maximumOperations: maximumOperations))
    }

    package init(_ request: PatchRequest) throws(SCIMError) { steps = try request.steps(of: .user) }

    /// The user after all operations, checked as after a PUT; when one fails, none has happened (RFC 7644 §3.5.2).
    package func apply(
        to user: UserResource, limits: ResourceLimits = ResourceLimits()
    ) throws(SCIMError) -> PatchOutcome<UserResource> {
        let attributes = try AttributePatcher.apply(steps, to: user.attributes, of: .user, limits: limits)
        let changed = try UserResource(attributes: attributes, limits: limits)
        return PatchOutcome(resource: changed, isChanged: changed != user)
    }
}
