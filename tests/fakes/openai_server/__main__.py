"""Runs the fake vendor as a process of its own, until SIGINT or SIGTERM."""

import argparse
import signal
import sys

from tests.fakes.openai_server.server import API_KEY, OpenAIServer
from tests.fakes.openai_server.vendor import MODELS


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.openai_server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes any free one")
    parser.add_argument("--api-key", default=API_KEY, help="the only key that is let in (default: %(default)s)")
    parser.add_argument("--model", action="append", help="a model or deployment on offer; may be repeated")
    parser.add_argument("--chunk-delay", type=float, default=0.0, help="seconds before each chunk of a stream")
    parser.add_argument("--first-byte-delay", type=float, default=0.0, help="seconds before each answer")
    return parser.parse_args()


def main() -> int:
    arguments = _arguments()
    # Blocked before the first thread starts, so that every thread leaves them to sigwait.
    signals = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        server = OpenAIServer(
            port=arguments.port,
            api_key=arguments.api_key,
            models=arguments.model or MODELS,
            chunk_delay=arguments.chunk_delay,
            first_byte_delay=arguments.first_byte_delay,
        )
    except OSError as error:
        print(
            f"Cannot listen on 127.0.0.1:{arguments.port} ({error.strerror}); choose another --port.", file=sys.stderr
        )
        return 1
    with server:
        print(server.url, flush=True)
        signal.sigwait(signals)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
