"""The command line of devstack; `make help` shows the shorter way to most of it."""

import argparse
import errno
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from devstack import background, console, environment, execute, logs, parts, run
from devstack.part import Site
from devstack.refusal import Refusal
from devstack.state import State

_CHECKOUT = Path(__file__).resolve().parent.parent
_LASTING = ("dev", "bench")


def main(words: Sequence[str]) -> int:
    """Do what the command line says and return an exit code."""
    options = _parser().parse_args(words)
    try:
        return _do(options)
    except Refusal as refusal:
        console.complain(refusal)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        console.complain(Refusal(f"The disk is full ({error.filename or _CHECKOUT}): make room, then run this again."))
    return 1


def _do(options: argparse.Namespace) -> int:
    if options.task == "run":
        return run.run(_site("dev"), options.parts)
    if options.task == "start":
        return background.start(_state("dev"), _CHECKOUT, parts.services() if options.services else options.parts)
    if options.task == "stop":
        return run.stop(_state("dev"))
    if options.task == "logs":
        return logs.show(_state(options.state), options.part, follow=options.follow or sys.stdout.isatty())
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        raise execute.NoSuchCommand("Say what to run: python -m devstack exec --state test -- COMMAND")
    return execute.execute(_site(options.state), options.parts or (), command)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m devstack", description=__doc__)
    tasks = parser.add_subparsers(dest="task", required=True)
    running = tasks.add_parser("run", help="start everything; Ctrl-C ends it")
    running.add_argument("--parts", type=_names, help="only these, comma-separated")
    starting = tasks.add_parser("start", help="the same, in the background; returns when everything is up")
    starting.add_argument("--parts", type=_names, help="only these, comma-separated")
    starting.add_argument("--services", action="store_true", help="only what stands for something of the cloud")
    tasks.add_parser("stop", help="end what `run` started")
    logging = tasks.add_parser(
        "logs", help="show the logs of all parts, or of one; on a terminal, go on with what comes"
    )
    logging.add_argument("part", nargs="?")
    logging.add_argument("--state", default="dev")
    logging.add_argument("--follow", action="store_true")
    executing = tasks.add_parser("exec", help="run a command beside parts of its own, with their variables")
    executing.add_argument("--state", default="dev", help="dev and bench keep their data; any other, as test, does not")
    executing.add_argument("--parts", type=_names, required=True)
    executing.add_argument("command", nargs=argparse.REMAINDER)
    return parser


def _names(given: str) -> list[str]:
    return [name.strip() for name in given.split(",") if name.strip()]


def _site(name: str) -> Site:
    state = _state(name)
    state.prepare()
    if state.throwaway or name == "bench":
        return Site(_CHECKOUT, state, environment.for_throwaway(os.environ))
    return Site(_CHECKOUT, state, environment.for_run(_CHECKOUT / ".env", os.environ))


def _state(name: str) -> State:
    base = Path(os.environ.get("HUNTAZE_DEVSTACK_FOLDER") or _CHECKOUT / ".devstack").absolute()
    return State(base if name == "dev" else base / name, throwaway=name not in _LASTING)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
