"""The process that plays Stripe, on loopback, until it is told to end."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path

from devstack.stripe_server import schema
from devstack.stripe_server.server import Server


def main() -> int:
    """Serve the account. Ends with SIGTERM or SIGINT. Secrets are read from a file: nobody sees them among the processes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--state", type=Path, help="where everything is kept; without it, nowhere")
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", required=True, type=int)
    parser.add_argument("--secrets", required=True, type=Path, help="the API key, then the webhook's secret")
    parser.add_argument("--webhook", help="the address that is told of events")
    options = parser.parse_args()
    key, secret = options.secrets.read_text(encoding="utf-8").split()
    server = Server((options.host, options.port), key, options.state)
    if options.webhook:
        server.register(options.webhook, secret)

    def end(*_: object) -> None:
        # What was answered is written down already, whole.
        os._exit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    server.begin()
    print(f"Stripe {schema.version()} is played at {server.url}", flush=True)
    server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
