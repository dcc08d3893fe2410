import ArgumentParser
import Broker
import GatehouseClient
import HTTPFetch
import Secrets
import StrictJSON

/// `gatehouse credential create`: every type that the API makes.
struct CredentialCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a credential and show its secret, once.",
        discussion: """
            A certificate comes as PKCS #12, protected by a password: 'openssl pkcs12 -in FILE -nodes' takes it apart. \
            Certificates and kubeconfigs are files: name one with --out.
            """)

    @OptionGroup var client: ClientOptions
    @OptionGroup var place: CredentialPlace

    @Argument(help: "What to call it; the server adds a suffix, and that name is then its name.")
    var name: String

    @Option(
        name: .long,
        help: ArgumentHelp(
            "token, cert, kubeconfig, site-kubeconfig, or the API's name; with --service those of services.",
            valueName: "type"))
    var type = CredentialTypeChoice.token

    @OptionGroup var lifetime: LifetimeOptions
    @OptionGroup var rights: ServiceRights

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The password of a certificate, - for standard input; without it the terminal asks.", valueName: "file"))
    var passwordFile: String?

    @Option(name: .long, help: "The virtual cluster of a kubeconfig.")
    var cluster: String?

    @Option(name: .long, help: ArgumentHelp("The namespace of that cluster.", valueName: "namespace"))
    var clusterNamespace: String?

    @Option(name: .long, help: "The site of a site-kubeconfig.")
    var site: String?

    @OptionGroup var once: IdempotencyOption
    @OptionGroup var secret: SecretOutput

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Of a kubeconfig: writes its client certificate and key to a file, too.", valueName: "file"))
    var pem: String?

    func validate() throws {
        let type = try type.type(in: place.family)
        let form = SecretForm(type)
        guard place.service || rights.isEmpty else {
            throw ValidationError("--role and --group are of service credentials: add --service")
        }
        guard form == .certificate || passwordFile == nil else {
            throw ValidationError("--password-file is for certificates")
        }
        guard passwordFile != "-" || client.tokenFile != "-" else {
            throw ValidationError("--token-file and --password-file cannot both be standard input")
        }
        let isSite = type == .siteGlobalKubeConfig || type == .serviceSiteGlobalKubeConfig
        let isCluster = form == .kubeconfig && !isSite
        try Self.require(isCluster, cluster, "--cluster", of: "kubeconfig")
        try Self.require(isCluster, clusterNamespace, "--cluster-namespace", of: "kubeconfig")
        try Self.require(isSite, site, "--site", of: "site-kubeconfig")
        if let pem {
            try SecretOutput.validate(file: pem, of: "--pem")
            guard form == .kubeconfig else {
                throw ValidationError("--pem is for kubeconfigs; of a certificate: openssl pkcs12 -in FILE -nodes")
            }
            guard let out = secret.out, out != pem else { throw ValidationError("--pem needs --out, another file") }
        }
        guard form == .token || secret.out != nil || secret.output != .text || client.curl else {
            throw ValidationError("a \(form.rawValue) is a file: name one with --out, or take -o json or -o token")
        }
    }

    private static func require(_ isOf: Bool, _ value: String?, _ option: String, of type: String) throws {
        guard isOf else {
            guard value == nil else { throw ValidationError("\(option) is for --type \(type)") }
            return
        }
        guard let value, !value.isEmpty else { throw ValidationError("--type \(type) needs \(option)") }
    }

    func run() async throws {
        let form = SecretForm(try type.type(in: place.family))
        let password = form == .certificate ? passwordFile.map { PasswordSource.file($0) } ?? .terminal : nil
        guard !client.curl else {
            try client.show(try request(password: password.map { ($0, Secret([])) }))
            return
        }
        let session = try client.session()
        let file = try secret.newFile()
        let pemFile = try pem.map { try NewFile($0, replacingOld: secret.force) }
        let typed = try password.map {
            ($0, try $0.read(hasTerminal: Console.hasTerminals, ask: Console.askHidden))
        }
        let answer: SecretAnswer
        do {
            answer = try SecretAnswer(try await session.call(try request(password: typed)))
        } catch let failure as ClientFailure {
            throw CommandFailure(making: failure, key: once.idempotencyKey)
        }
        try secret.deliver(answer, to: file, form: form, verb: "created", now: Moment.now)
        if let pemFile { try deliver(answer, to: pemFile) }
    }

    private func deliver(_ answer: SecretAnswer, to pem: NewFile) throws {
        let contents = try KubeconfigPEM.contents(try SecretForm.kubeconfig.contents(answer.secret))
        try pem.commit(contents)
        guard secret.output == .text else { return }
        Console.print("  client certificate and key written to " + Printable.line(pem.path))
    }

    func request(password: (source: PasswordSource, secret: Secret)?) throws -> ClientRequest {
        let type = try type.type(in: place.family)
        var body: JSONObject = ["name": JSONValue(name), "namespace": JSONValue(place.namespace)]
        if let days = lifetime.wanted { body["expiration_days"] = .integer(days) }
        let inner = place.service ? addService(type, to: &body) : addPersonal(type, to: &body)
        let content: ClientRequest.Body =
            if let password {
                .jsonWithSecret(body, at: [inner, "password"], password.secret, source: password.source.shown)
            } else {
                .json(.object(body))
            }
        return ClientRequest(.POST, try place.collection(), body: content, idempotencyKey: once.idempotencyKey)
    }

    /// Answers the member that holds the password.
    private func addPersonal(_ type: CredentialType, to body: inout JSONObject) -> String {
        var specification: JSONObject = ["type": JSONValue(type.rawValue)]
        if let cluster { specification["virtual_k8s_name"] = JSONValue(cluster) }
        if let clusterNamespace { specification["virtual_k8s_namespace"] = JSONValue(clusterNamespace) }
        body["spec"] = .object(specification)
        return "spec"
    }

    /// The choice says what to make; the type beside it tells the two kubeconfigs of a site apart.
    private func addService(_ type: CredentialType, to body: inout JSONObject) -> String {
        body["type"] = JSONValue(type.rawValue)
        if !rights.role.isEmpty { body["namespace_roles"] = RoleInNamespace.pairs(rights.role) }
        if !rights.group.isEmpty { body["user_group_names"] = JSONValue(rights.group) }
        switch SecretForm(type) {
        case .token: body["api_token"] = [:]
        case .certificate: body["api_certificate"] = [:]
        case .kubeconfig:
            if let site {
                body["site_kubeconfig"] = ["site": JSONValue(site)]
            } else {
                body["vk8s_kubeconfig"] = [
                    "vk8s_cluster_name": JSONValue(cluster), "vk8s_namespace": JSONValue(clusterNamespace),
                ]
            }
        }
        return "api_certificate"
    }
}
