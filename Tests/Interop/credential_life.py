"""Token types, rotation, idempotency, bulk revocation and the SCIM token, with nothing but HTTP."""

import requests

from support import check, development

SYSTEM = "/api/web/namespaces/system"

with development() as server:
    types = {
        "API_TOKEN": ("api_credentials", {"name": "a", "expirationDays": "5", "spec": {"type": 2}}),
        "SERVICE_API_TOKEN": ("service_credentials", {"name": "s", "api_token": {}, "type": "API_CERTIFICATE",
                                                      "namespace_roles": [{"namespace": "default", "role": "monitor"}]}),
    }
    for kind, (family, body) in types.items():
        made = server.create(body, family)
        check(server.status(made["data"]) == 200, f"{kind} opens the API")
        server.act("activate", made["name"], family)
        check(server.status(made["data"]) == 401, f"{kind} inactive does not")
        server.act("activate", made["name"], family)
        rotated = server.act("rotate", made["name"], family, grace_seconds=60)
        check(server.status(made["data"]) == 200 and server.status(rotated["data"]) == 200, "both secrets during the grace")
        server.act("retire", made["name"], family, force=True)
        check(server.status(made["data"]) == 401 and server.status(rotated["data"]) == 200, "one after it")
        server.call("POST", f"{SYSTEM}/bulk_revoke/{family}", {"name_selector": {"names": [made["name"], "nobody"]}})
        check(server.status(rotated["data"]) == 401, f"{kind} is dead at once")

    # Form-encoded by curl's habit, with JSON inside: the content type is not looked at.
    answer = requests.post(server.url + SYSTEM + "/api_credentials", headers={**server.admin, "Content-Type": "application/x-www-form-urlencoded"},
                           data='{"name":"curl","expiration_timestamp":"2021","spec":{"type":"API_TOKEN"}}', timeout=10)
    check(answer.status_code == 200, "any content type", answer.text)

    once = {**server.admin, "Idempotency-Key": "run-1"}
    first = server.call("POST", SYSTEM + "/api_credentials", {"name": "once", "spec": {"type": "API_TOKEN"}}, headers=once)
    again = server.call("POST", SYSTEM + "/api_credentials", {"name": "once", "spec": {"type": "API_TOKEN"}}, headers=once)
    check(first == again, "the same question has the same answer")

    server.call("POST", SYSTEM + "/scim_token", {}, expect=400)
    switched = server.call("PUT", "/api/web/custom/namespaces/system/oidc_providers/demo/scim", {"scim_enabled": True})
    scim = switched["scim_token"]["data"]
    check(server.status(scim, scheme="Bearer") == 401, "a SCIM token opens nothing but SCIM")
    server.call("GET", SYSTEM + "/scim_token")
    server.call("POST", SYSTEM + "/revoke/scim_token", {})
    server.call("GET", SYSTEM + "/scim_token", expect=404)
