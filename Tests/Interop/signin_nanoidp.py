"""People sign in to Gatehouse through NanoIDP. `--alone` tries NanoIDP without Gatehouse."""

import sign_in
from identity_providers import Nano

if __name__ == "__main__":
    sign_in.main(Nano)
