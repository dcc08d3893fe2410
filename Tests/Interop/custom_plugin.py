"""Examples/custom-plugin: a package of its own adds a route, and our access check stands before it."""

import os
import pathlib
import subprocess

import requests

import support
from support import check, gatehouse, step

EXAMPLE = pathlib.Path(__file__).parents[2] / "Examples/custom-plugin"
PROVIDER = "name: nobody\ntype: oidc\nissuer: https://nobody.example\naudiences: [nobody]\n"
POLICIES = """
policies:
  - {name: none, provider: nobody, when: "false", grant: [{namespace: payments, roles: [monitor]}]}
"""


def main():
    step("building the example")
    # Beside the sources by default; elsewhere when the caller wants the build kept.
    build = ["swift", "build", "--package-path", str(EXAMPLE)]
    if scratch := os.environ.get("INTEROP_SCRATCH"):
        build += ["--scratch-path", scratch]
    subprocess.run(build, check=True)
    folder = subprocess.run([*build, "--show-bin-path"], check=True, capture_output=True, text=True).stdout.strip()
    support.PROGRAM = folder + "/gatehouse-hello"

    with gatehouse("http://127.0.0.1:1", PROVIDER, POLICIES) as server:
        url = server.url + "/hello/"
        answer = requests.get(url + "payments", headers=server.admin, timeout=10)
        check(answer.status_code == 200, "an administrator is greeted", f"{answer.status_code} {answer.text}")
        check(answer.json() == {"hello": "administrator", "namespace": "payments"}, "by name, in the namespace asked for")
        check(requests.get(url + "payments", timeout=10).status_code == 401, "nobody is not: 401")
        check(requests.get(url + "nowhere", headers=server.admin, timeout=10).status_code == 404, "an unknown one is 404")
        version = subprocess.run([support.PROGRAM, "version"], check=True, capture_output=True, text=True).stdout
        check("gatehouse" in version, "the command line is all there")


if __name__ == "__main__":
    main()
