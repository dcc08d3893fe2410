"""f5xc-tops-py-client as it is: the life of a personal and a service token through somebody else's client."""

import os

from f5xc_tops_py_client import apicred, group, ns, nsrole, role, session, svccred, tenant, user
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


def directory(admin):
    """People, groups, roles and namespaces, with every method that the client has for them."""
    namespaces = ns(admin)
    check(namespaces.create(namespaces.create_payload("lab", "for tests"))["metadata"]["name"] == "lab", "a namespace made")
    check(namespaces.get("lab")["metadata"]["description"] == "for tests", "and read")
    fails(lambda: namespaces.create(namespaces.create_payload("lab", "")), "made twice", "already exist")

    roles = role(admin)
    made = roles.create(roles.create_payload("auditor", "reads", ["gatehouse-users-monitor"]))
    check(made["metadata"]["name"] == "auditor", "a role made", made)
    check(named(roles.list(), "auditor")["api_groups"] == ["gatehouse-users-monitor"], "listed with its API groups")
    check(named(roles.listv1(), "auditor") is not None, "listed plainly")
    roles.replace(roles.replace_payload("auditor", ["gatehouse-audit-monitor"]), "auditor")
    check(named(roles.list(), "auditor")["api_groups"] == ["gatehouse-audit-monitor"], "and replaced")

    groups = group(admin)
    lab = [{"namespace": "lab", "role": "monitor"}]
    made = groups.create(groups.create_payload("devs", "Developers", "Devs", lab, []))
    check(made["namespace_roles"] == lab and made["error"] is None, "a group made", made)
    check([g["name"] for g in groups.list()["user_groups"]] == ["devs"], "listed")
    check(groups.get("devs")["spec"]["display_name"] == "Devs", "read plainly")
    more = [{"namespace": "lab", "role": "developer"}]
    check(len(groups.role_assign(groups.role_payload("devs", more), "devs")["namespace_roles"]) == 2, "a role added")
    check(groups.role_remove(groups.role_payload("devs", more), "devs")["namespace_roles"] == lab, "and taken away")

    users = user(admin)
    payload = users.create_payload("ada@example.com", "Ada", "Byron", ["devs"], [{"namespace": "lab", "role": "auditor"}])
    check(users.create(payload)["spec"]["gc_spec"]["email"] == "ada@example.com", "a user made")
    fails(lambda: users.create(payload), "made twice", "already exist")
    ada = next(u for u in users.list() if u["email"] == "ada@example.com")
    check(ada["group_names"] == ["devs"] and ada["last_login_timestamp"] is None, "listed", ada)
    fails(lambda: roles.delete(roles.delete_payload("auditor"), "auditor"), "a role in use deleted", "in use")
    users.update(users.update_payload("ada@example.com", "Ada", "L", [], []))
    users.group(users.group_payload("ada@example.com", ["devs"]))
    ada = next(u for u in users.list() if u["email"] == "ada@example.com")
    check((ada["last_name"], ada["group_names"], ada["namespace_roles"]) == ("L", ["devs"], []), "replaced, and in a group", ada)
    check(any(item["name"].endswith(":system:admin") for item in nsrole(admin).list()), "namespace roles listed")

    fails(lambda: groups.delete("devs"), "a group with members deleted", "has 1 members")
    check(users.delete(users.delete_payload("ada@example.com")) == [], "the user deleted, who had no credentials")
    groups.delete("devs")
    roles.delete(roles.delete_payload("auditor"), "auditor")
    namespaces.delete(namespaces.delete_payload("lab"), "lab")
    check(named(namespaces.list(), "lab") is None, "group, role and namespace deleted")

    settings = tenant(admin)
    check(settings.get_idm_settings()["password_policy"] is None, "identity settings")
    check(settings.last_login() == {} and settings.login_events(first=0, max=10) == {}, "nobody has signed in")
    check(settings.list_inactive_users() == [], "nobody is old enough to be inactive")


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
        directory(admin)
        own = apicred(session(tenant_url=server.https, api_token=made["data"]))
        check(own.renew(own.renew_payload(made["name"], 7)) == {"status": True}, "a token renews itself")


if __name__ == "__main__":
    main()
