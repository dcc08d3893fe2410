"""People sign in to Gatehouse through oidc-provider-mock. `--alone` tries oidc-provider-mock without Gatehouse."""

import sign_in
from identity_providers import Mock

if __name__ == "__main__":
    sign_in.main(Mock)
