"""A Gatehouse that people sign in to through third parties, and that has OAuth clients of its own."""

import concurrent.futures
import contextlib
import json
import pathlib
import tempfile
import urllib.parse

from browser import Browser
from support import PROGRAM, Served, check, running

# Where clients are called back when nobody listens: the browser stops there.
NOWHERE = "http://127.0.0.1:1/callback"
WHOAMI = "/api/web/custom/namespaces/system/whoami"
# What a policy gives to alice, whichever provider she comes through; bob gets nothing.
NAMESPACE, ROLE = "payments", "developer"


def client(client_id="app", secret="app-secret-3fQ-0123456789", redirect_uris=(NOWHERE,), **more):
    """One entry of clients.d."""
    return {
        "client_id": client_id, "client_name": "Example app", "redirect_uris": list(redirect_uris),
        **({"client_secrets": [secret]} if secret else {}),
        "grant_types": ["authorization_code", "refresh_token"], "token_endpoint_auth_method": "client_secret_basic",
        "scope": f"openid profile email offline_access namespace:{NAMESPACE}", "consent": "required", **more}


class Broker(Served):
    """Its address is known before it runs, so that providers and clients can be told. People may see another: a proxy's."""

    def __init__(self, folder, public_url=None):
        super().__init__(folder)
        self.public_url = public_url or self.url

    def callback(self, provider):
        return f"{self.public_url}/sign-in/{provider.name}/callback"

    def configure(self, providers, clients=(), settings=""):
        for name in ("providers.d", "policies.d", "clients.d"):
            (self.folder / name).mkdir()
        origins = ", ".join(f'"{provider.origin}"' for provider in providers)
        self.configuration = self.folder / "gatehouse.yaml"
        self.configuration.write_text(
            f'listen: "127.0.0.1:{self.port}"\npublic_url: {self.public_url}\ndatabase: sqlite:./gatehouse.db\n'
            "providers: ./providers.d\npolicies: ./policies.d\nclients: ./clients.d\nkeys: {dir: ./keys}\n"
            f"outbound: {{allow_origins: [{origins}]}}\nbootstrap: {{admin_token: {{file: ./admin.token}}}}\n{settings}\n")
        for provider in providers:
            (self.folder / f"providers.d/{provider.name}.yaml").write_text(provider.yaml)
            rule, alice, bob = provider.alice
            (self.folder / f"policies.d/{provider.name}.yaml").write_text(json.dumps({"policies": [{
                "name": f"alice-from-{provider.name}", "provider": provider.name, "when": rule,
                "grant": [{"namespace": NAMESPACE, "roles": [ROLE]}], "examples": [{"accept": alice}, {"refuse": bob}]}]}))
        # JSON is YAML, too.
        (self.folder / "clients.d/clients.yaml").write_text(json.dumps({"clients": list(clients)}))

    def open_the_door(self):
        """Anybody whom a provider knows may become a user."""
        self.call("PUT", "/api/web/namespaces/system/signup/policy", {"mode": "OPEN", "verification": "PROVIDER"})

    def browser(self, *providers):
        return Browser(self.public_url, *(provider.origin for provider in providers))

    def choose(self, browser, page, provider):
        """On the page that offers the ways to sign in; where there is one only, it has been gone already."""
        if page.url.startswith(provider.origin):
            return page
        place = f"/sign-in/{provider.name}"
        check(page.status == 200, "a page offers the ways to sign in", f"{page.status} {page.url} {page.text[:1000]}")
        links = [link for link in page.tree.xpath("//a/@href") if urllib.parse.urlsplit(link).path == place]
        check(len(links) == 1, f"one of them is {provider.name}", page.text[:3000])
        return browser.open(urllib.parse.urljoin(page.url, links[0]), referring=page.url)

    def walk_in(self, browser, page, provider, person):
        """From the page that offers the ways, through the provider, to wherever the person wanted to go."""
        return provider.sign_in(browser, self.choose(browser, page, provider), person)

    def whoami(self, browser):
        return browser.session.get(self.url + WHOAMI, timeout=10)


@contextlib.contextmanager
def broker(*kinds, clients=(), settings="", public_url=None):
    """With running providers of these kinds; answers the server and the providers. `clients` may be a function of the server."""
    with tempfile.TemporaryDirectory(prefix="gatehouse-interop-") as folder, contextlib.ExitStack() as stack:
        server = Broker(pathlib.Path(folder), public_url)
        providers = [kind([server.callback(kind)]) for kind in kinds]
        server.configure(providers, clients(server) if callable(clients) else clients, settings)
        # Side by side: most of them need seconds.
        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(lambda provider: stack.enter_context(provider.running()), providers))
        stack.enter_context(running([PROGRAM, "serve", "--config", str(server.configuration)], server.url + "/readyz"))
        server.open_the_door()
        yield server, *providers


def signed_in_with_consent(server, browser, provider, address, person="alice"):
    """A client's authorization request as alice: signs in, allows, and answers where the client is called back."""
    page = server.walk_in(browser, browser.open(address), provider, person)
    check(page.status == 200 and page.form("decision") is not None, "asked for consent", f"{page.status} {page.url}")
    check("Example app" in page.words, "by a page that names the client", page.words)
    return browser.submit(page, "decision", decision="allow")

