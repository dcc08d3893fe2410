import Broker
import HTTPTypes
import Identifiers
import OAuth
import PageServing
import Pages
import ServerPlugin

/// The person's own page: where they are signed in, and how to end that.
extension SignInPlugin {
    func account(_ request: Request) async throws(PageFailure) -> Response {
        guard let signedIn = signedIn(request) else { return signInFirst(request) }
        let page = AccountPage(
            organisation: organisation, name: signedIn.name,
            provider: broker.signInChoices.first { $0.name.hasSameBytes(as: signedIn.provider) }?.title
                ?? signedIn.provider,
            signedInAt: Self.words(signedIn.session.signedInAt),
            sessions: broker.sessions(of: signedIn.session.principal).map { record, lastUse in
                SessionLine(
                    id: record.id, device: UserAgentWords.device(record.userAgent), address: record.remoteAddress,
                    started: Self.words(record.startedAt), lastSeen: Self.words(lastUse),
                    isCurrent: record.id.hasSameBytes(as: signedIn.session.id))
            },
            applications: broker.applications(of: signedIn.session.principal).map { application in
                ApplicationLine(
                    id: application.clientID, name: application.name, since: Self.words(application.since),
                    lastSeen: application.lastUse.map(Self.words))
            }, csrf: signedIn.csrfText)
        return .page(page.page)
    }

    /// `2026-11-26 08:04 UTC`
    private static func words(_ moment: Timestamp) -> String {
        let text = RFC3339.text(moment)
        return text.prefix(10) + " " + text.dropFirst(11).prefix(5) + " UTC"
    }

    func endSession(_ request: Request) async throws(PageFailure) -> Response {
        guard let signedIn = signedIn(request) else { throw .notSignedIn }
        guard let id = try form(request, of: signedIn)[AccountPage.sessionName] else { throw .form }
        do throws(DirectoryFailure) {
            try await broker.endSession(id, by: signedIn.caller, context: context(request))
        } catch {
            // Gone already is what was wanted.
            if case .store = error { throw .unavailable }
        }
        return .seeOther("/account")
    }

    func withdrawApplication(_ request: Request) async throws(PageFailure) -> Response {
        guard let signedIn = signedIn(request) else { throw .notSignedIn }
        guard let id = try form(request, of: signedIn)[AccountPage.applicationName] else { throw .form }
        do throws(DirectoryFailure) {
            try await broker.withdraw(client: id, by: signedIn.caller, context: context(request))
        } catch {
            if case .store = error { throw .unavailable }
        }
        return .seeOther("/account")
    }

    func endOtherSessions(_ request: Request) async throws(PageFailure) -> Response {
        guard let signedIn = signedIn(request) else { throw .notSignedIn }
        _ = try form(request, of: signedIn)
        do throws(DirectoryFailure) {
            try await broker.endOtherSessions(by: signedIn.caller, context: context(request))
        } catch {
            if case .store = error { throw .unavailable }
        }
        return .seeOther("/account")
    }
}

/// A browser's name for itself, made short for its person.
enum UserAgentWords {
    static func device(_ agent: String) -> String {
        let browsers = [("Firefox/", "Firefox"), ("Edg/", "Edge"), ("Chrome/", "Chrome"), ("Safari/", "Safari")]
        let systems = [
            ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
            ("Mac OS X", "macOS"), ("Linux", "Linux"),
        ]
        func first(_ table: [(String, String)]) -> String? { table.first { agent.contains($0.0) }?.1 }
        switch (first(browsers), first(systems)) {
        case (let browser?, let system?): return "\(browser) on \(system)"
        case (let name?, nil), (nil, let name?): return name
        case (nil, nil): return agent.isEmpty ? "Unknown" : String(agent.prefix(40))
        }
    }
}
