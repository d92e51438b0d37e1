"""The commands of buildspec.yml itself, in their order, on this machine.

`TESTS` is the one thing that is replaced, by the variable that the buildspec has for it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from botocore.config import Config
from django.conf import settings

from devstack import parts
from tests.delivery import codebuild
from tests.fakes import receivers
from tests.fakes.receivers import Receiver
from tests.fakes.smtp_server import SmtpServer

ROOT = Path(__file__).resolve().parent.parent.parent
BUILDSPEC = ROOT / "buildspec.yml"
SPEC = yaml.safe_load(BUILDSPEC.read_text())
INHERITED = ("PATH", "HOME", "PIP_", "UV_", "SSL_", "XDG_", "LANG", "TMPDIR")


@pytest.fixture
def secret(secrets: dict[str, str]) -> Iterator[Receiver]:
    """Secrets Manager, which knows where all receivers are."""
    with receivers.aws("secretsmanager", {"GetSecretValue": {"SecretString": json.dumps(secrets)}}) as server:
        yield server


@pytest.fixture
def variables(secret: Receiver, tmp_path: Path) -> dict[str, str]:
    """What the project in infra/stacks/pipeline.yaml gives its builds, without an image's repository."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(INHERITED)}
    return {
        **kept,
        "CODEBUILD_BUILD_ID": "huntaze-trial:1",
        "CODEBUILD_BUILD_NUMBER": "1",
        "CODEBUILD_INITIATOR": "codepipeline/huntaze-trial",
        "CODEBUILD_RESOLVED_SOURCE_VERSION": "4f0c1d2e5a6b7c8d9e0f4f0c1d2e5a6b7c8d9e0f",
        "ENVIRONMENT": "trial",
        "NOTICES_SECRET": "notices",
        "ARTIFACT_BUCKET": settings.AWS_STORAGE_BUCKET_NAME,
        "AWS_ENDPOINT_URL_SECRETS_MANAGER": secret.url,
        "AWS_ENDPOINT_URL_S3": str(settings.AWS_S3_ENDPOINT_URL),
        "AWS_DEFAULT_REGION": str(settings.AWS_S3_REGION_NAME),
        "AWS_ACCESS_KEY_ID": settings.AWS_S3_ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": settings.AWS_S3_SECRET_ACCESS_KEY,
        "HUNTAZE_DEVSTACK_FOLDER": str(tmp_path / "state"),
        "MYPY_CACHE_DIR": str(ROOT / ".mypy_cache"),
    }


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Path]:
    """A copy of the checkout, so that a build beside other tests touches nothing of theirs. It has no packages yet."""
    folder = tmp_path / "checkout"
    # Without Git's folder, as CodePipeline hands a commit over; and without what is made on the spot.
    kept = {".ci", ".github", ".dockerignore", ".env.example"}
    made = shutil.ignore_patterns("__pycache__", "*.mo", "screenshots", "staticfiles", "app.css")
    shutil.copytree(
        ROOT,
        folder,
        ignore=lambda where, names: {*made(where, names), *(n for n in names if n.startswith(".") and n not in kept)},
    )
    yield folder
    environment = {**os.environ, "HUNTAZE_DEVSTACK_FOLDER": str(tmp_path / "state")}
    subprocess.run(["make", "stop"], cwd=folder, env=environment, capture_output=True, check=False)


def kept(key: str) -> bytes:
    client = boto3.client(
        "s3",
        endpoint_url=settings.AWS_S3_ENDPOINT_URL,
        region_name=settings.AWS_S3_REGION_NAME,
        aws_access_key_id=settings.AWS_S3_ACCESS_KEY_ID,
        aws_secret_access_key=settings.AWS_S3_SECRET_ACCESS_KEY,
        config=Config(s3={"addressing_style": "path"}),
    )
    return bytes(client.get_object(Bucket=settings.AWS_STORAGE_BUCKET_NAME, Key=key)["Body"].read())


@pytest.mark.processes
@pytest.mark.timeout(1200)
def test_all_phases_run_in_order_and_a_good_build_goes_to_the_pipeline(
    checkout: Path, variables: dict[str, str], slack: Receiver, pagerduty: Receiver, secrets: dict[str, str]
) -> None:
    variables["TESTS"] = "cp README.md .build/reports/tests.xml"

    outcome = codebuild.run(BUILDSPEC, checkout, variables, timeout=900)

    assert outcome.failed == [], outcome.output[-6000:]
    assert [name for name, _, _ in outcome.commands] == [
        name
        for name in codebuild.PHASES
        for _ in (*SPEC["phases"][name]["commands"], *SPEC["phases"][name].get("finally", []))
    ]
    for line in (
        "SLACK_WEBHOOK_URL: there",
        "postgres             started",
        "Applying accounts.0001_initial",
        "Success: no issues found",
        "The pipeline huntaze-trial goes on with 4f0c1d2e5a6b.",
        "PagerDuty: told",
    ):
        assert line in outcome.output, f"{line!r} is not in\n{outcome.output[-6000:]}"
    assert kept("builds/huntaze-trial/1/tests.xml") == (ROOT / "README.md").read_bytes()
    assert [event["event_action"] for event in pagerduty.taken] == ["resolve"]
    assert slack.taken == []
    assert not [name for name, value in secrets.items() if "URL" not in name and value in outcome.output]
    assert secrets["SLACK_WEBHOOK_URL"] not in outcome.output
    assert not (checkout / ".build" / "secrets.json").exists()
    assert not list((checkout.parent / "state" / "run").glob("*.pid.json"))


def lend_packages(checkout: Path) -> None:
    """Give the copy this checkout's packages: for builds that do not install them, which would make them anew."""
    (checkout / ".venv").symlink_to(ROOT / ".venv")


def short(tmp_path: Path, **commands: list[str]) -> Path:
    """Return the buildspec with other commands in some phases; what it does in the end of a phase stays its own."""
    spec: dict[str, Any] = yaml.safe_load(BUILDSPEC.read_text())
    for phase in codebuild.PHASES:
        if phase in commands:
            spec["phases"][phase]["commands"] = commands[phase]
    (tmp_path / "short.yml").write_text(yaml.safe_dump(spec))
    return tmp_path / "short.yml"


WELL = {phase: ["mkdir -p .build/reports", f"touch .build/{phase}.done"] for phase in codebuild.PHASES}
FETCH = [".venv/bin/python -m delivery.secrets", "touch .build/pre_build.done"]


def test_a_failed_build_is_cleaned_up_its_reports_are_kept_and_everybody_hears_of_it(
    checkout: Path, variables: dict[str, str], tmp_path: Path, slack: Receiver, pagerduty: Receiver, mailbox: SmtpServer
) -> None:
    lend_packages(checkout)
    failing = {
        **WELL,
        "pre_build": FETCH,
        "build": ["echo seen >.build/reports/log", "false", "touch .build/build.done"],
    }
    del failing["post_build"]

    outcome = codebuild.run(short(tmp_path, **failing), checkout, variables)

    assert outcome.failed == ["build"], outcome.output[-4000:]
    assert kept("builds/huntaze-trial/1/log") == b"seen\n"
    assert "goes on with" not in outcome.output
    assert (len(slack.taken), len(mailbox.messages), pagerduty.taken[0]["event_action"]) == (1, 1, "trigger")
    assert slack.taken[0]["text"].endswith("in build")
    assert not (checkout / ".build" / "secrets.json").exists()


@pytest.mark.parametrize("phase", ["install", "pre_build"])
def test_a_build_that_ends_early_tells_by_itself(
    checkout: Path, variables: dict[str, str], tmp_path: Path, phase: str, slack: Receiver, secrets: dict[str, str]
) -> None:
    # Nothing has fetched secrets so early, unless the project gives them.
    variables |= secrets

    outcome = codebuild.run(short(tmp_path, **{**WELL, phase: ["rm -rf .build", "false"]}), checkout, variables)

    assert outcome.failed == [phase]
    assert outcome.commands[-1][1] == f"python3 -m delivery.notify {phase}"
    assert [taken["text"] for taken in slack.taken] == ["Build failed: huntaze-trial 1 in install"]


def test_every_phase_of_the_drawing_is_there_and_leaves_its_mark_last() -> None:
    assert tuple(SPEC["phases"]) == codebuild.PHASES
    for name, phase in SPEC["phases"].items():
        assert phase["commands"][-1] == f"touch .build/{name}.done"
    for name in ("install", "pre_build", "post_build"):
        assert SPEC["phases"][name]["finally"][0] == f"python3 -m delivery.notify {name}"


def test_it_calls_the_targets_that_people_call() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)) | {"venv"}
    called = set(re.findall(r"make ([a-z-]+)", BUILDSPEC.read_text()))
    assert {"services", "migrate", "types", "lint", "coverage", "stop"} <= called <= targets


def test_its_services_are_all_that_stand_for_somebody_elses_server() -> None:
    standing = {entry.name for entry in parts.TABLE if entry.replaced_by}
    assert set(parts.services()) == standing
    assert {"postgres", "valkey", "model", "s3", "mail"} <= standing
