"""Reads a Dockerfile into stages."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, field
from pathlib import Path

from dockerfile_parse import DockerfileParser

# What says something about the image and changes nothing in it.
DESCRIPTIONS = frozenset({"ARG", "LABEL", "EXPOSE", "STOPSIGNAL", "VOLUME", "COMMENT"})


class NotUnderstood(Exception):
    """The Dockerfile has an instruction that this reader does not know. The text names it."""


@dataclass(frozen=True)
class Instruction:
    """One instruction that does something."""

    name: str
    value: str


@dataclass
class Stage:
    """One FROM and what follows it."""

    name: str
    parent: str
    steps: list[Instruction] = field(default_factory=list)


def read(dockerfile: Path) -> list[Stage]:
    """Return the stages in their order; the last one is the image. Raises NotUnderstood."""
    stages: list[Stage] = []
    for line in DockerfileParser(str(dockerfile), env_replace=False).structure:
        name, value = line["instruction"], line["value"]
        if name == "FROM":
            words = value.split()
            stages.append(Stage(words[2] if len(words) == 3 else "image", words[0]))
        elif name in {"ENV", "WORKDIR", "COPY", "RUN", "USER", "ENTRYPOINT", "CMD", "HEALTHCHECK"}:
            stages[-1].steps.append(Instruction(name, value))
        elif name not in DESCRIPTIONS:
            raise NotUnderstood(f"{dockerfile}: {name} is no instruction that this reader follows")
    return stages


def variables(value: str, known: dict[str, str]) -> dict[str, str]:
    """Return what an ENV sets; `$NAME` stands for what `known` has."""
    found = {}
    for word in shlex.split(value):
        name, _, text = word.partition("=")
        for other, replacement in known.items():
            text = text.replace(f"${other}", replacement)
        found[name] = text
    return found


def words_of(value: str) -> list[str]:
    """Return the words of an ENTRYPOINT, a CMD or the command of a HEALTHCHECK, which are JSON here."""
    return [str(word) for word in json.loads(value[value.index("[") :])]
