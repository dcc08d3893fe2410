#!/usr/bin/env python3
"""An application that signs people in with Gatehouse: Flask and Authlib. Settings come from the environment, see `run`."""

import os
import secrets

import flask
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.flask_client import OAuth

PORT = int(os.environ.get("PORT", "8093"))
# Written and not taken from the request, whose Host is whatever a client says.
HERE = os.environ.get("HERE", f"http://127.0.0.1:{PORT}")
ISSUER = os.environ.get("ISSUER", "http://127.0.0.1:8080")

app = flask.Flask(__name__)
# Signs the application's own cookie; more than one process needs the same.
app.secret_key = os.environ.get("COOKIE_KEY") or secrets.token_bytes(32)
# Not `session`: cookies know no ports, and another application on this host may have one of that name.
app.config.update(SESSION_COOKIE_NAME="example_app", SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax",
                  SESSION_COOKIE_SECURE=HERE.startswith("https://"))

gatehouse = OAuth(app).register(
    "gatehouse", client_id=os.environ["CLIENT_ID"], client_secret=os.environ["CLIENT_SECRET"],
    server_metadata_url=ISSUER + "/.well-known/openid-configuration",
    client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"})


@app.get("/")
def home():
    user = flask.session.get("user")
    if user is None:
        return '<!doctype html><title>Example app</title><p>Nobody is signed in.</p><p><a href="/login">Sign in</a></p>'
    return flask.render_template_string(
        "<!doctype html><title>Example app</title><p>Hello, {{ user.name }} ({{ user.email }}).</p>"
        '<form method="post" action="/logout"><button>Sign out</button></form>', user=user)


@app.get("/login")
def login():
    return gatehouse.authorize_redirect(HERE + "/callback")


@app.get("/callback")
def callback():
    # RFC 9207: Authlib leaves it to us to see that the answer is from the server that was asked.
    if flask.request.args.get("iss") != ISSUER:
        return "The answer is from somebody else.", 400
    try:
        # Compares `state`, redeems the code with the PKCE verifier, checks the ID token's signature, times and nonce.
        token = gatehouse.authorize_access_token(claims_options={
            "iss": {"essential": True, "value": ISSUER}, "aud": {"essential": True, "value": gatehouse.client_id}})
    except OAuthError as error:
        return flask.render_template_string("<p>Not signed in: {{ error }}.</p>", error=error.error), 400
    user = token["userinfo"]  # the ID token's claims
    flask.session.clear()
    # `sub` stays when address and name change: key your own records with it.
    flask.session["user"] = {name: user[name] for name in ("sub", "name", "email")}
    flask.session["id_token"] = token["id_token"]
    return flask.redirect("/", 303)


@app.post("/logout")
def logout():
    """Signs out here, and at Gatehouse (RP-Initiated Logout)."""
    hint = flask.session.get("id_token")
    flask.session.clear()
    if hint is None:
        return flask.redirect("/", 303)
    return flask.redirect(gatehouse.create_logout_url(post_logout_redirect_uri=HERE + "/", id_token_hint=hint)["url"], 303)


if __name__ == "__main__":
    app.run("127.0.0.1", PORT)
