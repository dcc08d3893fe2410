"""Apache with mod_auth_openidc as our client: a protected page shows who came, and signs out with us too (RP-initiated logout).

Apache runs from a folder of its own, in the foreground, without the system's configuration. `--alone` puts it before
oidc-provider-mock.
"""

import contextlib
import os
import pathlib
import shutil
import sys
import tempfile
import urllib.parse

from broker import broker, client, signed_in_with_consent
from browser import Browser, query
from identity_providers import Mock, email
from relying_party import one
from support import check, free_port, logged, running, step

APACHE = shutil.which("apache2") or "/usr/sbin/apache2"
MODULES = pathlib.Path("/usr/lib/apache2/modules")
CLIENT, SECRET = "apache", "apache-secret-8wN"


class Apache:
    def __init__(self):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.protected, self.redirect_uri = self.url + "/protected/", self.url + "/protected/callback"
        self.goodbye = self.url + "/goodbye.html"

    def configure(self, folder, issuer, scope):
        for page, text in (("protected/index.html", '<p>Hello <!--#echo var="REMOTE_USER" -->, <!--#echo var="OIDC_CLAIM_email" -->'),
                           ("goodbye.html", "<p>Goodbye"), ("index.html", "<p>Welcome")):
            (folder / "pages" / page).parent.mkdir(parents=True, exist_ok=True)
            (folder / "pages" / page).write_text(f"<!doctype html><title>Example</title>{text}</p>")
        names = ["mpm_event", "authn_core", "authz_core", "authz_user", "dir", "include", "mime", "auth_openidc"]
        load = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in names)
        # As root Apache wants another user for its children, who then has to read the folder.
        user = "User www-data\nGroup www-data\n" if os.geteuid() == 0 else ""
        (folder / "apache.conf").write_text(f"""
{load}
{user}
ServerRoot {folder}
ServerName 127.0.0.1
Listen 127.0.0.1:{self.port}
PidFile {folder}/apache.pid
DefaultRuntimeDir {folder}
ErrorLog /dev/stderr
LogLevel warn
StartServers 1
ServerLimit 1
ThreadsPerChild 4
MaxRequestWorkers 4
MinSpareThreads 1
MaxSpareThreads 4
TypesConfig /dev/null
AddType text/html .html
AddOutputFilter INCLUDES .html
DocumentRoot {folder}/pages
DirectoryIndex index.html
<Directory {folder}/pages>
  Options +Includes
  Require all granted
</Directory>
OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {CLIENT}
OIDCClientSecret {SECRET}
OIDCRedirectURI {self.redirect_uri}
OIDCCryptoPassphrase for-this-run-only
OIDCScope "{scope}"
OIDCResponseType code
OIDCPKCEMethod S256
OIDCProviderTokenEndpointAuth client_secret_basic
OIDCRemoteUserClaim email
OIDCCookieSameSite On
<Location /protected>
  AuthType openid-connect
  Require valid-user
</Location>
""")

    @contextlib.contextmanager
    def running(self, issuer, scope):
        with tempfile.TemporaryDirectory(prefix="apache-") as name:
            folder = pathlib.Path(name)
            folder.chmod(0o755)
            self.configure(folder, issuer, scope)
            command = [APACHE, "-d", name, "-f", name + "/apache.conf", "-DFOREGROUND"]
            with logged(folder / "log") as outputs, running(command, self.url + "/", **outputs):
                yield self


def greeted(page, apache):
    check(page.status == 200 and page.url == apache.protected, "back at the protected page", f"{page.status} {page.url} {page.text[:800]}")
    check(f"Hello {email('alice')}, {email('alice')}" in page.words, "which greets alice", page.words)


def forged(apache, browser):
    """A callback that nobody asked for, and one with another state."""
    for address in (apache.redirect_uri + "?code=abc&state=def", apache.redirect_uri):
        page = Browser(apache.url).open(address)
        check("Hello" not in page.text, "a callback that nobody asked for greets nobody", page.text)


def against_us():
    apache = Apache()
    clients = [client(CLIENT, SECRET, [apache.redirect_uri], scope="openid profile email", post_logout_redirect_uris=[apache.goodbye])]
    with broker(Mock, clients=clients) as (server, provider), apache.running(server.url, "openid profile email"):
        browser = server.browser(provider)
        browser.origins.add(apache.url)
        page = signed_in_with_consent(server, browser, provider, apache.protected)
        greeted(page, apache)
        asked = next(query(url) for url in page.walk if url.startswith(apache.redirect_uri))
        check("code" in asked and asked.get("iss") == server.url, "the callback had a code and our name (RFC 9207)", asked)
        forged(apache, browser)
        page = browser.open(apache.redirect_uri + "?" + urllib.parse.urlencode({"logout": apache.goodbye}))
        step(f"sign-out goes by {page.walk}")
        if page.url.startswith(server.url):
            # OpenID Connect RP-Initiated Logout §2: the provider asks the person.
            page = browser.send(page, next(form for form in page.tree.forms if form.method == "POST"))
            if page.url.startswith(server.url):
                page = browser.open(one(link for link in page.link.values() if link.startswith(apache.url)), referring=page.url)
        check(page.status == 200 and page.url.split("?")[0] == apache.goodbye, "and ends at the page for that", f"{page.status} {page.url} {page.text[:800]}")
        check(server.whoami(browser).status_code == 401, "the session at Gatehouse is over")
        check(browser.open(apache.protected).url != apache.protected, "and the one at Apache")


def alone():
    apache = Apache()
    with Mock([apache.redirect_uri]).running() as provider, apache.running(provider.issuer, "openid profile email"):
        browser = Browser(provider.origin, apache.url)
        greeted(provider.sign_in(browser, browser.open(apache.protected), "alice"), apache)
        forged(apache, browser)
        page = browser.open(apache.redirect_uri + "?" + urllib.parse.urlencode({"logout": apache.goodbye}))
        step(f"sign-out goes by {page.walk}")
        check(browser.open(apache.protected).url != apache.protected, "signed out of Apache")


def main():
    if not pathlib.Path(APACHE).exists() or not (MODULES / "mod_auth_openidc.so").exists():
        step("apache2-bin and libapache2-mod-auth-openidc are not installed")
        return 77
    return alone() if "--alone" in sys.argv else against_us()


if __name__ == "__main__":
    sys.exit(main())
