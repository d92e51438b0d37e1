"""Follows a Dockerfile's instructions: the tree of each stage is a folder, and each RUN happens inside it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tools.image import context, programs, recipe
from tools.image.room import Place, Room, entering, system_places

# The folders that the image adds to its base. A step that writes anywhere else fails, as everything else is read-only.
OURS = ("/app", "/opt/venv", "/opt/postgresql")
# Its base is another image, in place of which there are the programs of this machine's PostgreSQL.
POSTGRESQL = "postgresql"
# How the package client of this machine was set up.
HANDED_ON = ("PIP_", "SSL_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


class StepFailed(Exception):
    """A RUN ended with an error. The text is the command and its exit code."""


@dataclass
class Built:
    """A stage that was followed to its end, or to where it is now."""

    tree: Path
    environment: dict[str, str]
    folder: str = "/"
    user: int = 0
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    health_check: list[str] = field(default_factory=list)

    def places(self, *, writable: bool) -> list[Place]:
        """Return its folders, to be put into a room."""
        return [Place(str(self.tree / path[1:]), path, writable) for path in OURS]

    def room(self, root: Path, *, extra: list[Place], environment: dict[str, str]) -> Room:
        """Return the room that a container of this image would be."""
        places = [*system_places(), *self.places(writable=False), *extra]
        return Room(root, places, self.user, self.folder, {**self.environment, **environment})


def build(checkout: Path, out: Path) -> Built:
    """Follow the checkout's Dockerfile; the trees are below `out`, made anew. Raises StepFailed and NotUnderstood."""
    shutil.rmtree(out, ignore_errors=True)
    (out / "root").mkdir(parents=True)
    # The base image has its Python on the path; here that is the Python that runs this.
    path = f"{sys.base_prefix}/bin:/usr/local/bin:/usr/bin:/bin"
    built: dict[str, Built] = {}
    for stage in recipe.read(checkout / "Dockerfile"):
        parent = built.get(stage.parent)
        now = _begun(out / stage.name, parent, path)
        if stage.name == POSTGRESQL:
            programs.copy(now.tree / "opt" / "postgresql")
        else:
            for step in stage.steps:
                _follow(step, now, checkout, out, built)
        built[stage.name] = now
    return list(built.values())[-1]


def _begun(tree: Path, parent: Built | None, path: str) -> Built:
    if parent is None:
        made = Built(tree, {"PATH": path})
    else:
        shutil.copytree(parent.tree, tree, symlinks=True)
        made = Built(tree, dict(parent.environment), parent.folder, parent.user)
    for folder in OURS:
        (tree / folder[1:]).mkdir(parents=True, exist_ok=True)
    return made


def _follow(step: recipe.Instruction, now: Built, checkout: Path, out: Path, built: dict[str, Built]) -> None:
    match step.name:
        case "ENV":
            now.environment |= recipe.variables(step.value, now.environment)
        case "WORKDIR":
            now.folder = step.value
        case "USER":
            now.user = int(step.value.partition(":")[0])
        case "ENTRYPOINT":
            now.entrypoint = recipe.words_of(step.value)
        case "CMD":
            now.command = recipe.words_of(step.value)
        case "HEALTHCHECK":
            now.health_check = recipe.words_of(step.value)
        case "COPY":
            _copy(step.value.split(), now, checkout, built)
        case "RUN":
            _run(step.value, now, out)


def _copy(words: list[str], now: Built, checkout: Path, built: dict[str, Built]) -> None:
    *sources, destination = words
    target = now.tree / os.path.normpath(f"{now.folder}/{destination}" if destination[0] != "/" else destination)[1:]
    if sources[0].startswith("--from="):
        source = built[sources[0].partition("=")[2]].tree / sources[1][1:]
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
        return
    allowed = context.files(checkout)
    for path in allowed if sources == ["."] else [Path(source) for source in sources]:
        if path not in allowed:
            raise StepFailed(f"COPY {path}: .dockerignore leaves it out")
        place = target / path
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(checkout / path, place)


def _run(command: str, now: Built, out: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name.startswith(HANDED_ON)}
    machine = [Place(str(path), str(path)) for path in _settings_of_pip()]
    room = Room(out / "root", [*system_places(), *machine, *now.places(writable=True)], 0, now.folder)
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        env={**environment, **now.environment},
        # Nothing but this thread runs here, so nothing can hold a lock that the child would wait for.
        preexec_fn=entering(room),
        check=False,
    )
    if done.returncode != 0:
        raise StepFailed(f"RUN {command}\nended with exit code {done.returncode}")


def _settings_of_pip() -> list[Path]:
    """Return folders outside of the system's that the settings of this machine's pip point to."""
    folders = [Path(word.removeprefix("file://")) for word in os.environ.get("PIP_FIND_LINKS", "").split()]
    return [folder for folder in folders if folder.is_dir() and not str(folder).startswith(("/usr", "/etc"))]
