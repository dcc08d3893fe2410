import ArgumentParser
import Broker

/// A type of credential as it is asked for: by the API's name, or by a short one that fits the family.
struct CredentialTypeChoice: Hashable, Sendable, ExpressibleByArgument {
    private enum Wanted: Hashable {
        case exactly(CredentialType)
        case short(Short)
    }

    private enum Short: String, CaseIterable {
        case token, cert, kubeconfig
        case siteKubeconfig = "site-kubeconfig"
    }

    private let wanted: Wanted

    init?(argument: String) {
        if let short = Short(rawValue: argument) {
            wanted = .short(short)
        } else if let type = CredentialType(rawValue: argument) {
            wanted = .exactly(type)
        } else {
            return nil
        }
    }

    private init(_ short: Short) { wanted = .short(short) }

    static let token = CredentialTypeChoice(.token)

    static var allValueStrings: [String] { Short.allCases.map(\.rawValue) + CredentialType.allCases.map(\.rawValue) }
    static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }

    var defaultValueDescription: String {
        switch wanted {
        case .exactly(let type): type.rawValue
        case .short(let short): short.rawValue
        }
    }

    /// The API's type. One of the other family is a mistake that is told before any call.
    func type(in family: CredentialFamily) throws(ValidationError) -> CredentialType {
        let type = family == .service ? serviceType : personalType
        switch (family, Self.family(of: type)) {
        case (_, nil): throw ValidationError("\(type.rawValue) is made with 'gatehouse scim-token create'")
        case (.personal, .service?):
            throw ValidationError("--type \(defaultValueDescription) is of service credentials: add --service")
        case (.service, .personal?):
            throw ValidationError("--type \(type.rawValue) is of no service credential: leave --service out")
        case (.personal, .personal?), (.service, .service?): return type
        }
    }

    private var personalType: CredentialType {
        switch wanted {
        case .exactly(let type): type
        case .short(.token): .apiToken
        case .short(.cert): .apiCertificate
        case .short(.kubeconfig): .kubeConfig
        case .short(.siteKubeconfig): .siteGlobalKubeConfig
        }
    }

    private var serviceType: CredentialType {
        switch wanted {
        case .exactly(let type): type
        case .short(.token): .serviceAPIToken
        case .short(.cert): .serviceAPICertificate
        case .short(.kubeconfig): .serviceKubeConfig
        case .short(.siteKubeconfig): .serviceSiteGlobalKubeConfig
        }
    }

    /// Which family makes a type; `nil` for the SCIM token, which has calls of its own.
    private static func family(of type: CredentialType) -> CredentialFamily? {
        switch type {
        case .apiCertificate, .kubeConfig, .apiToken: .personal
        case .serviceAPIToken, .serviceAPICertificate, .serviceKubeConfig, .siteGlobalKubeConfig,
            .serviceSiteGlobalKubeConfig:
            .service
        case .scimAPIToken: nil
        }
    }
}
