"""GitHub's workflows: what their linters cannot know."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent
FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = {path.stem: yaml.safe_load(path.read_text()) for path in FOLDER.glob("*.yml")}


def jobs() -> list[tuple[str, dict[str, Any]]]:
    return [(f"{name}: {job}", content) for name, flow in WORKFLOWS.items() for job, content in flow["jobs"].items()]


def test_no_token_may_do_more_than_read_the_source_and_be_let_in_by_aws() -> None:
    assert all(flow["permissions"] == {} for flow in WORKFLOWS.values())
    for name, job in jobs():
        assert job["permissions"].items() <= {"contents": "read", "id-token": "write"}.items(), name
        assert ("id-token" in job["permissions"]) == ("release" in name or "uses" in job), name


def test_every_action_is_pinned_to_a_commit_whose_version_stands_beside_it() -> None:
    used = [line for path in FOLDER.glob("*.yml") for line in re.findall(r"uses: ([^.\s].*)", path.read_text())]
    assert used
    assert not [line for line in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)]
    # One version of each.
    assert len(set(used)) == len({line.partition("@")[0] for line in used})


def test_production_waits_for_staging_and_both_for_the_tests_and_the_scan() -> None:
    ci = WORKFLOWS["ci"]["jobs"]
    assert set(ci["staging"]["needs"]) == {"test", "image"}
    assert ci["production"]["needs"] == ["staging"]
    assert "github.event_name == 'push'" in ci["staging"]["if"]
    assert {ci[name]["with"]["environment"] for name in ("staging", "production")} == {"staging", "production"}
    assert WORKFLOWS["deploy"]["jobs"]["release"]["environment"] == "${{ inputs.environment }}"


def test_every_job_that_runs_steps_has_a_time_limit_and_keeps_no_credentials() -> None:
    for name, job in jobs():
        if "steps" in job:
            assert job["timeout-minutes"] <= 90, name
            checkouts = [step for step in job["steps"] if "actions/checkout" in step.get("uses", "")]
            assert [step["with"]["persist-credentials"] for step in checkouts] == [False], name


def test_dependabot_looks_after_packages_actions_and_images() -> None:
    updates = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text())["updates"]
    assert {update["package-ecosystem"] for update in updates} >= {"pip", "github-actions", "docker"}


@pytest.mark.parametrize(
    ("broken", "found"),
    [
        ("runs-on: ubuntu-24.04", "runs-onn: ubuntu-24.04"),
        ("needs: [test, image]", "needs: [test, nothing]"),
        ("${{ github.sha }}", "${{ githb.sha }}"),
    ],
)
def test_actionlint_finds_what_is_broken(tmp_path: Path, broken: str, found: str) -> None:
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    for path in FOLDER.glob("*.yml"):
        (tmp_path / ".github" / "workflows" / path.name).write_text(path.read_text().replace(broken, found))
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    done = subprocess.run(
        [BIN / "actionlint", "-shellcheck=", "-pyflakes="], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stdout
    assert done.stdout


@pytest.mark.parametrize(
    ("sound", "open_to_attack", "audit"),
    [
        (r"checkout@[0-9a-f]{40}", "checkout@v7", "unpinned-uses"),
        (r"^permissions: \{\}", "permissions: write-all", "excessive-permissions"),
        (r"run: make types", "run: echo ${{ github.head_ref }}", "template-injection"),
    ],
)
def test_zizmor_finds_what_can_be_attacked(tmp_path: Path, sound: str, open_to_attack: str, audit: str) -> None:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    for path in FOLDER.glob("*.yml"):
        (folder / path.name).write_text(re.sub(sound, open_to_attack, path.read_text(), flags=re.MULTILINE))
    command = [
        str(BIN / "zizmor"),
        "--offline",
        "--quiet",
        "--persona",
        "pedantic",
        "--min-severity",
        "medium",
        str(tmp_path),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert audit in done.stdout
