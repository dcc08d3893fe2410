"""SCIM by scim-sanity: its probe in strict mode."""

import pathlib
import subprocess
import sys

from scim_tester import ROOT, provisioning
from support import check


def main():
    program = pathlib.Path(sys.executable).parent / "scim-sanity"
    with provisioning() as (server, token):
        probe = subprocess.run(
            [program, "probe", server.url + ROOT, "--token", token, "--strict", "--i-accept-side-effects"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)
        print(probe.stdout, flush=True)
        check(probe.returncode == 0, "scim-sanity finds no error", probe.returncode)


if __name__ == "__main__":
    main()
