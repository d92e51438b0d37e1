"""The Stripe of a laptop: the simulator, with the web server's webhook told to it."""

import secrets
import signal
import sys
import urllib.error
import urllib.request
from http import HTTPStatus

from devstack import ports
from devstack.part import Part, Site
from devstack.state import write_private

WEBHOOK = "/api/webhooks/stripe"


def build(site: Site) -> Part:
    """Describe the server and write down its secrets."""
    state = site.state
    port = ports.remembered(state, "stripe")
    # dj-stripe wants 24 letters and digits behind the prefix.
    key = state.remembered("stripe_key", lambda: f"sk_test_{secrets.token_hex(16)}")
    webhook_secret = state.remembered("stripe_webhook_secret", lambda: f"whsec_{secrets.token_hex(16)}")
    root = state.root / "stripe"
    root.mkdir(mode=0o700, exist_ok=True)
    kept = root / "secrets"
    write_private(kept, f"{key}\n{webhook_secret}\n")
    web = f"http://{ports.HOST}:{site.environment.get('PORT', '8000')}"
    url = f"http://{ports.HOST}:{port}"
    # What tests start keeps nothing, and tells nobody: each of them has an account of its own.
    lasting = () if state.throwaway else ("--state", str(root / "account.json"), "--webhook", web + WEBHOOK)
    return Part(
        name="stripe",
        argv=(
            *(sys.executable, "-m", "devstack.stripe_server", "--secrets", str(kept)),
            *("--host", ports.HOST, "--port", str(port), *lasting),
        ),
        provides={
            "STRIPE_API_HOST": url,
            "STRIPE_SECRET_KEY": key,
            "STRIPE_WEBHOOK_SECRET": webhook_secret,
        },
        is_ready=lambda _life: _answers(url),
        stop=((signal.SIGTERM, 5),),
        when_broken=f"To start with an empty one, move its data away: mv {root} {root}.old",
    )


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(f"{url}/v1/account", timeout=0.3).close()  # noqa: S310 - our own
    except urllib.error.HTTPError as error:
        # It is up when it refuses whoever has no key.
        return error.code == HTTPStatus.UNAUTHORIZED
    except OSError:
        return False
    return False
