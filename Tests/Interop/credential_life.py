"""All nine types of credentials over plain requests: made, listed, used, revoked, refused; and what we add to the contract."""

import base64
import re
import tempfile

import requests
import requests_pkcs12

from support import check, development, step

BASE = "/api/web/namespaces/system/"
WHOAMI = "/api/web/custom/namespaces/system/whoami"
PASSWORD = "interop-password"
PERSONAL, SERVICE = "api_credentials", "service_credentials"
CLUSTER = {"virtual_k8s_name": "blue", "virtual_k8s_namespace": "payments"}
SITE = {"site_kubeconfig": {"site": "berlin"}}
# Also as clients in the field write it: lowerCamelCase, numbers as text and the other way round, a type that the choice
# overrules (contract README 1 and 2.2).
TYPES = [
    (PERSONAL, "API_TOKEN", {"expirationDays": "5", "spec": {"type": 2}}),
    (PERSONAL, "API_CERTIFICATE", {"spec": {"type": "API_CERTIFICATE", "password": PASSWORD}}),
    (PERSONAL, "KUBE_CONFIG", {"spec": {"type": "KUBE_CONFIG", **CLUSTER}}),
    (SERVICE, "SERVICE_API_TOKEN", {"api_token": {}, "type": "API_CERTIFICATE"}),
    (SERVICE, "SERVICE_API_CERTIFICATE", {"type": "SERVICE_API_CERTIFICATE", "password": PASSWORD}),
    (SERVICE, "SERVICE_KUBE_CONFIG", {"type": "SERVICE_KUBE_CONFIG", **CLUSTER}),
    (SERVICE, "SITE_GLOBAL_KUBE_CONFIG", SITE),
    (SERVICE, "SERVICE_SITE_GLOBAL_KUBE_CONFIG", {"type": "SERVICE_SITE_GLOBAL_KUBE_CONFIG", **SITE}),
]
# At least three digits, always: a real script reads the first 23 characters (contract README 2.5).
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,9}Z")


def create(server, family, body, **options):
    roles = {"namespace_roles": [{"namespace": "system", "role": "monitor"}]} if family == SERVICE else {}
    days = {} if "expirationDays" in body else {"expiration_days": 10}
    return server.call("POST", BASE + family, {"name": "life", **days, **roles, **body}, **options)


def token_of(server, family=PERSONAL, name="life"):
    made = create(server, family, {"name": name, **({"spec": {"type": "API_TOKEN"}} if family == PERSONAL else {"api_token": {}})})
    return made["name"], made["data"]


def user(server, data, kind):
    """A function that uses what was handed out, and says the status."""
    if kind.endswith("API_TOKEN"):
        headers = {"Authorization": "APIToken " + data}
        return lambda: server.request("GET", WHOAMI, headers=headers).status_code
    raw = base64.b64decode(data, validate=True)
    if kind.endswith("CERTIFICATE"):
        return lambda: requests_pkcs12.get(
            server.https + WHOAMI, pkcs12_data=raw, pkcs12_password=PASSWORD, verify=server.ca, timeout=10).status_code
    found = re.findall(r"client-(?:certificate|key)-data: (\S+)", raw.decode())
    with tempfile.NamedTemporaryFile(dir=server.folder, suffix=".pem", delete=False) as file:
        file.write(b"".join(base64.b64decode(part) for part in found))
    return lambda: requests.get(server.https + WHOAMI, cert=file.name, verify=server.ca, timeout=10).status_code


def listed(server, family, name):
    return next((item for item in server.call("GET", BASE + family)["items"] if item["name"] == name), None)


def refused(server, method, path, body, status, code):
    answer = server.call(method, path, body, expect=status)
    check(list(answer) == ["code", "details", "message"] and answer["code"] == code and answer["details"] == [] and
          answer["message"], f"{status} with code {code}: {answer['message']}", answer)


def life(server, family, kind, body):
    made = create(server, family, body)
    check(list(made) == ["active", "data", "expiration_timestamp", "name"] and made["active"] is True and
          TIME.fullmatch(made["expiration_timestamp"]) and re.fullmatch(r"life-[a-z0-9]{8}", made["name"]),
          f"{kind}: made", {**made, "data": "..."})
    name, use = made["name"], user(server, made["data"], kind)
    item = listed(server, family, name)
    check(item and item["type"] == kind and item["active"] is True and TIME.fullmatch(item["create_timestamp"]) and
          "data" not in item, f"{kind}: listed", item)
    one = server.call("GET", f"{BASE}{family}/{name}")
    check(made["data"] not in str(one), f"{kind}: read, without the secret")
    check(use() == 200, f"{kind}: used", use())
    check(server.call("POST", f"{BASE}activate/{family}", {"name": name}) == {"status": True}, f"{kind}: switched off")
    check(use() == 401 and listed(server, family, name)["active"] is False, f"{kind}: refused", use())
    check(server.call("POST", f"{BASE}activate/{family}", {"name": name}) == {"status": True}, f"{kind}: switched on")
    check(use() == 200, f"{kind}: used again", use())
    if kind.endswith("API_TOKEN"):
        server.call("POST", f"{BASE}renew/{family}", {"name": name, "expiration_days": "60"})
        check(listed(server, family, name)["expiry_timestamp"] > item["expiry_timestamp"] and use() == 200,
              f"{kind}: renewed, with the same secret")
    else:
        refused(server, "POST", f"{BASE}renew/{family}", {"name": name, "expiration_days": 60}, 400, 9)
    check(server.call("POST", f"{BASE}revoke/{family}", {"name": name}) == {"status": True}, f"{kind}: revoked")
    check(use() == 401, f"{kind}: refused at once", use())
    check(listed(server, family, name) is None, f"{kind}: no longer listed")
    refused(server, "GET", f"{BASE}{family}/{name}", None, 404, 5)
    refused(server, "POST", f"{BASE}revoke/{family}", {"name": name}, 404, 5)


def scim(server):
    path = BASE + "scim_token"
    refused(server, "POST", path, {"expiration_days": 30}, 400, 9)
    refused(server, "GET", path, None, 404, 5)
    switch = "/api/web/custom/namespaces/system/oidc_providers/demo/scim"
    on = server.call("PUT", switch, {"scim_enabled": True, "scim_token_meta": {"expiration_days": 30}})
    first = on["scim_token"]["data"]
    check(on["scim_enabled"] is True and on["url"].endswith("/api/scim/namespaces/system/v2/"), "SCIM is on", on["url"])
    check(server.introspect(first)["active"] is True, "SCIM_API_TOKEN: introspection takes it")
    for scheme in ("Bearer", "APIToken"):
        status = server.request("GET", WHOAMI, headers={"Authorization": f"{scheme} {first}"}).status_code
        check(status == 401, f"SCIM_API_TOKEN: opens no other API as {scheme}", status)
    read = server.call("GET", path)
    check(read["object"]["spec"]["gc_spec"]["type"] == "SCIM_API_TOKEN" and first not in str(read), "SCIM_API_TOKEN: read")

    second = server.call("POST", path, {"expiration_days": 30})["data"]
    check(server.introspect(first)["active"] is False, "SCIM_API_TOKEN: a new one ends the old")
    check(server.introspect(second)["active"] is True, "SCIM_API_TOKEN: and is good itself")
    refused(server, "POST", path, {"expiration_days": 731}, 400, 3)
    check(server.introspect(second)["active"] is True, "SCIM_API_TOKEN: a refused request ends nothing")
    check(server.call("POST", BASE + "revoke/scim_token", {}) == {"status": True}, "SCIM_API_TOKEN: revoked")
    check(server.introspect(second) == {"active": False}, "SCIM_API_TOKEN: refused")
    refused(server, "POST", BASE + "revoke/scim_token", {}, 404, 5)
    third = server.call("POST", path, {})["data"]
    server.call("PUT", switch, {"scim_enabled": False})
    check(server.introspect(third) == {"active": False}, "switching SCIM off ends the token")


def rotation(server, family):
    name, old = token_of(server, family)
    use_old = user(server, old, "API_TOKEN")
    turned = server.call("POST", f"{BASE}rotate/{family}", {"name": name, "grace_seconds": 600})
    use_new = user(server, turned["data"], "API_TOKEN")
    check(turned["generation"] == 2 and TIME.fullmatch(turned["retires_timestamp"]) and turned["data"] != old,
          f"{family}: rotated", {**turned, "data": "..."})
    check(use_old() == 200 and use_new() == 200, "the old secret and the new one are good")
    answer = server.request("GET", WHOAMI, headers={"Authorization": "APIToken " + old})
    check(answer.headers.get("X-Gatehouse-Credential-Retires", "")[:19] == turned["retires_timestamp"][:19],
          "the old one is told when it ends", answer.headers)
    refused(server, "POST", f"{BASE}rotate/{family}", {"name": name}, 400, 9)
    refused(server, "POST", f"{BASE}retire/{family}", {"name": name}, 400, 9)

    usage = server.call("GET", f"{BASE}usage/{family}/{name}")
    check([part["current"] for part in usage["generations"]] == [True, False], "usage: both generations", usage)
    check(usage["last_used_timestamp"] and usage["warning"], f"usage: {usage['warning']}", usage)
    server.call("POST", f"{BASE}retire/{family}", {"name": name, "force": True})
    check(use_old() == 401 and use_new() == 200, "retired: the old one is refused, the new one is not")
    check(len(server.call("GET", f"{BASE}usage/{family}/{name}")["generations"]) == 1, "usage: one generation")
    refused(server, "POST", f"{BASE}retire/{family}", {"name": name, "force": True}, 400, 9)

    turned = server.call("POST", f"{BASE}rotate/{family}", {"name": name, "grace_seconds": 0})
    check(turned["retires_timestamp"] is None and use_new() == 401, "no grace: the old one is refused at once", use_new())
    refused(server, "POST", f"{BASE}rotate/{family}", {"name": name, "grace_seconds": 2592001}, 400, 3)

    turned = server.call("POST", f"{BASE}rotate/{family}", {"name": name, "grace_seconds": 600})
    use = user(server, turned["data"], "API_TOKEN")
    server.call("POST", f"{BASE}revoke/{family}", {"name": name})
    check(use() == 401, "revoked in the grace: refused")


def idempotency(server):
    headers = {**server.admin, "Idempotency-Key": "interop-1"}
    body = {"spec": {"type": "API_TOKEN"}}
    first = create(server, PERSONAL, body, headers=headers)
    check(create(server, PERSONAL, body, headers=headers) == first, "the same key and body: the same answer")
    refusal = create(server, PERSONAL, {**body, "expiration_days": 11}, headers=headers, expect=400)
    check(refusal["code"] == 3, "the same key with another body: 400", refusal)
    other = create(server, PERSONAL, body, headers={**server.admin, "Idempotency-Key": "interop-2"})
    check(other["name"] != first["name"], "another key: another credential")
    for key in ("", "x" * 256, "a b"):
        answer = create(server, PERSONAL, body, headers={**server.admin, "Idempotency-Key": key}, expect=400)
        check(answer["code"] == 3, f"a key of {len(key)} characters that is none: 400", answer)
    made = create(server, PERSONAL, body, headers={
        "Authorization": "APIToken " + token_of(server, name="other")[1], "Idempotency-Key": "interop-1"})
    check(made["name"] != first["name"], "the same key of another caller: another credential")


def sloppy(server):
    """The content type is not looked at, unknown fields are nothing (contract README 2.2)."""
    headers = {**server.admin, "Content-Type": "application/x-www-form-urlencoded", "Accept": "application/data"}
    answer = requests.post(server.url + BASE + PERSONAL + "?report_fields", headers=headers, timeout=10,
                           data='{"name":"curl","expiration_timestamp":"2021","namespace":"nowhere","spec":{"type":"API_TOKEN"}}')
    check(answer.status_code == 200 and answer.headers["Content-Type"] == "application/json", "as curl -d sends it", answer.text)


def bulk(server):
    made = [token_of(server, SERVICE) for _ in range(2)]
    answer = server.call("POST", f"{BASE}bulk_revoke/{SERVICE}", {"name_selector": {"names": [made[0][0]]}})
    status = [server.status(data) for _, data in made]
    check(status == [401, 200] and answer["credentials_failed"] == [], "bulk revoke: a service credential", answer)

    made = [token_of(server, name="bulk") for _ in range(3)]
    names = [name for name, _ in made]
    path = f"{BASE}bulk_revoke/{PERSONAL}"
    answer = server.call("POST", path, {"name_selector": {"names": names[:2] + ["nobody-here"]}})
    check(answer["credentials_failed"] == ["nobody-here"] and answer["error_message"] and
          sorted(answer["credentials_marked_for_deletion"]) == sorted(names[:2]), "bulk revoke: two, and one that is not", answer)
    status = [user(server, data, "API_TOKEN")() for _, data in made]
    check(status == [401, 401, 200], "the two are refused, the third is not", status)
    for left in names[:2]:
        item = listed(server, PERSONAL, left)
        check(item is None or item["active"] is False, "what is still listed is not active", item)
    for selector in ({}, {"name_selector": {"names": []}}, {"name_selector": {"names": [names[2]] * 2}},
                     {"name_selector": {"names": [names[2]]}, "expired_selector": {"all": {}}},
                     {"expired_selector": {}}, {"expired_selector": {"credential_type": "SERVICE_API_TOKEN"}}):
        refused(server, "POST", path, selector, 400, 3)
    server.call("POST", f"{BASE}renew/{PERSONAL}", {"name": names[2], "expiration_days": 0})
    use = user(server, made[2][1], "API_TOKEN")
    check(use() == 401, "expiration_days 0 ends it now", use())
    answer = server.call("POST", path, {"expired_selector": {"credential_type": "API_TOKEN"}})
    check(names[2] in answer["credentials_marked_for_deletion"], "bulk revoke: the expired one", answer)


def expiring(server):
    soon = create(server, PERSONAL, {"name": "soon", "spec": {"type": "API_TOKEN"}, "expiration_days": 1})["name"]
    later = create(server, PERSONAL, {"name": "later", "spec": {"type": "API_TOKEN"}, "expiration_days": 89})["name"]
    path = f"{BASE}expiring/{PERSONAL}"
    def names(query):
        return [item["name"] for item in server.call("GET", path + query)["items"]]
    found = names("?within_days=2")
    check(soon in found and later not in found, "expiring: within two days", found)
    every, start = [], ""
    while True:
        page = server.call("GET", f"{path}?within_days=90&page_limit=1&page_start={start}")
        every += page["items"]
        start = page["next_page_start"]
        if not start:
            break
    check([item["name"] for item in every] == names("?within_days=90"), "expiring: page by page the same", every)
    times = [item["expiry_timestamp"] for item in every]
    check(times == sorted(times) and later in [item["name"] for item in every], "soonest first", times)
    refused(server, "GET", path + "?within_days=3651", None, 400, 3)

    unused = server.call("GET", f"{BASE}usage/{PERSONAL}/{soon}")
    check(unused["last_used_timestamp"] is None and unused["warning"] == "", "usage: never", unused)


def itself(server):
    """The credential that one calls with, whatever it is."""
    for family, kind, body in (TYPES[0], TYPES[3], TYPES[4]):
        made = create(server, family, body)
        use = user(server, made["data"], kind)
        url = BASE + "revoke_self"
        if kind.endswith("TOKEN"):
            answer = server.call("POST", url, {}, headers={"Authorization": "APIToken " + made["data"]})
        else:
            answer = requests_pkcs12.post(
                server.https + url, json={}, pkcs12_data=base64.b64decode(made["data"]), pkcs12_password=PASSWORD,
                verify=server.ca, timeout=10).json()
        check(answer == {"status": True} and use() == 401, f"revoke_self: {kind} is refused", answer)


def main():
    with development() as server:
        for part in TYPES:
            life(server, *part)
        for part in (scim, idempotency, sloppy, bulk, expiring, itself):
            step(f"-- {part.__name__}")
            part(server)
        for family in (PERSONAL, SERVICE):
            step(f"-- rotation: {family}")
            rotation(server, family)


if __name__ == "__main__":
    main()
