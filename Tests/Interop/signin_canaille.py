"""People sign in to Gatehouse through Canaille. `--alone` tries Canaille without Gatehouse."""

import sign_in
from identity_providers import Canaille

if __name__ == "__main__":
    sign_in.main(Canaille)
