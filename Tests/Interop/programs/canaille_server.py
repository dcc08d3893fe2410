"""Canaille with one client and our people, its SQLite file in the working folder: PORT CLIENT SECRET REDIRECT_URI...

Not with its store in memory: that one takes "any of these" for "all of these", and so an unknown code for somebody's.
"""

import datetime
import pathlib
import sys

from canaille import create_app
from canaille.app import models
from canaille.backends import Backend
from canaille.backends.sql.backend import Base, SQLBackend

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from identity_providers import PEOPLE, SCOPES, email, password  # noqa: E402


def main(port, client, secret, *redirect_uris):
    app = create_app({
        "SECRET_KEY": "for this run only", "SERVER_NAME": f"127.0.0.1:{port}", "PREFERRED_URL_SCHEME": "http",
        "CANAILLE": {"DATABASE": "sql"}, "CANAILLE_OIDC": {},
        "CANAILLE_SQL": {"DATABASE_URI": f"sqlite:///{pathlib.Path.cwd()}/canaille.sqlite", "PASSWORD_HASH_PARAMS": {
            "pbkdf2_sha512__rounds": 1000}}}, init_backend=False)
    # The tables as they are now: its twenty migrations need seconds.
    Base.metadata.create_all(SQLBackend.engine)
    with app.app_context(), Backend.instance.session():
        for person, full in PEOPLE.items():
            given, family = full.split()
            Backend.instance.save(models.User(
                user_name=person, password=password(person), formatted_name=full, given_name=given, family_name=family,
                emails=[email(person)]))
        found = models.Client(
            client_id=client, client_secret=secret, client_name="Gatehouse", redirect_uris=list(redirect_uris),
            post_logout_redirect_uris=[uri.split("/sign-in/")[0] + "/signed-out" for uri in redirect_uris],
            client_id_issued_at=datetime.datetime.now(datetime.UTC), grant_types=["authorization_code"],
            response_types=["code"], scope=SCOPES, token_endpoint_auth_method="client_secret_basic",
            id_token_signed_response_alg="RS256")
        Backend.instance.save(found)
        # Else its tokens have an empty `aud`. In two steps, as Canaille's own registration does it.
        found.audience = [found]
        Backend.instance.save(found)
    app.run("127.0.0.1", int(port), threaded=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
