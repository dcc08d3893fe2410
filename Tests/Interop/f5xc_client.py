"""f5xc-tops-py-client as it is: the life of a personal and a service token through somebody else's client."""

import os

from f5xc_tops_py_client import apicred, ns, session, svccred, tenant
from f5xc_tops_py_client.helper import TopsXCException

from support import check, development


def fails(call, text, words=""):
    try:
        got = call()
    except TopsXCException as error:
        check(words in str(error), f"{text}: {error}", f"no '{words}' in it")
    else:
        check(False, text, got)


def named(items, name):
    return next((item for item in items if item["name"] == name), None)


def life(server, admin, credentials, payload):
    """Create, use, renew, revoke: the same calls in both families."""
    made = credentials.create(payload)
    name, token = made["name"], made["data"]
    check(name.startswith("tops-") and token and made["active"] is True, "made, with the secret once", made)
    own = session(tenant_url=server.https, api_token=token)
    check(isinstance(ns(own).list(), list), "the new token signs in and lists namespaces")

    before = named(credentials.list(), name)
    check(before is not None and "data" not in before, "listed, without the secret", before)
    check(credentials.renew(credentials.renew_payload(name, 30)) == {"status": True}, "renewed")
    after = named(credentials.list(), name)
    check(after["expiry_timestamp"] > before["expiry_timestamp"], "it ends later", after)
    session(tenant_url=server.https, api_token=token)
    fails(lambda: credentials.renew(credentials.renew_payload(name, 4000)), "renewed for too long", "ResponseCode 400")

    check(credentials.revoke(credentials.revoke_payload(name)) == {"status": True}, "revoked")
    fails(lambda: session(tenant_url=server.https, api_token=token), "a session with it", "Invalid Token")
    fails(lambda: ns(own).list(), "the session that was open", "ResponseCode 401")
    check(named(credentials.list(), name) is None, "no longer listed")
    fails(lambda: credentials.revoke(credentials.revoke_payload(name)), "revoked again", "ResponseCode 404")
    return name


def main():
    with development() as server:
        os.environ["REQUESTS_CA_BUNDLE"] = server.ca
        token = server.admin["Authorization"].removeprefix("APIToken ")
        admin = session(tenant_url=server.https + "/", api_token=token)
        check(any(item["name"] == "system" for item in ns(admin).list()), "the namespaces, with 'system'")
        limits = tenant(admin).get_settings()["max_credentials_expiry"]
        check(limits["max_api_token_expiry_days"] == 90, "the tenant's settings, with the limits", limits)
        fails(lambda: session(tenant_url=server.https, api_token="nonsense"), "a session with nonsense", "Invalid Token")

        personal, service = apicred(admin), svccred(admin)
        made = personal.create(personal.create_payload("read", 10))
        check(personal.get(made["name"])["object"]["spec"]["gc_spec"]["type"] == "API_TOKEN", "one is read by its name")
        fails(lambda: personal.get("nobody-here"), "one that is not", "ResponseCode 404: ")

        life(server, admin, personal, personal.create_payload("tops-personal", 10))
        roles = [{"namespace": "system", "role": "ves-io-monitor-role"}, {"namespace": "default", "role": "ves-io-admin-role"}]
        life(server, admin, service, service.create_payload("tops-service", roles, 10))
        fails(lambda: service.create(service.create_payload("tops", [{"namespace": "system", "role": "no-such"}], 10)),
              "a role that is not", "ResponseCode 404: No such role")
        own = apicred(session(tenant_url=server.https, api_token=made["data"]))
        check(own.renew(own.renew_payload(made["name"], 7)) == {"status": True}, "a token renews itself")


if __name__ == "__main__":
    main()
