"""Secrets that are fetched, artifacts that are kept, deployments that are begun: against Amazon's own models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from django.conf import settings

from delivery import artifacts, build, deployment, secrets, wallet
from tests.fakes import receivers

pytestmark = pytest.mark.usefixtures("aws_keys")
SECRET = {"SLACK_WEBHOOK_URL": "https://hooks.example/secret", "UNKNOWN": "not ours", "NOTICE_MAIL_TO": "a@b.example"}


def of_secrets_manager(value: dict[str, Any] | str, monkeypatch: pytest.MonkeyPatch) -> receivers.Receiver:
    server = receivers.aws("secretsmanager", {"GetSecretValue": value})
    monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", server.url)
    monkeypatch.setenv("NOTICES_SECRET", "huntaze/staging/notices")
    return server


@pytest.mark.usefixtures("checkout")
def test_secrets_are_kept_for_this_user_alone_and_only_their_names_are_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with of_secrets_manager({"Name": "notices", "SecretString": json.dumps(SECRET)}, monkeypatch) as server:
        assert secrets.main() == 0

    assert server.taken == [{"SecretId": "huntaze/staging/notices"}]
    assert wallet.opened({}) == {name: SECRET[name] for name in ("SLACK_WEBHOOK_URL", "NOTICE_MAIL_TO")}
    assert Path(".build/secrets.json").stat().st_mode & 0o777 == 0o600
    told = capsys.readouterr().out
    assert "SLACK_WEBHOOK_URL: there" in told
    assert "PAGERDUTY_ROUTING_KEY: not set" in told
    assert "hooks.example" not in told


@pytest.mark.usefixtures("checkout")
def test_parameter_store_is_read_to_its_last_page_and_secrets_manager_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [
        {"Parameters": [{"Name": "/x/NOTICE_MAIL_TO", "Value": "old@b.example"}], "NextToken": "more"},
        {"Parameters": [{"Name": "/x/NOTICE_MAIL_FROM", "Value": "builds@b.example"}]},
    ]
    monkeypatch.setenv("NOTICES_PARAMETERS", "/x")
    answers: dict[str, Any] = {"GetParametersByPath": pages[0]}
    with (
        of_secrets_manager({"SecretString": json.dumps(SECRET)}, monkeypatch),
        receivers.aws("ssm", Turning(answers, "GetParametersByPath", pages)) as server,
    ):
        monkeypatch.setenv("AWS_ENDPOINT_URL_SSM", server.url)
        assert secrets.main() == 0

    assert [call.get("NextToken") for call in server.taken] == [None, "more"]
    assert all(call["WithDecryption"] for call in server.taken)
    assert wallet.opened({})["NOTICE_MAIL_TO"] == "a@b.example"
    assert wallet.opened({})["NOTICE_MAIL_FROM"] == "builds@b.example"


@pytest.mark.usefixtures("checkout")
def test_a_secret_that_nobody_has_filled_stops_no_build(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with of_secrets_manager("ResourceNotFoundException", monkeypatch):
        assert secrets.main() == 0
    assert "no value yet" in capsys.readouterr().out


@pytest.mark.usefixtures("checkout")
def test_a_secret_that_may_not_be_read_ends_the_phase(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with of_secrets_manager("AccessDeniedException", monkeypatch):
        assert secrets.main() == 1
    assert "AccessDeniedException" in capsys.readouterr().err


@pytest.mark.usefixtures("checkout")
def test_a_secret_of_another_form_is_named_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with of_secrets_manager({"SecretString": "hunter2 {"}, monkeypatch):
        assert secrets.main() == 1
    told = "".join(capsys.readouterr())
    assert "huntaze/staging/notices is no JSON object" in told
    assert "hunter2" not in told


def test_a_variable_wins_over_what_was_fetched(tmp_path: Path) -> None:
    wallet.keep({"NOTICE_MAIL_TO": "file@b.example"}, tmp_path)
    assert wallet.opened({"NOTICE_MAIL_TO": "variable@b.example"}, tmp_path) == {"NOTICE_MAIL_TO": "variable@b.example"}


def test_reports_are_kept_in_the_bucket_under_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "coverage.xml").write_text("<coverage/>")
    (tmp_path / "deep" / "log").write_text("log")
    monkeypatch.setenv("CODEBUILD_BUILD_ID", "huntaze-build:x")
    monkeypatch.setenv("CODEBUILD_BUILD_NUMBER", "7")
    client = boto3.client(
        "s3",
        endpoint_url=settings.AWS_S3_ENDPOINT_URL,
        region_name=settings.AWS_S3_REGION_NAME,
        aws_access_key_id=settings.AWS_S3_ACCESS_KEY_ID,
        aws_secret_access_key=settings.AWS_S3_SECRET_ACCESS_KEY,
        config=Config(s3={"addressing_style": "path"}),
    )

    keys = artifacts.upload(client, settings.AWS_STORAGE_BUCKET_NAME, tmp_path)

    assert keys == ["builds/huntaze-build/7/coverage.xml", "builds/huntaze-build/7/deep/log"]
    kept = client.get_object(Bucket=settings.AWS_STORAGE_BUCKET_NAME, Key=keys[0])
    assert (kept["Body"].read(), kept["ContentType"]) == (b"<coverage/>", "application/xml")


def test_without_a_bucket_nothing_is_kept_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ARTIFACT_BUCKET", raising=False)
    assert artifacts.main([str(tmp_path)]) == 0
    assert "nothing is kept" in capsys.readouterr().out


def one(**variables: str) -> build.Build:
    commit = "4f0c1d2e5a6b7c8d9e0f4f0c1d2e5a6b7c8d9e0f"
    return build.current({"CODEBUILD_RESOLVED_SOURCE_VERSION": commit, "CODEBUILD_BUILD_NUMBER": "7", **variables})


def test_a_build_that_no_pipeline_started_starts_one_with_its_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    with receivers.aws("codepipeline", {"StartPipelineExecution": {"pipelineExecutionId": "12345678"}}) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_CODEPIPELINE", server.url)
        assert "12345678" in deployment.start(one(), "huntaze-staging")
    assert server.taken[0]["name"] == "huntaze-staging"
    assert server.taken[0]["sourceRevisions"][0]["revisionValue"] == one().commit
    assert server.taken[0]["clientRequestToken"] == f"7-{one().commit}"


def test_a_pipeline_that_started_the_build_goes_on_by_itself() -> None:
    begun = deployment.start(one(CODEBUILD_INITIATOR="codepipeline/huntaze-production"), "huntaze-production")
    assert begun == "The pipeline huntaze-production goes on with 4f0c1d2e5a6b."


def test_without_a_pipeline_nothing_is_deployed() -> None:
    assert "nothing is deployed" in deployment.start(one(CODEBUILD_INITIATOR="somebody"), "")


def test_a_pipeline_that_is_not_there_fails_the_phase(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with receivers.aws("codepipeline", {"StartPipelineExecution": "PipelineNotFoundException"}) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_CODEPIPELINE", server.url)
        monkeypatch.setenv("DEPLOY_PIPELINE", "none")
        with pytest.raises(ClientError):
            deployment.start(one(), "none")
        assert deployment.main() == 1
    assert "PipelineNotFoundException" in capsys.readouterr().err


class Turning(dict[str, Any]):
    """Answers of which one changes with each call."""

    def __init__(self, answers: dict[str, Any], operation: str, pages: list[Any]) -> None:
        super().__init__(answers)
        self.operation, self.pages = operation, list(pages)

    def __getitem__(self, operation: str) -> Any:
        return self.pages.pop(0) if operation == self.operation else super().__getitem__(operation)
