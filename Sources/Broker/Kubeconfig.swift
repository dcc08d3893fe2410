import Identifiers
import Secrets

/// A kubeconfig with everything inline, as YAML. All that stands in it has been checked: names by their grammar, the
/// server by configuration, PEM by whoever made it.
struct Kubeconfig {
    let name: String
    let target: KubernetesTarget
    /// Without `/` at the end.
    let server: String
    let authority: String
    let certificate: String
    let key: Secret

    /// `https://<tenant host>` of our own address.
    static func server(issuer: String) -> String {
        let rest = issuer.utf8.drop { $0 != UInt8(ascii: ":") }.dropFirst("://".utf8.count)
        return "https://" + String(decoding: rest.prefix { $0 != UInt8(ascii: "/") }, as: UTF8.self)
    }

    /// The server URL of a virtual cluster (contract README §3), or of a site.
    var url: String {
        switch target {
        case .cluster(let name, let namespace): server + "/api/vk8s/namespaces/" + namespace + "/" + name
        case .site(let site): server + "/api/k8s/sites/" + site
        }
    }

    private var clusterName: String {
        switch target {
        case .cluster(let name, _): name
        case .site(let site): site
        }
    }

    var text: String {
        let namespace =
            if case .cluster(_, let namespace) = target { "    namespace: \(quoted(namespace))\n" } else { "" }
        return """
            apiVersion: v1
            kind: Config
            preferences: {}
            clusters:
            - name: \(quoted(clusterName))
              cluster:
                server: \(quoted(url))
                certificate-authority-data: \(Base64Text.padded(Array(authority.utf8)))
            users:
            - name: \(quoted(name))
              user:
                client-certificate-data: \(Base64Text.padded(Array(certificate.utf8)))
                client-key-data: \(Base64Text.padded(key.reveal()))
            contexts:
            - name: \(quoted(clusterName))
              context:
                cluster: \(quoted(clusterName))
                user: \(quoted(name))
            \(namespace)current-context: \(quoted(clusterName))

            """
    }

    /// A double-quoted scalar: `1` and `true` are names too.
    private func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { quoted.append("\\") }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }
}
