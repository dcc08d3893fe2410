"""SCIM by scim-sanity: its probe in strict mode."""

import json
import pathlib
import subprocess
import sys

from scim_tester import ROOT, provisioning
from support import check, step

# It adds a member "fake-member-id", which no user has, and wants 200. We answer 400 invalidValue, as Entra ID's own service
# does (`scim-sanity profiles entra`): a 200 would tell a directory that somebody is in a group who is not.
EXPECTED = {"PATCH /Groups/{id} add member": "Expected 200, got 400"}


def main():
    program = pathlib.Path(sys.executable).parent / "scim-sanity"
    with provisioning() as (server, token):
        probe = subprocess.run(
            [program, "probe", server.url + ROOT, "--token", token, "--strict", "--json-output",
             "--i-accept-side-effects"], stdout=subprocess.PIPE, text=True, timeout=120)
        results = json.loads(probe.stdout[probe.stdout.index("{"):])["results"]
        for result in results:
            step(f"  {result['status']} {result['name']} {result.get('message') or ''}")
        bad = {result["name"]: result["message"] for result in results if result["status"] in ("fail", "error")}
        passed = sum(result["status"] == "pass" for result in results)
        check(passed >= 27 and bad == EXPECTED, f"scim-sanity passes {passed}, and finds what is meant to be", bad)


if __name__ == "__main__":
    main()
