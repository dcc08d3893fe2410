public import AccessPolicy
public import Identifiers

/// Who may use a route. Checked in one place (`AccessCheck`), before the handler runs.
public enum Access: Sendable {
    /// Where the namespace of the check comes from: always the path, never the body.
    public enum NamespaceSource: Sendable {
        case path(String)
        case fixed(NamespaceName)
        /// The path's, or `system`: who administers the tenant does it for every namespace.
        case pathOrSystem(String)
    }

    /// Anybody. The handler authenticates by other means, or the document is public.
    case open
    /// Anybody with a valid credential.
    case authenticated
    /// Whoever holds any role in the namespace. In `system`, where everybody's own credentials live, any valid credential.
    case member(of: NamespaceSource)
    /// Whoever holds a role that allows the verb on the group in the namespace.
    case permission(APIGroup, Verb, in: NamespaceSource)
    /// A provisioning client with its SCIM token, and nobody else: that token opens nothing else either.
    case provisioning

    /// What a credential is presented for.
    public var purpose: PresentedCredentials.Purpose {
        if case .provisioning = self { .provisioning } else { .api }
    }
}

/// Which namespaces exist.
public protocol NamespaceDirectory: Sendable {
    func exists(_ namespace: NamespaceName) -> Bool
}

/// The one check of a route's declared access (security rule 10).
public struct AccessCheck: Sendable {
    private let roles: @Sendable () -> RoleCatalog
    private let namespaces: any NamespaceDirectory

    public init(roles: @escaping @Sendable () -> RoleCatalog, namespaces: any NamespaceDirectory) {
        self.roles = roles
        self.namespaces = namespaces
    }

    /// Throws 401, 403 or 404. What the caller may not know of is 404: no role there, no namespace.
    public func check(_ access: Access, caller: Caller?, parameters: [Key: String]) throws(APIError) {
        if case .open = access { return }
        // Before anything of the path is looked at: it must not tell which namespaces there are.
        if let denial = caller?.withheld.everywhere { throw .withheld(denial) }
        switch access {
        case .open:
            return
        case .authenticated:
            guard caller != nil else { throw .unauthenticated }
        case .provisioning:
            // That a provisioning client is one was decided when its token was taken for this purpose.
            guard let caller else { throw .unauthenticated }
            if let denial = caller.withheld.denial(in: .system) { throw .withheld(denial) }
        case .member(let source):
            guard let caller else { throw .unauthenticated }
            let namespace = try resolve(source, parameters)
            if namespace == .system {
                guard caller.confinement == nil else { throw .confined }
                if let denial = caller.withheld.denial(in: .system) { throw .withheld(denial) }
                if caller.isDelegated, caller.access.roles(in: .system).isEmpty { throw .delegated }
                return
            }
            guard !caller.access.roles(in: namespace).isEmpty else {
                throw Self.without(namespace, caller) ?? .namespaceNotFound
            }
        case .permission(let group, let verb, let source):
            guard let caller else { throw .unauthenticated }
            let namespace = try resolve(source, parameters)
            let held = caller.access.roles(in: namespace)
            if roles().allows(held, verb, on: group) { return }
            if case .pathOrSystem = source, roles().allows(caller.access.roles(in: .system), verb, on: group) { return }
            if let denied = Self.without(namespace, caller) { throw denied }
            let isFixed = if case .fixed = source { true } else { false }
            throw held.isEmpty && !isFixed && namespace != .system ? .namespaceNotFound : .permissionDenied
        }
    }

    /// Whoever holds something there may know why it does not help.
    private static func without(_ namespace: NamespaceName, _ caller: Caller) -> APIError? {
        caller.withheld.denial(in: namespace).map(APIError.withheld)
    }

    private func resolve(
        _ source: Access.NamespaceSource, _ parameters: [Key: String]
    ) throws(APIError) -> NamespaceName {
        switch source {
        case .fixed(let namespace):
            return namespace
        case .path(let parameter), .pathOrSystem(let parameter):
            guard let text = parameters[Key(parameter)], let name = try? NamespaceName(text), namespaces.exists(name)
            else {
                throw .namespaceNotFound
            }
            return name
        }
    }
}
