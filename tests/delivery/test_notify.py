"""Who hears of a build that failed, and of one that went well."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from delivery import build, mail, notify, posting
from tests.fakes import receivers
from tests.fakes.receivers import Receiver
from tests.fakes.smtp_server import SmtpServer

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def codebuild(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "CODEBUILD_BUILD_ID": "huntaze-staging-build:b1e6661e",
        "CODEBUILD_BUILD_NUMBER": "42",
        "CODEBUILD_RESOLVED_SOURCE_VERSION": "4f0c1d2e5a6b7c8d9e0f4f0c1d2e5a6b7c8d9e0f",
        "CODEBUILD_BUILD_URL": "https://eu-west-3.console.aws.amazon.com/codebuild/home?region=eu-west-3#/builds/x",
        "ENVIRONMENT": "staging",
    }.items():
        monkeypatch.setenv(name, value)


def mark(checkout: Path, *phases: str) -> None:
    for phase in phases:
        (checkout / ".build" / f"{phase}.done").touch()


@pytest.mark.usefixtures("codebuild", "secrets")
def test_a_failed_build_is_told_to_slack_mail_and_pagerduty(
    checkout: Path, slack: Receiver, pagerduty: Receiver, mailbox: SmtpServer, capsys: pytest.CaptureFixture[str]
) -> None:
    mark(checkout, "install", "pre_build", "post_build")

    assert notify.main(["post_build"]) == 0

    assert slack.taken[0]["text"] == "Build failed: huntaze-staging-build 42 in build"
    event = pagerduty.taken[0]
    assert (event["event_action"], event["dedup_key"]) == ("trigger", "build/staging/huntaze-staging-build")
    assert event["payload"]["custom_details"]["commit"].startswith("4f0c1d2")
    (message,) = mailbox.messages
    assert message["To"] == "one@huntaze.example, two@huntaze.example"
    assert "failed in its phase build" in message.get_content()
    assert [*slack.refusals, *pagerduty.refusals] == []
    assert capsys.readouterr().out.splitlines() == ["build: failed", "Slack: told", "mail: told", "PagerDuty: told"]


@pytest.mark.usefixtures("codebuild", "secrets")
def test_a_build_that_went_well_closes_the_incident_and_tells_nobody_else(
    checkout: Path, slack: Receiver, pagerduty: Receiver, mailbox: SmtpServer
) -> None:
    mark(checkout, *notify.PHASES)

    assert notify.main(["post_build"]) == 0

    assert pagerduty.taken == [
        {
            "routing_key": receivers.ROUTING_KEY,
            "event_action": "resolve",
            "dedup_key": "build/staging/huntaze-staging-build",
        }
    ]
    assert (slack.taken, mailbox.messages) == ([], [])


@pytest.mark.usefixtures("codebuild", "secrets")
def test_a_phase_in_the_middle_that_went_well_says_nothing(
    checkout: Path, slack: Receiver, pagerduty: Receiver
) -> None:
    mark(checkout, "install")
    assert notify.main(["install"]) == 0
    assert (slack.taken, pagerduty.taken) == ([], [])


@pytest.mark.usefixtures("codebuild", "secrets", "checkout")
def test_a_receiver_that_is_away_keeps_no_other_from_hearing_it(
    slack: Receiver, pagerduty: Receiver, mailbox: SmtpServer, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    slack.faults = [403]
    mailbox.refused = {"one@huntaze.example", "two@huntaze.example"}

    assert notify.main(["install"]) == 1

    assert len(pagerduty.taken) == 1
    assert capsys.readouterr().out.splitlines() == [
        "install: failed",
        "Slack: not told (HTTP 403)",
        "mail: not told (SMTPRecipientsRefused)",
        "PagerDuty: told",
    ]


@pytest.mark.usefixtures("codebuild", "checkout")
def test_without_receivers_it_says_so_and_is_content(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SLACK_WEBHOOK_URL", "PAGERDUTY_ROUTING_KEY", "NOTICE_MAIL_SERVER"):
        monkeypatch.delenv(name, raising=False)
    assert notify.main(["install"]) == 0
    assert capsys.readouterr().out.count("not set up") == 3


def test_a_word_that_is_no_phase_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert notify.main(["deploy"]) == 64
    assert "install, pre_build" in capsys.readouterr().err


@pytest.mark.usefixtures("codebuild", "checkout", "secrets")
def test_no_secret_is_printed_whatever_happens(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK_URL", "http://127.0.0.1:9/services/secret-of-slack")
    monkeypatch.setenv("PAGERDUTY_ROUTING_KEY", "secret-of-pagerduty")
    monkeypatch.setenv("NOTICE_MAIL_SERVER", "smtp+ssl://user:secret-of-mail@127.0.0.1:9")
    monkeypatch.setattr("time.sleep", lambda _seconds: None)

    assert notify.main(["install"]) == 1

    told = "".join(capsys.readouterr())
    assert "secret-of" not in told
    assert told.count("not told") == 3


def test_it_speaks_where_no_package_is_installed(
    checkout: Path, secrets: dict[str, str], pagerduty: Receiver, slack: Receiver
) -> None:
    # -S and -I: no site-packages, nothing of the environment's Python path.
    command = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from delivery import notify; sys.exit(notify.main(['install']))"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", command],
        cwd=checkout,
        env=secrets,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(pagerduty.taken) == len(slack.taken) == 1


def test_a_post_is_tried_again_while_the_other_side_is_away(slack: Receiver) -> None:
    slack.faults = [503, 429]
    waited: list[float] = []
    assert posting.post(f"{slack.url}{receivers.HOOK}", {"text": "x"}, sleep=waited.append) == "ok"
    assert waited == [2.0, 4.0]


def test_a_post_that_is_wrong_is_not_tried_again(slack: Receiver) -> None:
    with pytest.raises(posting.Refused, match="HTTP 400"):
        posting.post(f"{slack.url}{receivers.HOOK}", {"no": "text"}, sleep=lambda _seconds: pytest.fail("waited"))


@pytest.mark.parametrize("url", ["http://hooks.example/x", "file:///etc/passwd", "ftp://hooks.example"])
def test_a_secret_goes_over_no_open_line(url: str) -> None:
    with pytest.raises(posting.Refused, match="https"):
        posting.post(url, {})


def test_a_mail_server_that_offers_no_tls_gets_no_mail(mailbox: SmtpServer) -> None:
    with pytest.raises(posting.Refused):
        mail.send(f"smtp+tls://u:p@127.0.0.1:{mailbox.port}", "a@b.example", "c@d.example", build.current({}), "build")
    assert mailbox.messages == []
