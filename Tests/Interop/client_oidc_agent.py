"""oidc-agent signs a person in on another device (RFC 8628), keeps the refresh token, and hands out access tokens.

The agent runs on its console with a folder and a socket of its own. `--alone` does the same with Glewlwyd as the server.
"""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse

import requests
from joserfc import jwk, jwt

from broker import NAMESPACE, ROLE, broker, client
from browser import Browser
from identity_providers import CLIENT, SECRET, Glewlwyd, Mock
from support import check, run, step

ACCOUNT = "example"


class Agent:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.socket = self.folder / "agent.sock"
        # OIDC_SOCK is how oidc-gen and oidc-token find it; the password encrypts the account's file.
        self.environment = {**os.environ, "HOME": str(folder), "OIDC_CONFIG_DIR": str(folder), "OIDC_SOCK": str(self.socket),
                            "OIDC_ENCRYPTION_PW": "for this run only"}

    @classmethod
    @contextlib.contextmanager
    def running(cls):
        with tempfile.TemporaryDirectory(prefix="oidc-agent-") as folder:
            agent = cls(folder)
            process = subprocess.Popen(["oidc-agent", "--console", "--quiet", "--socket-path", str(agent.socket)],
                                       env=agent.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            try:
                end = time.monotonic() + 10
                while not agent.socket.exists() and process.poll() is None and time.monotonic() < end:
                    time.sleep(0.05)
                check(agent.socket.exists(), "oidc-agent runs")
                yield agent
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(10)

    def generate(self, issuer, client_id, secret, scope, enter):
        """`enter(address, code)` is the person at the other device."""
        log = self.folder / "oidc-gen.log"
        with open(log, "w") as output:
            process = subprocess.Popen(
                ["oidc-gen", "--manual", "--flow=device", f"--issuer={issuer}", f"--client-id={client_id}", f"--client-secret={secret}",
                 f"--scope={scope}", "--redirect-uri=http://localhost:4242", "--prompt=none", "--pw-env", "--no-url-call",
                 "--confirm-default", ACCOUNT], env=self.environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            end = time.monotonic() + 15
            while process.poll() is None and time.monotonic() < end:
                text = log.read_text()
                found = re.search(r"visit:\s+(\S+)\s+And enter the code: (\S+)", text)
                if found:
                    break
                time.sleep(0.1)
            else:
                found = None
            check(found, "oidc-gen shows an address and a code", log.read_text())
            step(f"oidc-gen: {found[1]} {found[2]}")
            enter(found[1], found[2])
            check(process.wait(30) == 0, "oidc-gen has the account", log.read_text()[-600:])
        finally:
            process.kill()

    def token(self, *options):
        return run("oidc-token", *options, ACCOUNT, env=self.environment).strip()


def against_us():
    scope = f"openid profile email offline_access namespace:{NAMESPACE}"
    grants = ["device_code", "refresh_token"]
    clients = [client("agent", "agent-secret-2mD", [], grant_types=grants, scope=scope)]
    with broker(Mock, clients=clients) as (server, provider), Agent.running() as agent:
        def enter(address, code):
            check(address == server.url + "/device", "the address is our page", address)
            browser = server.browser(provider)
            page = server.walk_in(browser, browser.open(address), provider, "alice")
            check(page.url == address, "the page asks to sign in first, and comes back", page.url)
            wrong = browser.submit(page, "user_code", user_code="BBBB-BBBB" if code != "BBBB-BBBB" else "CCCC-CCCC")
            check("decision" not in wrong.text, "a code that nobody has leads nowhere", wrong.text[:1500])
            # As people type: in small letters, with a space for the hyphen.
            page = browser.submit(browser.open(address), "user_code", user_code=code.lower().replace("-", " "))
            check("Example app" in page.words, "the page names the client", page.words)
            page = browser.submit(page, "decision", decision="allow")
            check(page.status == 200, "allowed", f"{page.status} {page.text[:800]}")

        agent.generate(server.url, "agent", "agent-secret-2mD", scope, enter)
        token = agent.token()
        keys = jwk.KeySet.import_key_set(requests.get(server.url + "/oauth/jwks", timeout=10).json())
        claims = jwt.decode(token, keys, algorithms=["ES256"]).claims
        check(claims["namespaces"] == {NAMESPACE: [ROLE]}, "an access token with alice's rights", claims)
        info = requests.get(server.url + "/oauth/userinfo", headers={"Authorization": "Bearer " + token}, timeout=10)
        check(info.json()["email"] == "alice@example.org", "userinfo knows her", info.text)
        check(agent.token("--force-new") != token, "oidc-agent refreshes")
        check(agent.token("--force-new") != token, "and again, with the rotated refresh token")


def alone():
    with Glewlwyd(["http://localhost:4242"]).running() as provider, Agent.running() as agent:
        def enter(address, code):
            browser = Browser(provider.origin)
            page = browser.open(address + "?" + urllib.parse.urlencode({"code": code}))
            page = provider.sign_in(browser, page, "alice")
            check(page.status == 200, "allowed", f"{page.status} {page.url} {page.text[:500]}")

        agent.generate(provider.issuer, CLIENT, SECRET, "openid profile email", enter)
        token = agent.token()
        check(token.count(".") == 2, "an access token", token)
        check(agent.token("--force-new") != token, "oidc-agent refreshes")


def main():
    if not shutil.which("oidc-agent") or ("--alone" in sys.argv and not Glewlwyd.is_installed()):
        step("oidc-agent or glewlwyd is not installed")
        return 77
    return alone() if "--alone" in sys.argv else against_us()


if __name__ == "__main__":
    sys.exit(main())
