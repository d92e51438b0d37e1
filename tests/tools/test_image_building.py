"""Following a Dockerfile without an engine, and running what came out as its own user on a read-only tree."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.image import building, size
from tools.image.room import NO_ROOM, Place, Room, entering


def namespaces_are_open() -> bool:
    """Whether this system lets anybody mount in a namespace, asked by its own program and not by ours."""
    if sys.platform != "linux":
        return False
    who = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    command = ["unshare", *who, "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


pytestmark = pytest.mark.skipif(not namespaces_are_open(), reason="the system lets nobody mount in a namespace")

DOCKERFILE = """\
FROM scratch AS base
ENV GREETING=hello
WORKDIR /app
FROM base AS build
COPY . ./
RUN echo "$GREETING" >made && touch /opt/venv/there
FROM base
COPY --from=build /app /app
ENV GREETING="$GREETING world"
USER 10001:10001
HEALTHCHECK CMD ["cat", "made"]
ENTRYPOINT ["/bin/sh", "-c"]
CMD ["id -u"]
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / ".dockerignore").write_text("*\n!kept\n")
    (folder / "kept").write_text("kept")
    (folder / "secret").write_text("secret")
    (folder / "Dockerfile").write_text(DOCKERFILE)
    # The image's user, which is another one, must get through the folders above.
    for above in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        above.chmod(0o711)
    return folder


def run_in(image: building.Built, out: Path, *command: str) -> subprocess.CompletedProcess[str]:
    root = out / "run"
    root.mkdir(exist_ok=True)
    room = image.room(root, extra=[], environment={})
    return subprocess.run(
        command, env=dict(room.environment), preexec_fn=entering(room), capture_output=True, text=True, check=False
    )


def test_each_stage_has_what_its_instructions_made_and_no_more(checkout: Path, tmp_path: Path) -> None:
    image = building.build(checkout, tmp_path / "out")
    assert sorted(path.name for path in (image.tree / "app").iterdir()) == ["kept", "made"]
    assert (image.tree / "app" / "made").read_text() == "hello\n"
    assert list((image.tree / "opt" / "venv").iterdir()) == []
    assert image.environment["GREETING"] == "hello world"
    assert (image.user, image.entrypoint, image.command) == (10001, ["/bin/sh", "-c"], ["id -u"])


def test_it_runs_as_the_user_of_the_image_in_its_folder(checkout: Path, tmp_path: Path) -> None:
    image = building.build(checkout, tmp_path / "out")
    done = run_in(image, tmp_path / "out", *image.entrypoint, "id -u; pwd; cat made; touch /tmp/here && echo $GREETING")
    assert done.stdout.splitlines() == ["10001", "/app", "hello", "hello world"]


@pytest.mark.parametrize("path", ["/app/new", "/app/kept", "/opt/venv/new", "/etc/new", "/new", "/usr/new"])
def test_nothing_can_be_written_to(checkout: Path, tmp_path: Path, path: str) -> None:
    image = building.build(checkout, tmp_path / "out")
    done = run_in(image, tmp_path / "out", "/bin/sh", "-c", f"echo >{path}")
    assert done.returncode != 0
    assert "Read-only file system" in done.stderr


def test_a_place_is_writable_where_that_was_asked_for(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "data").mkdir()
    room = Room(
        tmp_path / "root",
        [
            Place(str(path), str(path))
            for path in (Path("/usr"), Path("/bin"), Path("/lib"), Path("/lib64"))
            if path.exists()
        ]
        + [Place(str(tmp_path / "data"), "/data", writable=True)],
    )
    subprocess.run(["/bin/sh", "-c", "echo 1 >/data/one"], env={}, preexec_fn=entering(room), check=True)
    assert (tmp_path / "data" / "one").read_text() == "1\n"


def test_a_step_that_fails_ends_the_build_with_its_words(checkout: Path, tmp_path: Path) -> None:
    (checkout / "Dockerfile").write_text("FROM scratch\nWORKDIR /app\nRUN exit 7\n")
    with pytest.raises(building.StepFailed, match=r"RUN exit 7\nended with exit code 7"):
        building.build(checkout, tmp_path / "out")


def test_a_step_that_writes_outside_of_the_image_fails(checkout: Path, tmp_path: Path) -> None:
    (checkout / "Dockerfile").write_text("FROM scratch\nWORKDIR /app\nRUN touch /usr/new\n")
    with pytest.raises(building.StepFailed):
        building.build(checkout, tmp_path / "out")


def test_what_dockerignore_leaves_out_cannot_be_copied_by_name(checkout: Path, tmp_path: Path) -> None:
    (checkout / "Dockerfile").write_text("FROM scratch\nWORKDIR /app\nCOPY secret ./\n")
    with pytest.raises(building.StepFailed, match="secret"):
        building.build(checkout, tmp_path / "out")


def test_a_place_that_is_not_there_says_so(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    enter = entering(Room(tmp_path / "root", [Place("/no/such/place", "/app")]))
    done = subprocess.run(["/bin/true"], preexec_fn=enter, capture_output=True, text=True, check=False)
    assert done.returncode == NO_ROOM
    assert "No root file system of its own: " in done.stderr
    assert "/app" in done.stderr


def test_sizes_are_those_of_the_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\0" * 100_000)
    assert size.unpacked(tmp_path) == 100_000
    assert 100 < size.packed(tmp_path) < 2_000
