"""Every alarm has a page that says what to do, and every page and every alarm of the cloud has an alarm."""

from __future__ import annotations

from pathlib import Path

import pytest
from cfnlint.decode import decode

from huntaze.observability import slos
from huntaze.observability.slos import Alarm, Kind

ROOT = Path(__file__).resolve().parents[3]
RUNBOOKS = ROOT / "docs" / "runbooks"


def in_the_cloud() -> set[str]:
    found = set()
    for path in (ROOT / "infra" / "stacks").glob("*.yaml"):
        template, errors = decode(str(path))
        assert errors == []
        resources = template["Resources"].items()
        found |= {name for name, resource in resources if resource["Type"] == "AWS::CloudWatch::Alarm"}
    return found


def test_alarms_and_runbooks_are_the_same() -> None:
    assert {path.stem for path in RUNBOOKS.glob("*.md")} - {"README"} == {alarm.name for alarm in slos.ALARMS}


def test_alarms_of_the_catalogue_and_of_cloudformation_are_the_same() -> None:
    named = [alarm.cloud for alarm in slos.ALARMS if alarm.cloud]

    assert sorted(named) == sorted(in_the_cloud())


@pytest.mark.parametrize("alarm", slos.ALARMS, ids=lambda alarm: alarm.name)
def test_a_runbook_says_what_to_do(alarm: Alarm) -> None:
    page = (RUNBOOKS / f"{alarm.name}.md").read_text(encoding="utf-8")

    assert page.startswith(f"# {alarm.name}\n")
    headings = [line for line in page.splitlines() if line.startswith("## ")]
    assert headings == ["## How to look", "## What to do", "## How to know that it is over"]
    assert (
        f"[{alarm.name}]({alarm.name}.md) | {alarm.severity} | {alarm.says} |" in (RUNBOOKS / "README.md").read_text()
    )


@pytest.mark.parametrize("alarm", slos.ALARMS, ids=lambda alarm: alarm.name)
def test_an_alarm_has_what_its_kind_needs(alarm: Alarm) -> None:
    assert bool(alarm.windows) is (alarm.kind is not Kind.CLOUD)
    assert bool(alarm.metric) is (alarm.kind is Kind.GAUGE)
    assert alarm.cloud or alarm.kind is not Kind.CLOUD
