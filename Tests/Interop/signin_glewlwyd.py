"""People sign in to Gatehouse through Glewlwyd. `--alone` tries Glewlwyd without Gatehouse."""

import sys

import sign_in
from identity_providers import Glewlwyd
from support import step

if __name__ == "__main__":
    if not Glewlwyd.is_installed():
        step("glewlwyd is not installed")
        sys.exit(77)
    sign_in.main(Glewlwyd)
