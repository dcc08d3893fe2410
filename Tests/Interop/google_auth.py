"""A workload's ID token from oidc-provider-mock, exchanged by google-auth, checked by PyJWT and joserfc.

google-auth's `identity_pool.Credentials` is what Google's client libraries use for workload identity federation: an
RFC 8693 client that many programs have already. It is used as it is, with our token endpoint as its `token_url`.
"""

import sys
import tempfile
import urllib.parse

import google.auth.exceptions
import google.auth.transport.requests
import joserfc.jwk
import joserfc.jwt
import jwt
import requests
from google.auth import identity_pool

from support import check, free_port, gatehouse, running, step

CLIENT = "gatehouse-interop"
AUDIENCE = "https://api.example.com"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"


def id_token(issuer, subject):
    """By the authorization code flow (OpenID Connect Core §3.1), as a relying party would get it."""
    metadata = requests.get(issuer + "/.well-known/openid-configuration", timeout=10).json()
    redirect = "http://127.0.0.1:1/callback"
    query = {"client_id": CLIENT, "redirect_uri": redirect, "response_type": "code", "scope": "openid", "nonce": subject}
    signed_in = requests.post(
        metadata["authorization_endpoint"] + "?" + urllib.parse.urlencode(query), data={"sub": subject},
        allow_redirects=False, timeout=10)
    code = urllib.parse.parse_qs(urllib.parse.urlparse(signed_in.headers["location"]).query)["code"][0]
    answer = requests.post(
        metadata["token_endpoint"], auth=(CLIENT, "any"), timeout=10,
        data={"grant_type": "authorization_code", "code": code, "redirect_uri": redirect})
    return answer.json()["id_token"]


def credentials(server, token, scopes=None):
    source = tempfile.NamedTemporaryFile("w", suffix=".jwt", delete=False, dir=server.folder)
    with source:
        source.write(token)
    return identity_pool.Credentials(
        audience=AUDIENCE, subject_token_type=ID_TOKEN, token_url=server.url + "/oauth/token",
        credential_source={"file": source.name}, scopes=scopes)


def exchange(server, token, scopes=None):
    found = credentials(server, token, scopes)
    found.refresh(google.auth.transport.requests.Request())
    return found.token


def main():
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    provider = f"name: mock\ntype: oidc\nissuer: {issuer}\naudiences: [{CLIENT}]\n"
    policies = f"""
policies:
  - name: alice
    provider: mock
    when: claims.sub == "alice"
    grant: [{{namespace: payments, roles: [developer, monitor]}}]
    audiences: [{AUDIENCE}]
    credentials: {{max_ttl: 10m}}
    examples:
      - {{accept: {{sub: alice}}}}
      - {{refuse: {{sub: bob}}}}
"""
    mock = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--user", "alice", "--user", "bob"]
    with running(mock, issuer + "/.well-known/openid-configuration"), gatehouse(issuer, provider, policies) as server:
        token = exchange(server, id_token(issuer, "alice"))
        step("google-auth exchanged the ID token")

        key = jwt.PyJWKClient(server.url + "/oauth/jwks").get_signing_key_from_jwt(token)
        claims = jwt.decode(token, key, algorithms=["ES256"], audience=AUDIENCE, issuer=server.url)
        check(jwt.get_unverified_header(token)["typ"] == "at+jwt", "PyJWT: an access token of RFC 9068")
        check(claims["namespaces"] == {"payments": ["developer", "monitor"]}, "PyJWT: the policy's rights")
        check(claims["exp"] - claims["iat"] <= 600, "PyJWT: no longer than the policy's max_ttl")

        keys = joserfc.jwk.KeySet.import_key_set(requests.get(server.url + "/oauth/jwks", timeout=10).json())
        decoded = joserfc.jwt.decode(token, keys, algorithms=["ES256"])
        joserfc.jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": server.url}, aud={"essential": True, "value": AUDIENCE},
        ).validate(decoded.claims)
        check(decoded.claims["jti"] == claims["jti"], "joserfc: the same token")

        narrowed = exchange(server, id_token(issuer, "alice"), ["namespace:payments", "role:monitor"])
        rights = jwt.decode(narrowed, key, algorithms=["ES256"], audience=AUDIENCE)["namespaces"]
        check(rights == {"payments": ["monitor"]}, "google-auth: scopes narrow what is granted")

        check(server.introspect(token)["active"] is True, "introspection: active")
        server.revoke(token)
        check(server.introspect(token) == {"active": False}, "introspection after the revocation: not active")
        check(server.introspect(narrowed)["active"] is True, "the other token stays active")

        for subject, scopes, code in (("bob", None, "invalid_target"), ("alice", ["role:admin"], "invalid_scope")):
            try:
                exchange(server, id_token(issuer, subject), scopes)
            except google.auth.exceptions.OAuthError as error:
                check(code in str(error), f"google-auth: {subject} with {scopes} is refused with {code}")
            else:
                check(False, f"{subject} with {scopes} is refused")


if __name__ == "__main__":
    main()
