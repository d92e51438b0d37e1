""".ci/image: one image for a commit, built once."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parent.parent.parent / ".ci" / "image"
REPOSITORY = "123456789012.dkr.ecr.eu-west-3.amazonaws.com/huntaze"


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A docker and an aws that write down what they were told; ECR has what is in the file `there`."""
    (tmp_path / "docker").write_text(
        '#!/bin/sh\necho "docker $*" >>"$CALLS"\n[ "$1" = login ] && cat >>"$CALLS"\nexit 0\n'
    )
    (tmp_path / "aws").write_text(
        '#!/bin/sh\necho "aws $*" >>"$CALLS"\n'
        '[ "$2" = get-login-password ] && echo a-password && exit 0\n[ -e "$(dirname "$0")/there" ]\n'
    )
    for name in ("docker", "aws"):
        (tmp_path / name).chmod(0o755)
    return tmp_path


def calls(programs: Path, **variables: str) -> list[str]:
    log = programs / "calls"
    log.write_text("")
    environment = {"PATH": f"{programs}:{os.environ['PATH']}", "CALLS": str(log), **variables}
    done = subprocess.run([SCRIPT], env=environment, capture_output=True, text=True, check=False)
    assert "a-password" not in done.stdout + done.stderr
    return [*log.read_text().splitlines(), f"exit {done.returncode}"]


def test_it_is_built_under_its_commit_and_pushed_and_the_password_is_no_word(programs: Path) -> None:
    looked, *logged_in, built, pushed, ended = calls(programs, IMAGE_REPOSITORY=REPOSITORY, IMAGE_TAG="4f0c1d2")
    # The two sides of a pipe run at once.
    assert sorted(logged_in) == [
        "a-password",
        "aws ecr get-login-password",
        "docker login --username AWS --password-stdin 123456789012.dkr.ecr.eu-west-3.amazonaws.com",
    ]
    assert [looked, built, pushed, ended] == [
        "aws ecr describe-images --repository-name huntaze --image-ids imageTag=4f0c1d2",
        f"docker build --pull --build-arg REVISION=4f0c1d2 --tag {REPOSITORY}:4f0c1d2 .",
        f"docker push {REPOSITORY}:4f0c1d2",
        "exit 0",
    ]


def test_an_image_that_is_there_is_not_built_again(programs: Path) -> None:
    (programs / "there").touch()
    assert calls(programs, IMAGE_REPOSITORY=REPOSITORY, IMAGE_TAG="4f0c1d2")[1:] == ["exit 0"]


def test_without_a_repository_there_is_nothing_to_do(programs: Path) -> None:
    assert calls(programs) == ["exit 0"]


def test_an_image_without_a_name_is_not_built(programs: Path) -> None:
    assert calls(programs, IMAGE_REPOSITORY=REPOSITORY) == ["exit 1"]


def test_a_build_that_fails_pushes_nothing(programs: Path) -> None:
    (programs / "docker").write_text(
        '#!/bin/sh\necho "docker $1" >>"$CALLS"\n[ "$1" = login ] && cat >/dev/null\n[ "$1" != build ]\n'
    )
    assert calls(programs, IMAGE_REPOSITORY=REPOSITORY, IMAGE_TAG="4f0c1d2")[-2:] == ["docker build", "exit 1"]
