"""Real devstack processes in a folder of their own."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from devstack import environment, records
from devstack.state import State

CHECKOUT = Path(__file__).resolve().parents[2]


class Stack:
    """Runs `python -m devstack` in a folder, away from the developer's own stack, variables and `.env`."""

    def __init__(self, folder: Path) -> None:
        self.state = State(folder)
        self._variables = environment.for_throwaway(os.environ) | {
            "HUNTAZE_DEVSTACK_FOLDER": str(folder),
            # Empty ones win over those of a developer's `.env`.
            "DATABASE_URL": "",
            "REDIS_URL": "",
        }
        self._started: list[subprocess.Popen[str]] = []

    def start(self, *words: str, **variables: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "devstack", *words],
            cwd=CHECKOUT,
            env=self._variables | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._started.append(process)
        return process

    def run(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        process = self.start(*words, **variables)
        output, errors = process.communicate(timeout=120)
        return subprocess.CompletedProcess(words, process.returncode, output, errors)

    def up(self, parts: str = "postgres,valkey") -> subprocess.Popen[str]:
        """Start the parts and return once all of them are up."""
        process = self.start("run", "--parts", parts)
        assert process.stdout is not None
        shown = ""
        for line in process.stdout:
            shown += line
            if line.startswith("The parts are up"):
                return process
        raise AssertionError(f"{shown}{process.communicate()[1]}")

    def provided(self) -> dict[str, str]:
        announced = records.announced(self.state)
        assert announced is not None
        return announced[1]

    def pids(self) -> dict[str, int]:
        return {name: record.process.pid for name, record in records.survivors(self.state).items()}

    def close(self) -> None:
        for process in self._started:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=60)
            for stream in (process.stdout, process.stderr):
                if stream is not None:
                    stream.close()
        if self.pids():
            self.run("stop")
