"""Reading the Dockerfile, and what a builder gets of the checkout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tools.image import context, recipe

CHECKOUT = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent


def stages_of(text: str, tmp_path: Path) -> list[recipe.Stage]:
    (tmp_path / "Dockerfile").write_text(text)
    return recipe.read(tmp_path / "Dockerfile")


def ignored(rules: str, *paths: str, tmp_path: Path) -> list[str]:
    (tmp_path / ".dockerignore").write_text(rules)
    for path in paths:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    return [path for path in paths if Path(path) not in context.files(tmp_path)]


def test_a_stage_has_its_name_its_parent_and_its_steps(tmp_path: Path) -> None:
    stages = stages_of(
        "FROM python:3 AS base\nENV A=1 \\\n    B=2\n# remark\nFROM base\nRUN one \\\n && two\n", tmp_path
    )
    assert [(stage.name, stage.parent) for stage in stages] == [("base", "python:3"), ("image", "base")]
    assert stages[0].steps == [recipe.Instruction("ENV", "A=1     B=2")]
    assert stages[1].steps[0].value.split() == ["RUN one"[4:], "&&", "two"]


def test_an_instruction_that_the_reader_does_not_follow_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(recipe.NotUnderstood, match="ADD"):
        stages_of("FROM python:3\nADD a b\n", tmp_path)


def test_a_variable_is_replaced_by_what_was_known_before() -> None:
    assert recipe.variables('PATH=/opt:$PATH NAME="a b"', {"PATH": "/bin"}) == {"PATH": "/opt:/bin", "NAME": "a b"}


def test_everything_is_left_out_but_what_is_named(tmp_path: Path) -> None:
    paths = (".env", "app/a.py", "app/deep/b.py", "app/deep/__pycache__/b.pyc", "c.mo", "app/c.mo", "notes.txt")
    assert ignored("*\n!app\n**/__pycache__\n**/*.mo\n", *paths, tmp_path=tmp_path) == [
        ".env", "app/deep/__pycache__/b.pyc", "c.mo", "app/c.mo", "notes.txt",
    ]  # fmt: skip


def test_a_star_stops_at_a_folder(tmp_path: Path) -> None:
    assert ignored("a/*.txt\n", "a/1.txt", "a/b/2.txt", tmp_path=tmp_path) == ["a/1.txt"]


def test_the_builder_gets_no_secret_no_data_and_no_test_and_all_of_the_apps() -> None:
    copied = {str(path) for path in context.files(CHECKOUT)}
    tops = {path.partition("/")[0] for path in copied}
    assert tops == {
        "accounts", "ai_routing", "analytics", "billing", "container", "content", "fans", "huntaze", "templates",
        "tools", "manage.py", "requirements.txt", "requirements-build.txt",
    }  # fmt: skip
    modules = {
        str(path.relative_to(CHECKOUT)) for app in ("huntaze", "content") for path in (CHECKOUT / app).rglob("*.py")
    }
    assert modules
    assert modules <= copied


def test_the_dockerfile_pins_its_base_by_digest_and_ends_as_nobody_of_the_system() -> None:
    stages = recipe.read(CHECKOUT / "Dockerfile")
    named = {stage.name for stage in stages}
    assert [stage.parent.partition(":")[0] for stage in stages] == ["python", "base", "postgres", "packages", "base"]
    assert all("@sha256:" in stage.parent for stage in stages if stage.parent not in named)
    last = {step.name: step.value for step in stages[-1].steps}
    assert int(last["USER"].partition(":")[0]) >= 10_000
    assert recipe.words_of(last["HEALTHCHECK"])[-1] == "container/healthy.py"


def test_the_dockerfile_passes_its_linter() -> None:
    done = subprocess.run([BIN / "hadolint", "Dockerfile"], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_linter_finds_what_is_wrong_with_a_poor_one(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM python:latest\nRUN cd /tmp && sudo true\n")
    done = subprocess.run([BIN / "hadolint", "Dockerfile"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "DL3007" in done.stdout
