"""Runs a buildspec as CodeBuild does: phase by phase, command by command.

By "Build phase transitions" of its user guide: a failed install or pre_build ends the build at once, a failed build goes
on to post_build. Within a phase, the first command that fails is the last; `finally` runs whatever happened. Stricter than
the real one: each command has a shell of its own, so none can lean on what another one exported.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

PHASES = ("install", "pre_build", "build", "post_build")


@dataclass
class Outcome:
    """What happened: each command with its exit code, and all that was printed."""

    commands: list[tuple[str, str, int]] = field(default_factory=list)
    output: str = ""
    failed: list[str] = field(default_factory=list)

    def of(self, phase: str) -> list[str]:
        return [command for name, command, _ in self.commands if name == phase]


def run(buildspec: Path, checkout: Path, variables: Mapping[str, str], *, timeout: float = 600) -> Outcome:
    """Run all of it in the checkout, with the buildspec's own variables below the given ones."""
    spec = yaml.safe_load(buildspec.read_text())
    assert spec["version"] == 0.2
    environment = {**spec["env"]["variables"], **variables}
    outcome = Outcome()
    for phase in PHASES:
        steps = spec["phases"][phase]
        environment["CODEBUILD_BUILD_SUCCEEDING"] = "0" if outcome.failed else "1"
        for command in steps["commands"]:
            if _run(phase, command, checkout, environment, outcome, timeout) != 0:
                outcome.failed.append(phase)
                break
        for command in steps.get("finally", []):
            if _run(phase, command, checkout, environment, outcome, timeout) != 0:
                outcome.failed.append(phase)
        if outcome.failed and phase in {"install", "pre_build"}:
            break
    return outcome


def _run(
    phase: str, command: str, checkout: Path, environment: Mapping[str, str], outcome: Outcome, timeout: float
) -> int:
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=checkout,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
        check=False,
    )
    outcome.commands.append((phase, command, done.returncode))
    outcome.output += f"== {phase}: {command}\n{done.stdout}"
    return done.returncode
