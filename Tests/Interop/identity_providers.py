"""Four third-party OpenID providers, each on loopback with one client and the same people: how they are set up and signed in to.

`sign_in` walks a provider's own pages by requests (browser.py), `click` does the same in a real browser (Playwright).
"""

import contextlib
import gzip
import pathlib
import shutil
import sqlite3
import sys
import tempfile

import requests

from browser import query
from support import check, free_port, logged, run, running

CLIENT, SECRET = "interop", "interop-secret-7aX"
SCOPES = ["openid", "profile", "email"]
PEOPLE = {"alice": "Alice Example", "bob": "Bob Example", "carol": "Carol Example", "dave": "Dave Example"}


def password(person):
    return person + "-password-9"


def email(person):
    return person + "@example.org"


class Provider:
    """One program; `redirect_uris` are those of its client."""

    name = path = None
    needs_script = False
    # For the provider file of Gatehouse, where this one needs more than the defaults. None of the four says whether an
    # address is verified, so the file says that they give out those of the domain themselves.
    more = "authoritative_domains: [example.org]\n"

    def __init__(self, redirect_uris):
        self.redirect_uris, self.port = redirect_uris, free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.issuer = self.origin + (self.path or "")

    @property
    def yaml(self):
        return (f"name: {self.name}\ntype: oidc\nissuer: {self.issuer}\naudiences: [{CLIENT}]\nclient_id: {CLIENT}\n"
                f"client_secret: {SECRET}\nscopes: [{', '.join(SCOPES)}]\n{self.more}")

    def subject(self, person):
        """What `sub` is, where one can know it."""
        return person

    @property
    def alice(self):
        """How an access policy knows alice by her ID token: NanoIDP has her address in userinfo only."""
        return 'claims.sub == "alice"', {"sub": "alice"}, {"sub": "bob"}

    def configure(self, folder):
        pass

    def command(self, folder):
        raise NotImplementedError

    def populate(self):
        """What can only be made through the running program."""

    @contextlib.contextmanager
    def running(self):
        with tempfile.TemporaryDirectory(prefix=f"{self.name}-") as name:
            folder = pathlib.Path(name)
            self.configure(folder)
            ready = self.issuer + "/.well-known/openid-configuration" if not self.path else self.origin + "/"
            with logged(folder / "log") as outputs, running(self.command(folder), ready, cwd=folder, **outputs):
                self.populate()
                yield self


class Nano(Provider):
    """NanoIDP, from PyPI: one page asks for both name and password."""

    name = "nano"

    def configure(self, folder):
        uris = ", ".join(self.redirect_uris)
        (folder / "settings.yaml").write_text(
            f"config_version: 1\nserver: {{host: 127.0.0.1, port: {self.port}}}\noauth:\n  issuer: {self.issuer}\n"
            f"  clients: [{{client_id: {CLIENT}, client_secret: {SECRET}, redirect_uris: [{uris}]}}]\n")
        lines = [f"  {person}: {{password: {password(person)}, email: {email(person)}, roles: [USER], tenant: default}}\n"
                 for person in PEOPLE]
        (folder / "users.yaml").write_text("config_version: 1\nusers:\n" + "".join(lines))

    def command(self, folder):
        return [sys.executable, "-m", "nanoidp", "--config", str(folder), "--port", str(self.port)]

    def sign_in(self, browser, page, person):
        return browser.submit(page, "username", username=person, password=password(person))

    def click(self, page, person):
        page.fill("[name=username]", person)
        page.fill("[name=password]", password(person))
        page.click("form:has([name=username]) [type=submit]")


class Mock(Provider):
    """oidc-provider-mock, from PyPI: a page where a subject is typed, and nothing is checked."""

    name = "mock"

    def command(self, folder):
        command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(self.port)]
        for person, full in PEOPLE.items():
            claims = f'{{"sub": "{person}", "email": "{email(person)}", "email_verified": true, "name": "{full}"}}'
            command += ["--user-claims", claims]
        return command

    def sign_in(self, browser, page, person):
        return browser.submit(page, "placeholder=sub", sub=person)

    def click(self, page, person):
        page.fill("input[name=sub]", person)
        page.click("form:has(input[name=sub]) [type=submit]")


class Canaille(Provider):
    """Canaille, from PyPI: name, password and consent on three pages, with CSRF tokens."""

    name = "canaille"

    def command(self, folder):
        server = pathlib.Path(__file__).parent / "programs/canaille_server.py"
        return [sys.executable, str(server), str(self.port), CLIENT, SECRET, *self.redirect_uris]

    def sign_in(self, browser, page, person):
        page = browser.submit(page, "login", login=person)
        page = browser.submit(page, "password", password=password(person))
        # Consent is remembered.
        return browser.submit(page, "answer", answer="accept") if page.url.startswith(self.origin) else page

    def click(self, page, person):
        page.fill("[name=login]", person)
        page.click("form:has([name=login]) [type=submit]")
        page.fill("[name=password]", password(person))
        page.click("form:has([name=password]) [type=submit]")
        if page.url.startswith(self.origin):
            page.click("[name=answer][value=accept]")


class Glewlwyd(Provider):
    """Glewlwyd, from Debian: its page is a script that calls its API, so without a script one calls the API oneself."""

    name, path, needs_script = "glewlwyd", "/api/oidc", True
    # Where scripts/setup unpacks Debian's package.
    USR = pathlib.Path(__file__).parents[2] / ".interop/glewlwyd/usr"
    PROGRAM, SHARE, LIBRARY = USR / "bin/glewlwyd", USR / "share/glewlwyd", USR / "lib/glewlwyd"

    @classmethod
    def is_installed(cls):
        return cls.PROGRAM.exists()

    def subject(self, person):
        return None  # a random one for each user

    @property
    def alice(self):
        return f'claims.email == "{email("alice")}"', {"email": email("alice")}, {"email": email("bob")}

    def configure(self, folder):
        # Debian's page is full of links to other packages, which glewlwyd does not follow out of its folder.
        config = folder / "webapp/config.json"
        shutil.copytree(self.SHARE / "webapp", folder / "webapp", ignore=lambda *_: ["config.json"])
        shutil.copy(self.SHARE / "templates/config.json", config)
        schema = gzip.decompress((self.USR / "share/doc/glewlwyd/database/init.sqlite3.sql.gz").read_bytes())
        with contextlib.closing(sqlite3.connect(folder / "glewlwyd.db")) as database:
            database.executescript(schema.decode())
        types = {"html": "text/html", "js": "application/javascript", "css": "text/css", "json": "application/json"}
        mime = ", ".join(f'{{extension=".{end}"; mime_type="{kind}"; compress=0}}' for end, kind in types.items())
        modules = ("user", "user_middleware", "client", "plugin")
        (folder / "glewlwyd.conf").write_text(
            f'port={self.port}\nbind_address="127.0.0.1"\nexternal_url="{self.origin}"\nlogin_url="login.html"\napi_prefix="api"\n'
            f'static_files_path="{folder}/webapp/"\nlog_mode="console"\nlog_level="WARNING"\ncookie_secure=0\ncookie_domain="127.0.0.1"\n'
            'session_key="GLEWLWYD"\nadmin_scope="g_admin"\nprofile_scope="g_profile"\nhash_algorithm="SHA512"\n'
            + "".join(f'{module}_module_path="{self.LIBRARY}/{module}"\n' for module in modules)
            + f'user_auth_scheme_module_path="{self.LIBRARY}/scheme"\n'
            f'database = {{ type = "sqlite3"; path = "{folder}/glewlwyd.db"; }};\nstatic_files_mime_types = ( {mime} );\n')
        run("openssl", "genrsa", "-out", folder / "key.pem", "2048")
        run("openssl", "rsa", "-in", folder / "key.pem", "-pubout", "-out", folder / "public.pem")
        self.key, self.public = (folder / "key.pem").read_text(), (folder / "public.pem").read_text()

    def command(self, folder):
        return [str(self.PROGRAM), "--config-file", str(folder / "glewlwyd.conf")]

    def populate(self):
        administrator = requests.Session()

        def post(path, body):
            answer = administrator.post(self.origin + "/api" + path, json=body, timeout=10)
            if answer.status_code != 200:
                raise SystemExit(f"FAILED: glewlwyd takes {path}; got {answer.status_code} {answer.text}")

        post("/auth/", {"username": "admin", "password": "password"})  # what a new database has
        off = ("token", "password", "client", "none")
        post("/mod/plugin/", {"module": "oidc", "name": "oidc", "display_name": "OpenID Connect", "parameters": {
            "iss": self.issuer, "jwt-type": "rsa", "jwt-key-size": "256", "key": self.key, "cert": self.public,
            "access-token-duration": 600, "refresh-token-duration": 600, "code-duration": 60, "refresh-token-rolling": False,
            "auth-type-code-enabled": True, "auth-type-id-token-enabled": True, "auth-type-refresh-enabled": True,
            "auth-type-device-enabled": True, "device-authorization-expiration": 60, "device-authorization-interval": 1,
            **{f"auth-type-{kind}-enabled": False for kind in off}, "allow-non-oidc": False, "jwks-show": True,
            "pkce-allowed": True, "pkce-required": True, "pkce-method-plain-allowed": False, "subject-type": "public",
            "name-claim": "on-demand", "name-claim-scope": ["profile"], "email-claim": "on-demand", "email-claim-scope": ["email"],
            "allowed-scope": SCOPES}})
        for scope in SCOPES[1:]:
            post("/scope/", {"name": scope, "display_name": scope, "password_required": False})
        for person, full in PEOPLE.items():
            post("/user/", {"username": person, "password": password(person), "name": full, "email": email(person),
                            "scope": [*SCOPES, "g_profile"], "enabled": True})
        post("/client/", {
            "client_id": CLIENT, "client_secret": SECRET, "name": "Gatehouse", "confidential": True, "scope": [],
            "redirect_uri": self.redirect_uris, "authorization_type": ["code", "refresh_token", "device_authorization"],
            "token_endpoint_auth_method": ["client_secret_basic"], "enabled": True})
        for person in PEOPLE:
            # Consent, given beforehand: its page offers that in a menu only.
            own = requests.Session()
            own.post(self.origin + "/api/auth/", json={"username": person, "password": password(person)}, timeout=10)
            done = own.put(f"{self.origin}/api/auth/grant/{CLIENT}", json={"scope": " ".join(SCOPES)}, timeout=10)
            check(done.status_code == 200, f"glewlwyd: {person} consents", done.status_code)

    def sign_in(self, browser, page, person):
        asked, api = query(page.url), self.origin + "/api"
        done = browser.session.post(api + "/auth/", json={"username": person, "password": password(person)}, timeout=10)
        check(done.status_code == 200, "glewlwyd: the password is right", done.status_code)
        return browser.open(asked["callback_url"] + "&g_continue", referring=page.url)

    def click(self, page, person):
        page.fill("#username", person)
        page.fill("#password", password(person))
        page.click("button[type=submit]")
        page.click("[title='Continue to client application']")


ALL = (Nano, Mock, Canaille, Glewlwyd)
