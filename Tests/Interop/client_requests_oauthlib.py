"""requests-oauthlib against our authorization server: code with PKCE, automatic refresh, and client credentials.

`--alone` runs the same client against oidc-provider-mock.
"""

import os
import sys
import time

import requests
from oauthlib.oauth2 import BackendApplicationClient, OAuth2Error
from requests_oauthlib import OAuth2Session

from broker import NAMESPACE, NOWHERE, broker, client, signed_in_with_consent
from browser import Browser
from identity_providers import Mock, email
from support import check, step

# It refuses plain http otherwise, loopback or not.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
CLIENT, SECRET = "app", "app-secret-3fQ-0123456789"


class Program:
    def __init__(self, issuer, scope, in_body):
        """`in_body` sends the secret as `client_secret_post` has it, which is this library's way to refresh."""
        self.metadata = requests.get(issuer + "/.well-known/openid-configuration", timeout=10).json()
        self.saved, self.in_body = [], in_body
        self.secret = {"client_id": CLIENT, "client_secret": SECRET}
        self.session = OAuth2Session(
            CLIENT, redirect_uri=NOWHERE, scope=scope, pkce="S256", auto_refresh_url=self.metadata["token_endpoint"],
            auto_refresh_kwargs=self.secret if in_body else {}, token_updater=self.saved.append)
        self.session.trust_env = False

    def begin(self):
        return self.session.authorization_url(self.metadata["authorization_endpoint"])[0]

    def finish(self, callback):
        return self.session.fetch_token(
            self.metadata["token_endpoint"], authorization_response=callback, client_secret=SECRET, include_client_id=self.in_body)

    def userinfo(self):
        return self.session.get(self.metadata["userinfo_endpoint"], timeout=10, **({} if self.in_body else self.secret))


def whole(program, callback):
    token = program.finish(callback)
    check({"access_token", "refresh_token", "id_token"} <= set(token), "requests-oauthlib has its tokens", list(token))
    check(program.userinfo().json()["email"] == email("alice"), "and asks who alice is")
    # It looks at the clock only: what it believes to have ended, it renews before the next request.
    program.session.token = {**token, "expires_in": -1, "expires_at": time.time() - 1}
    check(program.userinfo().status_code == 200 and len(program.saved) == 1, "it refreshes by itself")
    check(program.saved[0]["access_token"] != token["access_token"], "and has a new access token")
    return token


def against_us():
    clients = [client(token_endpoint_auth_method="client_secret_post"), client(
        "robot", "robot-secret-5vK", grant_types=["client_credentials"], redirect_uris=[],
        scope=f"namespace:{NAMESPACE}")]
    with broker(Mock, clients=clients) as (server, provider):
        program = Program(server.url, ["openid", "profile", "email", "offline_access"], in_body=True)
        browser = server.browser(provider)
        whole(program, signed_in_with_consent(server, browser, provider, program.begin()).url)
        step("a state that is not ours")
        page = browser.open(program.begin())
        try:
            program.finish(page.url.replace("state=", "state=x"))
        except OAuth2Error as error:
            check(error.error == "mismatching_state", "requests-oauthlib refuses it", error)
        else:
            check(False, "requests-oauthlib refuses it")

        robot = OAuth2Session(client=BackendApplicationClient("robot", scope=[f"namespace:{NAMESPACE}"]))
        robot.trust_env = False
        try:
            token = robot.fetch_token(program.metadata["token_endpoint"], client_id="robot", client_secret="robot-secret-5vK")
        except OAuth2Error as error:
            check(False, "client credentials", error)
        check("refresh_token" not in token, "client credentials, without a refresh token (RFC 6749 §4.4.3)", list(token))
        check(server.introspect(token["access_token"])["client_id"] == "robot", "and the token is the robot's")


def alone():
    with Mock([NOWHERE]).running() as provider:
        program = Program(provider.issuer, ["openid", "profile", "email"], in_body=False)
        browser = Browser(provider.origin)
        whole(program, provider.sign_in(browser, browser.open(program.begin()), "alice").url)


if __name__ == "__main__":
    alone() if "--alone" in sys.argv else against_us()
