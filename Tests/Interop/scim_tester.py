"""SCIM by scim2-tester, and by requests as Entra ID and Okta send them."""

import contextlib
import urllib.parse

import httpx2
import requests
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

from support import check, development, step

ROOT = "/api/scim/namespaces/system/v2"
SWITCH = "/api/web/custom/namespaces/system/oidc_providers/people/scim"
CORE = "urn:ietf:params:scim:schemas:core:2.0:"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@contextlib.contextmanager
def provisioning():
    """A server that a directory provisions: the server, and the SCIM token."""
    with development() as server:
        switched = server.call("PUT", SWITCH, {"scim_enabled": True})
        check(switched["url"].rstrip("/") == server.url + ROOT, "the switch says where SCIM is", switched)
        yield server, switched["scim_token"]["data"]


class Directory:
    """A provisioning client, in plain requests."""

    def __init__(self, server, token):
        self.url = server.url + ROOT
        self.session = requests.Session()
        self.session.headers.update(
            {"Authorization": "Bearer " + token, "Content-Type": "application/scim+json; charset=utf-8"})

    def call(self, method, path, body=None, expect=200):
        answer = self.session.request(method, self.url + path, json=body, timeout=30)
        check(answer.status_code == expect, f"{method} {path} is {expect}", f"{answer.status_code} {answer.text}")
        if answer.content:
            check(answer.headers["Content-Type"] == "application/scim+json", "it is SCIM's JSON", answer.headers)
            return answer.json()

    def find(self, kind, filter, **more):
        return self.call("GET", f"/{kind}?" + urllib.parse.urlencode({"filter": filter, **more}))

    def patch(self, path, *operations, expect=200):
        return self.call("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)}, expect=expect)


def by_scim2_tester(server, token):
    client = httpx2.Client(base_url=server.url + ROOT, headers={"Authorization": "Bearer " + token}, timeout=30)
    results = check_server(SyncSCIMClient(client))
    for result in results:
        if result.status not in (Status.SUCCESS, Status.SKIPPED):
            step(f"  {result.status.name} {result.title}: {result.reason} {result.data if result.data is not None else ''}")
    bad = [result for result in results if result.status in (Status.ERROR, Status.CRITICAL)]
    check(len(results) > 50 and not bad, f"scim2-tester's {len(results)} checks", f"{len(bad)} of {len(results)} failed")


def as_entra(directory):
    """What the Entra ID provisioning service sends, with its habits: capital operations, booleans as text, dotted paths."""
    found = directory.find("Users", 'userName eq "Test_User_ab6490ee"')
    check(found["totalResults"] == 0 and found["Resources"] == [], "the probe of the set-up finds nobody", found)
    ada = directory.call("POST", "/Users", {
        "schemas": [CORE + "User", ENTERPRISE], "externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef",
        "userName": "Ada@contoso.example", "active": True, "displayName": "Ada L.",
        "emails": [{"primary": True, "type": "work", "value": "ada@contoso.example"}],
        "meta": {"resourceType": "User"}, "name": {"formatted": "Ada L.", "familyName": "L.", "givenName": "Ada"},
        "roles": [], ENTERPRISE: {"employeeNumber": "7", "department": "Engines"}}, expect=201)
    bob = directory.call("POST", "/Users", {
        "schemas": [CORE + "User"], "userName": "bob@contoso.example", "active": True}, expect=201)
    user = "/Users/" + ada["id"]
    changed = directory.patch(
        user, {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "ada.l@contoso.example"},
        {"op": "Add", "path": "name.familyName", "value": "Lovelace"},
        {"op": "Add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "+44 1"},
        {"op": "Add", "path": ENTERPRISE + ":manager", "value": bob["id"]},
        {"op": "Replace", "value": {"displayName": "Ada Lovelace", ENTERPRISE + ":department": "Analysis"}})
    check(changed["emails"][0]["value"] == "ada.l@contoso.example", "an address is replaced by its type", changed)
    check(changed["name"]["familyName"] == "Lovelace", "a name by its path", changed)
    check(changed["phoneNumbers"] == [{"value": "+44 1", "type": "mobile"}], "a first number is made", changed)
    check(changed[ENTERPRISE]["manager"]["value"] == bob["id"], "a manager by a text", changed)
    check(changed[ENTERPRISE]["department"] == "Analysis", "and without a path by the full name", changed)
    off = directory.patch(user, {"op": "Replace", "path": "active", "value": "False"})
    check(off["active"] is False, "disabled by a text", off)
    check(directory.patch(user, {"op": "Replace", "path": "active", "value": "True"})["active"] is True, "and enabled")
    group = directory.call("POST", "/Groups", {
        "schemas": [CORE + "Group"], "externalId": "8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159", "displayName": "Engines",
        "meta": {"resourceType": "Group"}}, expect=201)
    path = "/Groups/" + group["id"]
    found = directory.find("Groups", 'displayName eq "Engines"', excludedAttributes="members")
    check(found["totalResults"] == 1 and "members" not in found["Resources"][0], "found without members", found)
    directory.patch(path, {"op": "Add", "path": "members", "value": [{"value": ada["id"]}, {"value": bob["id"]}]})
    found = directory.find("Groups", f'id eq "{group["id"]}" and members eq "{ada["id"]}"')
    check(found["totalResults"] == 1, "asked for by member", found)
    left = directory.patch(path, {"op": "Remove", "path": "members", "value": [{"value": ada["id"]}]})
    check([member["value"] for member in left["members"]] == [bob["id"]], "one is removed by its value", left)
    directory.call("DELETE", user, expect=204)
    directory.call("GET", user, expect=404)
    directory.call("DELETE", path, expect=204)
    directory.call("DELETE", "/Users/" + bob["id"], expect=204)


def as_okta(directory):
    """What Okta sends: PUT of the whole user, deactivation without a path, members by value filter, group pushes by PUT."""
    body = {
        "schemas": [CORE + "User"], "userName": "grace@okta.example", "externalId": "00u1dhhb1fkIGP7RL1d8",
        "name": {"givenName": "Grace", "familyName": "Hopper"}, "locale": "en-US", "displayName": "Grace Hopper",
        "emails": [{"primary": True, "value": "grace@okta.example", "type": "work"}], "groups": [], "active": True,
        "password": "1mz050nq"}
    check(directory.find("Users", 'userName eq "grace@okta.example"', startIndex=1, count=100)["totalResults"] == 0,
          "nobody of that name yet")
    grace = directory.call("POST", "/Users", body, expect=201)
    check("password" not in grace, "a password is never shown", grace)
    user = "/Users/" + grace["id"]
    directory.call("POST", "/Users", body, expect=409)
    whole = directory.call("GET", user)
    whole["name"]["familyName"] = "Murray"
    check(directory.call("PUT", user, whole)["name"]["familyName"] == "Murray", "a user as it was read, with one change")
    off = directory.patch(user, {"op": "replace", "value": {"active": False}})
    check(off["active"] is False, "deactivated without a path", off)
    check(directory.patch(user, {"op": "replace", "value": {"active": True}})["active"] is True, "and back")
    group = directory.call("POST", "/Groups", {
        "schemas": [CORE + "Group"], "displayName": "Navy", "members": [{"value": grace["id"], "display": "Grace"}]},
        expect=201)
    path = "/Groups/" + group["id"]
    renamed = directory.patch(path, {"op": "replace", "value": {"id": group["id"], "displayName": "Fleet"}})
    check(renamed["displayName"] == "Fleet", "a group is renamed with its id beside", renamed)
    left = directory.patch(path, {"op": "remove", "path": f'members[value eq "{grace["id"]}"]'})
    check("members" not in left, "a member is removed by a filter", left)
    pushed = directory.call("PUT", path, {
        "schemas": [CORE + "Group"], "id": group["id"], "displayName": "Fleet", "members": [{"value": grace["id"]}]})
    check(len(pushed["members"]) == 1, "members are pushed as a whole", pushed)
    directory.call("DELETE", path, expect=204)


def the_tokens_life(server, directory):
    path = "/api/web/namespaces/system/"
    check(directory.session.get(directory.url + "/Users", timeout=30).status_code == 200, "the token opens SCIM")
    check(server.status(directory.session.headers["Authorization"].split()[1], scheme="Bearer") == 401, "and nothing else")
    refused = requests.get(directory.url + "/Users", headers=server.admin, timeout=30)
    check(refused.status_code == 401 and refused.json()["status"] == "401", "no other token opens it", refused.text)
    nowhere = requests.get(directory.url + "/Nowhere", headers=server.admin, timeout=30)
    check(nowhere.status_code == 404 and nowhere.json()["status"] == "404", "unknown paths answer as SCIM", nowhere.text)
    large = directory.session.post(directory.url + "/Users", data=b" " * (64 * 1024 + 1), timeout=30)
    check(large.status_code == 413 and large.json()["status"] == "413", "and so do bodies over the limit", large.text)
    method = directory.session.put(directory.url + "/Users", json={}, timeout=30)
    check(method.status_code == 405 and method.json()["status"] == "405", "and other methods", method.text)
    server.call("POST", path + "revoke/scim_token", {"namespace": "system"})
    check(directory.session.get(directory.url + "/Users", timeout=30).status_code == 401, "a revoked token closes it")


def main():
    with provisioning() as (server, token):
        by_scim2_tester(server, token)
        directory = Directory(server, token)
        as_entra(directory)
        as_okta(directory)
        the_tokens_life(server, directory)


if __name__ == "__main__":
    main()
