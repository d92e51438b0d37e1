"""The process that serves one GGUF model over the OpenAI protocol, on loopback, until it is told to end."""

import argparse
import os
import signal
import sys
from pathlib import Path

import xllamacpp

_SLOTS = 4
_TOKENS_A_SLOT = 3072
_MEGABYTES_OF_CACHED_PROMPTS = 512


def main() -> int:
    """Load the model and serve it. Ends with SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", required=True, type=Path)
    parser.add_argument("--name", required=True)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", required=True, type=int)
    options = parser.parse_args()

    # Blocked before the server starts its threads, so that each of them leaves these signals to the wait below.
    ends = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)

    settings = xllamacpp.CommonParams()
    settings.model.path = str(options.file)
    settings.model_alias = {options.name}
    settings.hostnames = [options.host]
    settings.port = options.port
    settings.n_parallel = _SLOTS
    settings.n_ctx = _SLOTS * _TOKENS_A_SLOT
    settings.cache_ram_mib = _MEGABYTES_OF_CACHED_PROMPTS
    # Only the application talks to it: no page in a browser, no chat page of its own.
    settings.cors_origins = f"http://{options.host}"
    settings.ui = False
    settings.endpoint_slots = False
    # Its threads wait for each other by spinning: one that shares its core with the application holds up all.
    settings.cpuparams.n_threads = max(1, (os.cpu_count() or 1) // 2)
    server = xllamacpp.Server(settings)
    print(f"{options.name} is served at {server.listening_address}", flush=True)
    signal.sigwait(ends)
    # The C++ threads have nothing to save; an orderly teardown would first wait for open answers.
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
