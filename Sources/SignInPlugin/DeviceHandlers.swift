import Broker
import HTTPTypes
import Identifiers
import OAuth
import PageServing
import Pages
import ServerPlugin

/// A person types the code that a device shows, and lets it in (RFC 8628 §3.3).
extension SignInPlugin {
    /// Even with the code in the link, the person must look at it and say so: whoever sends such a link wants to be let in
    /// in their name (RFC 8628 §5.4).
    func enterDevice(_ request: Request) async throws(PageFailure) -> Response {
        guard let signedIn = signedIn(request) else { return signInFirst(request) }
        let typed = try query(request)[DeviceEntryPage.codeName]
        return entry(signedIn, prefilled: typed.flatMap { UserCode(typed: $0) }?.shown, error: nil)
    }

    private func entry(_ signedIn: SignedIn, prefilled: String?, error: String?) -> Response {
        .page(
            DeviceEntryPage(
                organisation: organisation, prefilled: prefilled, error: error, csrf: signedIn.csrfText,
                action: "/device"
            ).page, status: error == nil ? .ok : .badRequest)
    }

    func decideDevice(_ request: Request) async throws(PageFailure) -> Response {
        guard let signedIn = signedIn(request) else { throw .notSignedIn }
        let form = try form(request, of: signedIn)
        guard let typed = form[DeviceEntryPage.codeName], let code = UserCode(typed: typed) else {
            return entry(
                signedIn, prefilled: nil, error: "A code has eight letters, such as WDJB-MJHT. Type it as it is shown.")
        }
        do throws(AuthorizationFailure) {
            guard let (record, client) = try broker.device(userCode: code, signedIn: signedIn) else {
                return entry(
                    signedIn, prefilled: nil,
                    error: "No device waits with this code. It may have ended: start again on the device.")
            }
            switch form["decision"] {
            case "allow", "deny":
                let isAllowed = form["decision"] == "allow"
                guard
                    try await broker.decide(
                        record, isAllowed: isAllowed, signedIn: signedIn, context: context(request))
                else { return entry(signedIn, prefilled: nil, error: "The code has ended. Start again on the device.") }
                return .page(DeviceDonePage(organisation: organisation, allowed: isAllowed).page)
            case nil:
                let page = DeviceConfirmPage(
                    organisation: organisation, userCode: code.shown,
                    client: AskingClient(name: client.name, uri: client.metadata.clientURI),
                    scopes: ScopeWords.lines(record.scope, resources: record.resources),
                    account: signedIn.name, csrf: signedIn.csrfText, action: "/device")
                return .page(page.page)
            default: throw AuthorizationFailure.request(OAuthError(.invalidRequest))
            }
        } catch {
            switch error {
            case .tooOften(let seconds): throw .tooOften(seconds)
            case .store: throw .unavailable
            default: throw .form
            }
        }
    }
}
