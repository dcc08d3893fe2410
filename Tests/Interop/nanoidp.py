"""NanoIDP's tokens, exchanged by plain requests: an ID token, an access token, and what must be refused.

NanoIDP signs ID tokens and access tokens with the same key and the same `typ`; only `aud` tells them apart. So this is
where a provider's `audiences` has to hold.
"""

import json
import pathlib
import sys
import tempfile
import urllib.parse

import jwt
import requests

from support import check, free_port, gatehouse, running, step

CLIENT, SECRET = "interop", "interop-secret"
GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
JWT = "urn:ietf:params:oauth:token-type:jwt"
API_TOKEN = "urn:gatehouse:params:oauth:token-type:api-token"


def configure(folder, port):
    (folder / "settings.yaml").write_text(
        f"""
config_version: 1
server: {{host: 127.0.0.1, port: {port}}}
oauth:
  issuer: http://127.0.0.1:{port}
  audience: somebody-else
  token_expiry_minutes: 5
  clients: [{{client_id: {CLIENT}, client_secret: {SECRET}}}]
"""
    )
    (folder / "users.yaml").write_text(
        """
config_version: 1
users:
  alice: {password: alice, email: alice@example.org, roles: [USER], groups: [DEPLOYERS], tenant: default}
  bob: {password: bob, email: bob@example.org, roles: [USER], tenant: default}
"""
    )


def sign_in(issuer, user):
    redirect = "http://127.0.0.1:1/callback"
    query = {
        "client_id": CLIENT, "redirect_uri": redirect, "response_type": "code", "scope": "openid", "nonce": "n",
        "claims": json.dumps({"id_token": {"groups": {"essential": True}}}),  # OpenID Connect Core §5.5
    }
    url = issuer + "/authorize?" + urllib.parse.urlencode(query)
    signed_in = requests.post(url, data={"username": user, "password": user}, allow_redirects=False, timeout=10)
    code = urllib.parse.parse_qs(urllib.parse.urlparse(signed_in.headers["location"]).query)["code"][0]
    answer = requests.post(
        issuer + "/token", auth=(CLIENT, SECRET), timeout=10,
        data={"grant_type": "authorization_code", "code": code, "redirect_uri": redirect})
    return answer.json()


def exchange(server, token, **fields):
    form = {"grant_type": GRANT, "subject_token": token, "subject_token_type": JWT, **fields}
    return requests.post(server.url + "/oauth/token", data=form, timeout=10)


def main():
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    provider = f"name: nano\ntype: oidc\nissuer: {issuer}\naudiences: [{CLIENT}]\n"
    policies = """
policies:
  - name: deployers
    provider: nano
    when: '"DEPLOYERS" in claims.groups'
    grant: [{namespace: payments, roles: [developer]}]
    credentials: {types: [access_token, API_TOKEN], max_ttl: 5m}
    single_use: true
    examples:
      - {accept: {groups: [DEPLOYERS]}}
      - {refuse: {groups: []}}
      - {refuse: {}}
"""
    with tempfile.TemporaryDirectory(prefix="nanoidp-") as folder:
        configure(pathlib.Path(folder), port)
        command = [sys.executable, "-m", "nanoidp", "--config", folder, "--port", str(port)]
        with running(command, issuer + "/.well-known/openid-configuration", cwd=folder), \
                gatehouse(issuer, provider, policies) as server:
            tokens = sign_in(issuer, "alice")
            answer = exchange(server, tokens["id_token"])
            check(answer.status_code == 200, "alice's ID token is exchanged", f"{answer.status_code} {answer.text[:300]}")
            body = answer.json()
            check(body["issued_token_type"].endswith(":access_token"), "the answer says what was issued")
            check(body["expires_in"] <= 300, "no longer than the policy's max_ttl, nor than the token presented")
            key = jwt.PyJWKClient(server.url + "/oauth/jwks").get_signing_key_from_jwt(body["access_token"])
            jwt.decode(body["access_token"], key, algorithms=["ES256"], audience=server.url, issuer=server.url)
            step("ok: PyJWT verifies what was issued")

            again = exchange(server, tokens["id_token"])
            check(again.json()["error"] == "invalid_request", "the same token a second time: refused, single_use")

            foreign = exchange(server, tokens["access_token"])
            check(foreign.json()["error"] == "invalid_request", "the access token, for another audience: refused")

            opaque = exchange(server, sign_in(issuer, "alice")["id_token"], requested_token_type=API_TOKEN)
            check(opaque.json()["access_token"].startswith("gth_at_"), "an API token of ours")
            check(server.introspect(opaque.json()["access_token"])["active"] is True, "and it is active")

            bob = exchange(server, sign_in(issuer, "bob")["id_token"])
            check(bob.json()["error"] == "invalid_target", "bob, whom no policy knows: refused")

            header, payload, signature = sign_in(issuer, "alice")["id_token"].split(".")
            forged = ".".join((header, payload, signature[:-8] + ("A" * 8)))
            check(exchange(server, forged).json()["error"] == "invalid_request", "a changed signature: refused")


if __name__ == "__main__":
    main()
