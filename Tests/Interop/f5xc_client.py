"""f5xc-tops-py-client, as it is, on every path of ours that it knows: an existing client needs no change."""

from f5xc_tops_py_client.cred import APIcred, SVCcred
from f5xc_tops_py_client.helper import TopsXCException
from f5xc_tops_py_client.ns import NS
from f5xc_tops_py_client.session import Session as session
from f5xc_tops_py_client.tenant import Tenant

from support import check, development


def refused(what, text):
    try:
        what()
    except TopsXCException as failure:
        return str(failure)
    raise SystemExit(f"FAILED: {text} was not refused")


with development() as server:
    admin = session(server.url, server.token)
    refused(lambda: session(server.url, "nonsense"), "a session with no token")

    names = [item["name"] for item in NS(admin).list()]
    check({"system", "shared", "default"} <= set(names), "the namespaces are listed", names)
    settings = Tenant(admin).get_settings()
    check(settings["max_credentials_expiry"]["max_api_token_expiry_days"] == 90, "the tenant's settings are read")

    credentials = APIcred(admin)
    made = credentials.create(APIcred.create_payload("robot", 10))
    check(made["active"] and made["name"].startswith("robot-"), "a token is created", made)
    mine = session(server.url, made["data"])
    check(any(item["name"] == made["name"] for item in APIcred(mine).list()), "its own session lists it")
    check(credentials.get(made["name"])["object"]["spec"]["gc_spec"]["type"] == "API_TOKEN", "it is read")
    check(APIcred(mine).renew(APIcred.renew_payload(made["name"], 7)) == {"status": True}, "it renews itself")
    text = refused(lambda: credentials.renew(APIcred.renew_payload(made["name"], 1000)), "a thousand days")
    check("expiration_days" in text and "400" in text, "the refusal names the field", text)
    check(credentials.revoke(APIcred.revoke_payload(made["name"])) == {"status": True}, "it is revoked")
    refused(lambda: session(server.url, made["data"]), "a session with a revoked token")
    check("404" in refused(lambda: credentials.get(made["name"]), "reading it"), "and gone")

    services = SVCcred(admin)
    roles = [{"namespace": "system", "role": "ves-io-monitor-role"}, {"namespace": "default", "role": "ves-io-admin-role"}]
    made = services.create(SVCcred.create_payload("service", roles, 10))
    check([item["name"] for item in services.list()] == [made["name"]], "a service credential is created and listed")
    session(server.url, made["data"])
    check(services.renew(SVCcred.renew_payload(made["name"], 5)) == {"status": True}, "it is renewed")
    text = refused(lambda: services.create(SVCcred.create_payload("x", [{"namespace": "default", "role": "none"}], 1)), "a role that is not there")
    check("404" in text and "none" in text, "the refusal names the role", text)
    check(services.revoke(SVCcred.revoke_payload(made["name"])) == {"status": True}, "it is revoked")
    refused(lambda: session(server.url, made["data"]), "a session with it")
