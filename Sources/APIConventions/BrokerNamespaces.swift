package import AccessPolicy
package import Broker
import ServerPlugin

/// The namespaces of a broker, for the check of a route's access.
package struct BrokerNamespaces: NamespaceDirectory {
    private let broker: Broker

    package init(_ broker: Broker) { self.broker = broker }

    package func exists(_ namespace: NamespaceName) -> Bool { broker.hasNamespace(namespace) }
}
