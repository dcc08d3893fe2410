"""A relying party in a few lines (OpenID Connect Core §3.1 with PKCE), for when it matters that no library of anybody's helps."""

import base64
import hashlib
import secrets
import urllib.parse

import jwt
import requests

from support import check


def one(things):
    (thing,) = things
    return thing


class RelyingParty:
    def __init__(self, issuer, client_id, secret, redirect_uri, scope):
        self.metadata = requests.get(issuer + "/.well-known/openid-configuration", timeout=10).json()
        check(self.metadata["issuer"] == issuer, "the metadata names the issuer", self.metadata["issuer"])
        self.issuer, self.client, self.redirect_uri, self.scope = issuer, (client_id, secret), redirect_uri, scope

    def begin(self, **more):
        """The address of an authorization request."""
        self.verifier, self.state, self.nonce = (secrets.token_urlsafe(32) for _ in range(3))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).decode().rstrip("=")
        return self.metadata["authorization_endpoint"] + "?" + urllib.parse.urlencode({
            "response_type": "code", "client_id": self.client[0], "redirect_uri": self.redirect_uri, "scope": self.scope,
            "state": self.state, "nonce": self.nonce, "code_challenge": challenge, "code_challenge_method": "S256", **more})

    def code(self, page):
        """What the redirect brought."""
        check(page.url.split("?")[0] == self.redirect_uri, "back at the client", f"{page.status} {page.url} {page.text[:1000]}")
        check(page.query.get("state") == self.state, "with our state", page.url)
        check("code" in page.query, "and a code", page.url)
        check(page.query.get("iss", self.issuer) == self.issuer, "of this issuer, when it says so (RFC 9207)", page.url)
        return page.query["code"]

    def token(self, **form):
        return requests.post(self.metadata["token_endpoint"], auth=self.client, data=form, timeout=10)

    def redeem(self, code):
        return self.token(grant_type="authorization_code", code=code, redirect_uri=self.redirect_uri, code_verifier=self.verifier)

    def claims(self, id_token, algorithms=("RS256",)):
        keys = jwt.PyJWKClient(self.metadata["jwks_uri"])
        # Without `kid`, which is legal as long as there is one key (OpenID Connect Core §10.1), as oidc-provider-mock has it.
        named = "kid" in jwt.get_unverified_header(id_token)
        key = keys.get_signing_key_from_jwt(id_token) if named else one(jwt.PyJWKSet.from_dict(keys.fetch_data()).keys)
        claims = jwt.decode(id_token, key, algorithms=list(algorithms), audience=self.client[0], issuer=self.issuer,
                            options={"require": ["iss", "sub", "aud", "exp", "iat", "nonce"]})
        check(claims["nonce"] == self.nonce, "the ID token is of this request")
        return claims
