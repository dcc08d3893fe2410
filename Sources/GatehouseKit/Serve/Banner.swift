import GatehouseConfiguration
import Secrets

/// What `serve` prints once it serves: with `--dev`, all that is needed to go on by copy and paste.
struct Banner {
    let settings: GatehouseSettings
    let token: Secret?
    let demoIssuer: String?

    /// One write, so that the lines stay together between the log's.
    func print() {
        Swift.print(text, terminator: "")
        flushOutput()
    }

    private var text: String {
        guard let demoIssuer else { return "gatehouse ready: \(settings.publicURL.text)\n" }
        let url = settings.publicURL.text
        let colours = Terminal.standardOutputTakesColour
        let warning = "development setup: loopback, plain http, NOT FOR PRODUCTION"
        return """

            gatehouse \(Version.text)  \(colours ? "\u{1B}[31m\(warning)\u{1B}[0m" : warning)

              Issuer         \(url)    keys \(url)/oauth/jwks
              Demo provider  \(demoIssuer)    vouches for anybody
              Sign in        \(url)/sign-in    as alice, bob or carol
              Administrator  \(token?.revealText() ?? "see the first start")

              In another terminal:
                export GATEHOUSE_URL=\(url)
                .build/release/gatehouse demo-token --issuer \(demoIssuer) > ci.jwt
                .build/release/gatehouse exchange --from-file ci.jwt --namespace payments

            gatehouse ready: \(url)


            """
    }
}
