"""schemathesis over our own description: no 5xx, no status that is not described, no answer of another shape.

Twice: with everything made up, which mostly finds how we refuse, and with names that exist, which gets past that. Each in
two halves, because schemathesis learns names from answers and uses them: what reads never meets what ends, or the run would
switch off the credential that it calls with, and from there on see nothing but 401.
"""

import os
import pathlib
import sys
import tempfile

import requests

from support import check, development, run, step

# The first ends what the run calls with, and so may a made-up /oauth/revoke; after a rotation of the server's own keys every
# answer would be about keys that the run has not seen. They have tests of their own.
LEFT_OUT = [
    "/api/web/namespaces/system/revoke_self", "/oauth/revoke", "/api/web/namespaces/system/signing_keys/rotate",
]
HALVES = {
    "what reads and makes": ["--exclude-path-regex", "/(activate|renew|rotate|retire|revoke|bulk_revoke)/"],
    "what makes, changes and ends": ["--exclude-method", "GET"],
}
CHECKS = "not_a_server_error,status_code_conformance,response_schema_conformance"


def names(server):
    """schemathesis.toml: what exists in the place of what a path would have made up."""
    personal = server.create({"name": "known", "spec": {"type": "API_TOKEN"}})["name"]
    service = server.create({"name": "known", "api_token": {}}, "service_credentials")["name"]
    text = '[parameters]\n"path.namespace" = "system"\n'
    for family, name in (("api_credentials", personal), ("service_credentials", service), ("oidc_providers", "demo")):
        text += f'[[operations]]\ninclude-path-regex = "/{family}/"\nparameters = {{"path.namespace" = "system", "path.name" = "{name}"}}\n'
    return text


def go(server, folder, token, text, half):
    (folder / "schemathesis.toml").write_text(text)
    command = [pathlib.Path(sys.executable).with_name("schemathesis"), "run", server.url + "/openapi.json",
               "--header", f"Authorization: APIToken {token}", "--phases", "coverage,fuzzing", "--checks", CHECKS,
               "--max-examples", os.environ.get("EXAMPLES", "15"), "--generation-database", "none",
               "--request-timeout", "30", "--no-color"]
    command += half
    for path in LEFT_OUT:
        command += ["--exclude-path", path]
    print(run(*command, cwd=folder, timeout=400)[-3000:])
    check(server.status(token) == 200, "what the run called with is still good, so it saw more than refusals")


def main():
    with tempfile.TemporaryDirectory() as folder, development() as server:
        answer = requests.get(server.url + "/openapi.json", timeout=10)
        if answer.status_code == 404:
            step("this server has no /openapi.json")
            return 77
        step(f"{sum(len(item) for item in answer.json()['paths'].values())} operations")
        # A credential for each run, so that none can end what the next one needs; all of them before the first run, which
        # may set the tenant's limits to anything.
        runs = []
        for which, text in (("made up", ""), ("with names that exist", names(server))):
            for half, options in HALVES.items():
                token = server.create({"name": "run", "spec": {"type": "API_TOKEN"}})["data"]
                runs.append((f"{which}: {half}", token, text, options))
        for title, *what in runs:
            step("-- " + title)
            go(server, pathlib.Path(folder), *what)


if __name__ == "__main__":
    sys.exit(main())
