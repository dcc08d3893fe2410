"""Authlib signs people in through our authorization server: code with PKCE, refresh, revocation, and `private_key_jwt`.

The ID token is checked with our keys. `--alone` runs the same client against oidc-provider-mock.
"""

import secrets
import sys

import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oidc.core import CodeIDToken
from joserfc import jwk, jwt

from broker import NAMESPACE, NOWHERE, ROLE, broker, client, signed_in_with_consent
from browser import Browser
from identity_providers import Mock, email
from support import check, step

SCOPE = f"openid profile email offline_access namespace:{NAMESPACE}"


class Client:
    """A client program that uses Authlib, as its documentation shows it."""

    def __init__(self, issuer, client_id, secret, method="client_secret_basic", scope=SCOPE):
        self.metadata = requests.get(issuer + "/.well-known/openid-configuration", timeout=10).json()
        self.keys = jwk.KeySet.import_key_set(requests.get(self.metadata["jwks_uri"], timeout=10).json())
        self.session = OAuth2Session(
            client_id, secret, scope=scope, redirect_uri=NOWHERE, token_endpoint_auth_method=method,
            token_endpoint=self.metadata["token_endpoint"], code_challenge_method="S256")
        self.session.trust_env = False
        if method == "private_key_jwt":
            self.session.register_client_auth_method(PrivateKeyJWT(self.metadata["token_endpoint"], alg="ES256"))

    def begin(self):
        self.verifier, self.nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
        address, self.state = self.session.create_authorization_url(
            self.metadata["authorization_endpoint"], code_verifier=self.verifier, nonce=self.nonce)
        return address

    def finish(self, callback, verifier=None):
        return self.session.fetch_token(
            self.metadata["token_endpoint"], authorization_response=callback, state=self.state,
            code_verifier=verifier or self.verifier)

    def identity(self, token):
        # The algorithms of OAuth and of our providers: Authlib leaves the choice to its caller.
        found = jwt.decode(token["id_token"], self.keys, algorithms=["ES256", "RS256"])
        claims = CodeIDToken(found.claims, found.header, options={
            "iss": {"essential": True, "value": self.metadata["issuer"]},
            "aud": {"essential": True, "value": self.session.client_id}, "nonce": {"essential": True, "value": self.nonce},
        }, params={"nonce": self.nonce, "access_token": token["access_token"], "client_id": self.session.client_id})
        claims.validate()
        return claims

    def userinfo(self):
        return self.session.get(self.metadata["userinfo_endpoint"], timeout=10)


def refused(error, text, call):
    try:
        got = call()
    except OAuthError as refusal:
        check(refusal.error == error, f"{text}: refused with {error}", refusal)
    else:
        check(False, f"{text}: refused with {error}", got)


def whole(program, callback, subject=None):
    token = program.finish(callback)
    claims = program.identity(token)
    step(f"Authlib: {dict(claims)}")
    check(subject in (None, claims["sub"]), "Authlib: the ID token is right")
    info = program.userinfo()
    check(info.status_code == 200 and info.json()["sub"] == claims["sub"], "userinfo is about the same subject", info.text)
    check(info.json()["email"] == email("alice"), "and has her address", info.text)
    first = token["refresh_token"]
    token = program.session.refresh_token(program.metadata["token_endpoint"], refresh_token=first)
    check(program.userinfo().status_code == 200, "the refreshed access token works")
    return first, token


def against_us():
    key = jwk.ECKey.generate_key("P-256", parameters={"kid": "k1", "use": "sig", "alg": "ES256"}, private=True)
    clients = [
        client(), client("public", None, token_endpoint_auth_method="none"),
        client("keyed", None, token_endpoint_auth_method="private_key_jwt", jwks={"keys": [key.as_dict(private=False)]})]
    with broker(Mock, clients=clients) as (server, provider):
        program = Client(server.url, "app", "app-secret-3fQ-0123456789")
        browser = server.browser(provider)
        callback = signed_in_with_consent(server, browser, provider, program.begin())
        first, token = whole(program, callback.url)
        access = jwt.decode(token["access_token"], program.keys, algorithms=["ES256"])
        check(access.header["typ"] == "at+jwt" and access.claims["client_id"] == "app", "an access token of RFC 9068", access.claims)
        check(access.claims["namespaces"] == {NAMESPACE: [ROLE]}, "with the rights of the access policy", access.claims)
        check(token["refresh_token"] != first, "the refresh token rotates")
        endpoint = program.metadata["token_endpoint"]
        # Once at once is a lost answer; after its successor was used it is not.
        token = program.session.refresh_token(endpoint, refresh_token=token["refresh_token"])
        refused("invalid_grant", "the old refresh token", lambda: program.session.refresh_token(endpoint, refresh_token=first))
        refused("invalid_grant", "and then the whole family (RFC 9700 §4.14)",
                lambda: program.session.refresh_token(endpoint, refresh_token=token["refresh_token"]))

        step("a second time: consent is remembered")
        page = browser.open(program.begin())
        check(page.url.startswith(NOWHERE), "no page in between", f"{page.status} {page.url} {page.text[:800]}")
        refused("invalid_grant", "another PKCE verifier", lambda: program.finish(page.url, secrets.token_urlsafe(48)))
        refused("invalid_grant", "that code is used up", lambda: program.finish(page.url))
        token = program.finish(browser.open(program.begin()).url)
        program.session.revoke_token(program.metadata["revocation_endpoint"], token["refresh_token"], "refresh_token")
        refused("invalid_grant", "a revoked refresh token",
                lambda: program.session.refresh_token(endpoint, refresh_token=token["refresh_token"]))
        wrong = Client(server.url, "app", "another-secret")
        refused("invalid_client", "another secret", lambda: wrong.finish(browser.open(wrong.begin()).url))
        for name, secret, method in (("public", None, "none"), ("keyed", key, "private_key_jwt")):
            program = Client(server.url, name, secret, method)
            page = browser.submit(browser.open(program.begin()), "decision", decision="allow")
            whole(program, page.url)
            step(f"ok: {method}")


def alone():
    with Mock([NOWHERE]).running() as provider:
        program = Client(provider.issuer, "app", "any", scope="openid profile email")
        browser = Browser(provider.origin)
        whole(program, provider.sign_in(browser, browser.open(program.begin()), "alice").url, "alice")


if __name__ == "__main__":
    alone() if "--alone" in sys.argv else against_us()
