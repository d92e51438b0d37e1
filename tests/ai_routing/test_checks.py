"""The system checks on the configured models, at the days around a retirement."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import checks as django_checks

from ai_routing import checks
from ai_routing.catalogue import RETIREMENTS, Deployment, Provider

LARGE = Deployment(Provider.OPENAI, "gpt-4o")
RETIRES_ON = RETIREMENTS[LARGE.provider, LARGE.model].on


def found() -> list[django_checks.CheckMessage]:
    """Return what `manage.py check` says of the models."""
    messages = django_checks.run_checks(tags=[django_checks.Tags.compatibility])
    return [message for message in messages if str(message.id).startswith("ai_routing.")]


@pytest.mark.parametrize(
    ("days_left", "says"),
    [
        (400, None),
        (61, None),
        (60, "openai:gpt-4o retires on 14 January 2027."),
        (1, "openai:gpt-4o retires on 14 January 2027."),
        (0, "openai:gpt-4o retired on 14 January 2027."),
        (-1, "openai:gpt-4o retired on 14 January 2027."),
        (-400, "openai:gpt-4o retired on 14 January 2027."),
    ],
)
def test_a_model_is_warned_of_from_60_days_before_it_retires(days_left: int, says: str | None) -> None:
    messages = list(checks.retirements([LARGE], today=RETIRES_ON - timedelta(days=days_left)))

    if says is None:
        assert messages == []
        return
    [warning] = messages
    assert isinstance(warning, django_checks.Warning)
    assert (warning.id, warning.msg) == ("ai_routing.W001", says)
    assert warning.hint is not None
    assert "the replacement is gpt-6-luna" in warning.hint
    assert "HUNTAZE_PREMIUM_MODELS" in warning.hint


@pytest.mark.usefixtures("provider")
@pytest.mark.parametrize(("day", "warnings"), [(14, 0), (15, 1)])
def test_manage_py_check_asks_the_calendar_and_the_settings(day: int, warnings: int, settings: Any) -> None:
    settings.AI_ECONOMY_MODELS = ["openai:gpt-6-luna"]
    settings.AI_PREMIUM_MODELS = ["openai:gpt-4o", "azure:gpt-4o"]

    with time_machine.travel(datetime(2026, 11, day, 12, tzinfo=UTC), tick=False):
        messages = found()

    assert [message.msg for message in messages] == ["openai:gpt-4o retires on 14 January 2027."] * warnings


def test_each_provider_has_its_own_day() -> None:
    azure = Deployment(Provider.AZURE, "gpt-4o")

    [warning] = checks.retirements([LARGE, azure], today=RETIRES_ON)

    assert warning.msg.startswith("openai:gpt-4o ")


def test_a_model_that_nobody_retires_is_not_warned_of() -> None:
    deployments = [Deployment(Provider.LOCAL, "gpt-4o"), Deployment(Provider.OPENAI, "gpt-6-luna")]

    assert list(checks.retirements(deployments, today=RETIRES_ON)) == []


def test_a_deployment_that_cannot_be_read_is_an_error_that_says_how_to_write_it(settings: Any) -> None:
    settings.AI_PREMIUM_MODELS = ["gpt-4o"]

    [error] = found()

    assert isinstance(error, django_checks.Error)
    assert error.id == "ai_routing.E001"
    assert "'gpt-4o' is no deployment: write provider:model" in error.msg


@pytest.mark.usefixtures("provider")
def test_a_provider_whose_variables_are_missing_is_an_error_that_names_them(settings: Any) -> None:
    settings.AI_ECONOMY_MODELS = ["azure:gpt-6-luna", "openai:gpt-6-luna"]
    settings.AI_PREMIUM_MODELS = ["openai:gpt-6.1-sol"]
    assert found() == []

    settings.AZURE_OPENAI_API_KEY = ""
    [error] = found()

    assert isinstance(error, django_checks.Error)
    assert error.id == "ai_routing.E002"
    assert error.msg == (
        "azure:gpt-6-luna cannot be reached: Set AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY to use azure: models."
    )
