"""A real browser (Chromium) signs in through each provider, allows a client, connects a device and signs out, without our scripts.

Where the provider needs no script either, the browser runs none at all; for Glewlwyd's page it does, and only ours are kept
from running. So it is on a second walk, because axe is a script: it looks at every page. `--alone` does the providers without
Gatehouse; a folder as an argument keeps the screenshots.
"""

import contextlib
import os
import pathlib
import shutil
import sys
import tempfile

import requests
from playwright.sync_api import sync_playwright

from broker import NOWHERE, WHOAMI, broker, client
from browser import query
from identity_providers import ALL, CLIENT, PEOPLE, SCOPES, SECRET, Glewlwyd, email
from relying_party import RelyingParty
from support import check, step

try:
    import axe
except ImportError:
    axe = None

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
KINDS = [kind for kind in ALL if kind is not Glewlwyd or Glewlwyd.is_installed()]


@contextlib.contextmanager
def chromium():
    with sync_playwright() as playwright:
        # Root, as in a container, has no sandbox; every page is from loopback.
        program = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        try:
            yield program
        finally:
            program.close()


class Person:
    """One profile of the browser: its page, what its console said about ours, and where it went for more."""

    def __init__(self, program, ours, scripts):
        self.ours, self.complaints, self.strangers = ours, [], []
        self.context = program.new_context(java_script_enabled=scripts, base_url=ours)
        self.context.set_default_timeout(10_000)
        self.context.route("**/*", self.route)
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.complain(message.text, message.location["url"]))

    def complain(self, text, url):
        # A code that nobody has is a page with status 400, of which a browser always tells.
        refused = url == f"{self.ours}/device" and "400" in text
        if self.ours and url.startswith(self.ours) and "favicon" not in url + text and not refused:
            self.complaints.append(text)

    def route(self, route):
        url = route.request.url
        if url.startswith(NOWHERE):
            return route.fulfill(status=200, content_type="text/html", body="<!doctype html><title>The client</title>")
        if not url.startswith("http://127.0.0.1:"):
            # A provider may want something from a network that is not there; we may not.
            self.strangers += [url] if self.ours and route.request.frame.url.startswith(self.ours) else []
            return route.abort()
        if self.ours and route.request.frame.url.startswith(self.ours) and route.request.resource_type == "script":
            return route.abort()
        return route.continue_()

    def at(self, url):
        self.page.wait_for_url(lambda now: now.split("?")[0] == url)

    def clean(self):
        check(not self.complaints, "the console has nothing to say about our pages", self.complaints)
        check(not self.strangers, "and they ask nobody else for anything", self.strangers)


class Looks:
    """A screenshot and, where scripts run, axe: once for each kind of page."""

    def __init__(self, folder, axe):
        self.folder, self.axe, self.seen = folder, axe, set()

    def __call__(self, page, name):
        if name in self.seen:
            return
        self.seen.add(name)
        check(page.title() and page.locator("h1").count() == 1, f"{name}: a title and one heading", (page.url, page.title()))
        if self.axe:
            self.axe.check(page, name, widths=[320, 1280], screenshots=self.folder)
        else:
            page.screenshot(path=f"{self.folder}/{name}.png", full_page=True)


def sign_in(server, person, provider, name, looks):
    page = person.page
    answer = page.goto("/account")
    check(page.url.startswith(server.url + "/sign-in"), "the account page asks to sign in", page.url)
    policy = answer.headers.get("content-security-policy", "")
    check("default-src 'self'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy, "under a strict policy", policy)
    check(page.locator("script").count() == 0, "the page has no script")
    looks(page, "sign-in")
    page.click(f"a[href*='/sign-in/{provider.name}']")
    provider.click(page, name)
    person.at(server.url + "/account")
    looks(page, "account")
    who = person.context.request.get(WHOAMI)
    check(who.ok and who.json()["email"] == email(name), f"{name} is here through {provider.name}", who.text())
    cookie = next(found for found in person.context.cookies() if found["name"] == "gatehouse_session")
    check(cookie["httpOnly"] and cookie["sameSite"] == "Lax", "by a cookie that is HttpOnly and SameSite=Lax", cookie)


def consent(server, person, looks):
    page = person.page
    party = RelyingParty(server.url, "app", "app-secret-3fQ-0123456789", NOWHERE, "openid profile email")
    page.goto(party.begin())
    looks(page, "consent")
    check("Example app" in page.inner_text("main"), "the page names the client", page.inner_text("main"))
    page.click("[name=decision][value=deny]")
    person.at(NOWHERE)
    check(query(page.url)["error"] == "access_denied", "Deny goes back to the client and says so", page.url)
    page.goto(party.begin())
    # A policy with `form-action 'self'` would stop the redirect here, and only a browser notices.
    page.click("[name=decision][value=allow]")
    person.at(NOWHERE)
    answer = party.redeem(query(page.url)["code"])
    check(answer.status_code == 200, "Allow brings a code that is good", answer.text)
    party.claims(answer.json()["id_token"], ["ES256"])


def device(server, person, looks):
    page = person.page
    metadata = requests.get(server.url + "/.well-known/openid-configuration", timeout=10).json()
    secret = ("tv", "tv-secret-9cE-0123456789")
    asked = requests.post(metadata["device_authorization_endpoint"], auth=secret, data={"scope": "openid"}, timeout=10).json()
    page.goto(asked["verification_uri"])
    looks(page, "device")
    page.fill("[name=user_code]", "BBBB-BBBB")
    page.click("form:has([name=user_code]) [type=submit]")
    check(page.locator("[name=decision]").count() == 0, "a code that nobody has is refused")
    looks(page, "device-refused")
    page.fill("[name=user_code]", asked["user_code"])
    page.click("form:has([name=user_code]) [type=submit]")
    check(asked["user_code"] in page.inner_text("main"), "the page shows the code again", page.inner_text("main"))
    looks(page, "device-confirm")
    page.click("[name=decision][value=allow]")
    looks(page, "device-done")
    answer = requests.post(metadata["token_endpoint"], auth=secret, timeout=10, data={
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": asked["device_code"]})
    check(answer.status_code == 200, "the device has its tokens", answer.text)


def sign_out(server, person, looks):
    page = person.page
    page.goto("/sign-out")
    looks(page, "sign-out")
    page.click("form[action*='/sign-out'] [type=submit]")
    page.wait_for_load_state()
    if not page.url.startswith(server.url):
        # This provider has a page of its own for the end, and does not send people back.
        page.goto("/signed-out")
    looks(page, "signed-out")
    check(person.context.request.get(WHOAMI).status == 401, "signed out")
    page.go_back()
    page.goto("/account")
    check(page.url.startswith(server.url + "/sign-in"), "and the account page asks again", page.url)


def walk(server, program, provider, name, looks, scripts, everything):
    person = Person(program, server.url, scripts)
    sign_in(server, person, provider, name, looks)
    if everything:
        consent(server, person, looks)
        device(server, person, looks)
    sign_out(server, person, looks)
    person.clean()
    person.context.close()


def against_us(program, folder):
    clients = [client(), client("tv", "tv-secret-9cE-0123456789", [], grant_types=["device_code"], scope="openid")]
    with broker(*KINDS, clients=clients) as (server, *providers):
        plain, examined = Looks(folder, None), Looks(folder, axe)
        # Another person each time: whether two providers may know the same one is another question.
        for provider, name in zip(providers, PEOPLE, strict=False):
            step(f"-- {provider.name}")
            walk(server, program, provider, name, plain, provider.needs_script, everything=name == "alice")
        if axe:
            step("-- axe")
            walk(server, program, providers[1], "bob", examined, scripts=True, everything=True)
        step(f"pages: {', '.join(sorted(plain.seen))}" + ("" if axe else "; there is no axe"))


def alone(program):
    for kind in KINDS:
        with kind([NOWHERE]).running() as provider:
            person = Person(program, None, provider.needs_script)
            party = RelyingParty(provider.issuer, CLIENT, SECRET, NOWHERE, " ".join(SCOPES))
            person.page.goto(party.begin())
            provider.click(person.page, "alice")
            person.at(NOWHERE)
            answer = party.redeem(query(person.page.url)["code"])
            check(answer.status_code == 200, f"alice signs in with {provider.name} in a browser"
                  + ("" if provider.needs_script else " without scripts"), answer.text)


def main():
    if not pathlib.Path(CHROMIUM).exists():
        step("chromium is not installed")
        return 77
    kept = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    with chromium() as program, tempfile.TemporaryDirectory(prefix="screenshots-") as folder:
        if "--alone" in sys.argv:
            return alone(program)
        for name in kept:
            pathlib.Path(name).mkdir(parents=True, exist_ok=True)
        return against_us(program, kept[0] if kept else folder)


if __name__ == "__main__":
    sys.exit(main())
