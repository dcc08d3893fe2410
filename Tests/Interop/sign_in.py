"""What signing in through any provider has to do, and `--alone`: that the provider itself works, without Gatehouse."""

import sys
import urllib.parse

import requests

from broker import WHOAMI, broker
from browser import Browser, query
from identity_providers import CLIENT, PEOPLE, SCOPES, SECRET, email
from relying_party import RelyingParty
from support import check, step

NOWHERE = "http://127.0.0.1:1/callback"
SESSION = "gatehouse_session"


def alone(kind):
    """A bare authorization code flow with PKCE: when this fails, it is the provider or how we drive it."""
    with kind([NOWHERE]).running() as provider:
        for person in ("alice", "bob"):
            party = RelyingParty(provider.issuer, CLIENT, SECRET, NOWHERE, " ".join(SCOPES))
            browser = Browser(provider.origin)
            code = party.code(provider.sign_in(browser, browser.open(party.begin()), person))
            answer = party.redeem(code)
            check(answer.status_code == 200, f"{provider.name} gives tokens", f"{answer.status_code} {answer.text}")
            claims = party.claims(answer.json()["id_token"])
            check(provider.subject(person) in (None, claims["sub"]), f"an ID token for {person}", claims)
            bearer = {"Authorization": "Bearer " + answer.json()["access_token"]}
            info = requests.get(party.metadata["userinfo_endpoint"], headers=bearer, timeout=10).json()
            step(f"{provider.name}: ID token {claims}; userinfo {info}")
            check({**info, **claims}["email"] == email(person), "the address is in the ID token or in userinfo")
            check(party.redeem(code).status_code != 200, "the code is good once")


def begun(server, provider, browser, person="alice", return_to="/account"):
    """Signed in at the provider, and stopped before our callback is called: its address."""
    page = browser.open(f"{server.url}/sign-in/{provider.name}?return_to={return_to}")
    browser.origins.remove(server.url)
    page = provider.sign_in(browser, page, person)
    browser.origins.add(server.url)
    check(page.url.startswith(server.callback(provider) + "?"), "the provider calls us back", page.url)
    return page.url


def is_in(server, browser):
    return server.whoami(browser).status_code == 200


def refused(server, browser, address, text):
    page = browser.open(address)
    check(400 <= page.status < 500, f"{text}: refused", f"{page.status} {page.url} {page.text[:600]}")
    check("Content-Security-Policy" in page.headers and not is_in(server, browser), "by a page, and nobody is signed in")


def with_query(address, **changed):
    parts = urllib.parse.urlsplit(address)
    pairs = {**query(address), **changed}
    return parts._replace(query=urllib.parse.urlencode({k: v for k, v in pairs.items() if v is not None})).geturl()


def good(server, provider):
    browser = server.browser(provider)
    page = browser.open(server.url + "/account")
    check(page.url.startswith((server.url + "/sign-in", provider.origin)), "the account page asks to sign in", page.url)
    page = server.choose(browser, page, provider)
    asked = next(query(url) for url in page.walk if url.startswith(provider.origin))
    check(asked["redirect_uri"] == server.callback(provider), "the redirect URI is the registered one", asked)
    check(asked["code_challenge_method"] == "S256" and len(asked["code_challenge"]) == 43, "PKCE", asked)
    check(len(asked["state"]) >= 22 and len(asked["nonce"]) >= 22, "state and nonce are long", asked)
    check(set(asked["scope"].split()) == set(SCOPES), "the scopes are those configured", asked)
    before = browser.cookie(SESSION)
    page = provider.sign_in(browser, page, "alice")
    check(page.status == 200 and page.url == server.url + "/account", "alice comes to where she wanted", f"{page.status} {page.url} {page.text[:1500]}")
    # NanoIDP knows no name but the short one.
    check(any(name in page.words for name in (email("alice"), PEOPLE["alice"], "alice")), "the page shows who she is", page.words)
    cookie = browser.cookie(SESSION)
    check(cookie and cookie.has_nonstandard_attr("HttpOnly") and cookie.get_nonstandard_attr("SameSite") == "Lax",
          "the session cookie is HttpOnly and SameSite=Lax", vars(cookie) if cookie else None)
    check(not before or before.value != cookie.value, "and it is a new one")
    who = server.whoami(browser)
    check(who.status_code == 200 and who.json()["email"] == email("alice"), "whoami knows her", f"{who.status_code} {who.text}")
    callback = next(url for url in page.walk if url.startswith(server.callback(provider)))
    again = browser.open(callback)
    check(again.status >= 400, "the same callback a second time: refused", f"{again.status} {again.url}")
    check(is_in(server, browser), "and the session goes on")
    return browser


def out(server, browser):
    stolen = {SESSION: browser.cookie(SESSION).value}
    page = browser.open(server.url + "/sign-out")
    check(page.status == 200 and is_in(server, browser), "GET /sign-out asks, and does nothing yet")
    page = browser.send(page, next(form for form in page.tree.forms if form.method == "POST"))
    check(page.status == 200 and not is_in(server, browser), "the form signs out", f"{page.status} {page.url} {page.text[:600]}")
    check(requests.get(server.url + WHOAMI, cookies=stolen, timeout=10).status_code == 401, "and a copy of the cookie is worth nothing")


def bad(server, provider):
    browser = server.browser(provider)
    address = begun(server, provider, browser)
    refused(server, server.browser(), address, "the callback in a browser that began nothing (login CSRF)")
    refused(server, browser, with_query(address, state="A" * len(query(address)["state"])), "another state")
    refused(server, browser, with_query(address, code=None), "no code")
    if "iss" in query(address):
        browser = server.browser(provider)
        address = begun(server, provider, browser)
        refused(server, browser, with_query(address, iss="https://attacker.example"), "another issuer (RFC 9207)")
    browser = server.browser(provider)
    address = begun(server, provider, browser)
    refused(server, browser, with_query(address, code="AAAA" + query(address)["code"][4:]), "a code that the provider does not know")
    browser = server.browser(provider)
    address = begun(server, provider, browser)
    denied = with_query(address, code=None, error="access_denied", error_description="<script>alert(1)</script>")
    page = browser.open(denied)
    check(page.status in (200, 400, 401, 403) and "<script>alert" not in page.text and not is_in(server, browser), "a denial is told, and escaped", page.text)
    for elsewhere in ("https://attacker.example/", "//attacker.example", "/\\attacker.example", "javascript:alert(1)"):
        browser = server.browser(provider)
        page = browser.open(f"{server.url}/sign-in/{provider.name}?return_to={urllib.parse.quote(elsewhere, safe='')}")
        if page.status < 400:
            page = provider.sign_in(browser, page, "alice")
        check(page.url.startswith(server.url + "/"), f"return_to {elsewhere} does not lead away", page.url)


def through(kind):
    with broker(kind) as (server, provider):
        browser = good(server, provider)
        out(server, browser)
        bad(server, provider)
        other = server.browser(provider)
        page = provider.sign_in(other, other.open(f"{server.url}/sign-in/{provider.name}?return_to=/account"), "bob")
        check(page.status == 200 and server.whoami(other).json()["email"] == email("bob"), "bob is somebody else", page.words)
        again = server.browser(provider)
        provider.sign_in(again, again.open(f"{server.url}/sign-in/{provider.name}?return_to=/account"), "alice")
        users = server.call("GET", "/api/web/custom/namespaces/system/user_roles")["items"]
        found = sorted(user["email"] for user in users if user["email"].endswith("@example.org"))
        check(found == [email("alice"), email("bob")], "alice came twice and is one user", found)


def main(kind):
    alone(kind) if "--alone" in sys.argv else through(kind)
