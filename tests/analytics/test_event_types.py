"""What is declared of events: values are refused that are not of their kind, and old rows read in the words of today."""

from __future__ import annotations

import math
from typing import Any

import pytest

from accounts.models import Role, Tier
from ai_routing.models.team import Run
from analytics.event_types import EVENT_TYPES, EventType, InvalidEvent, Older, kinds, payments, posts, writing
from analytics.event_types.accounts import ROLES
from content.models import Channel, Content, Origin, Platform, Review

SCORE = EventType(
    "game.scored",
    "Somebody scored.",
    by="tests",
    fields={"points": kinds.whole(most=10), "team": kinds.ID},
    older=(
        Older({"goals": kinds.whole()}, lambda data: {"points": data["goals"]}),
        Older({"points": kinds.whole()}, lambda data: {**data, "team": ""}),
    ),
)


def fields() -> list[tuple[str, kinds.Kind]]:
    versions = [(one, one.fields_of(number)) for one in EVENT_TYPES.values() for number in range(1, one.version + 1)]
    return [(f"{one.name}.{name}", kind) for one, declared in versions for name, kind in declared.items()]


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (kinds.text(), ["", "x" * 255, "é"], ["x" * 256, "a\x00b", 1, None, b"x"]),
        (kinds.text("a", "b"), ["a", "b"], ["c", "", None, ["a"]]),
        (kinds.ID, ["1", "x" * 64], ["x" * 65, 1]),
        (kinds.whole(), [0, 2**63 - 1], [-1, 2**63, 1.0, True, "1", None]),
        (kinds.whole(least=1, most=3), [1, 3], [0, 4]),
        (kinds.SIGNED_MINOR, [-5, 0, 5], [0.5, "5"]),
        (kinds.MINOR.or_none(), [None, 5], [-5, ""]),
        (kinds.FLAG, [True, False], [0, 1, "true", None]),
        (kinds.listing(), [[], ["a"], ["a"] * 50], [["a"] * 51, [1], "a", ("a",)]),
        (kinds.listing("a", "b"), [["b", "a"]], [["c"]]),
        (kinds.USD, ["0", "-1.5", "1250.000001"], ["1e3", "1.0000001", "", 1, "NaN", "1,5"]),
        (kinds.MONEY, ["eur"], ["EUR", "euro", "", None]),
        (kinds.MOMENT, ["2026-11-22T12:00:00+00:00", "2026-11-22T12:00:00Z"], ["2026-11-22T12:00:00", "today", 5]),
        (kinds.VISITOR, [-(2**63), 2**63 - 1], [2**63, "1", None]),
    ],
)
def test_a_kind_takes_what_it_says_and_nothing_else(kind: kinds.Kind, good: list[Any], bad: list[Any]) -> None:
    assert [value for value in good if kind.fault(value)] == []
    assert [value for value in bad if not kind.fault(value)] == []


@pytest.mark.parametrize(("name", "kind"), fields())
def test_the_sample_of_every_field_is_a_good_one_and_no_float_is(name: str, kind: kinds.Kind) -> None:
    assert kind.fault(kind.sample) is None
    assert all(kind.fault(value) for value in (1.5, math.nan, {}, object()))


def test_choices_are_those_of_the_tables() -> None:
    """Analytics knows no app above it, so what their columns may hold is said twice."""
    assert set(ROLES) == set(Role.values)
    assert set(payments.PLANS) == set(Tier.values)
    assert set(writing.ORIGINS) == set(Origin.values)
    assert set(posts.CHANNELS) == set(Channel.values)
    assert {*posts.CHANNELS[1:], "generic"} == set(Platform.values)
    for event, field, values in [
        ("content.created", "type", Content.Type.values),
        ("review.judged", "verdict", Review.Verdict.values),
        ("review.decided", "decision", Review.Decision.values),
        ("team.run_finished", "status", {Run.Status.DONE, Run.Status.FAILED, Run.Status.CANCELLED}),
    ]:
        kind = EVENT_TYPES[event].fields[field]
        assert [value for value in values if kind.fault(value)] == []


def test_an_older_version_is_read_in_the_words_of_the_newest() -> None:
    assert SCORE.version == 3
    assert SCORE.read({"goals": 2}, version=1) == {"points": 2, "team": ""}
    assert SCORE.read({"points": 2}, version=2) == {"points": 2, "team": ""}
    assert SCORE.read({"points": 2, "team": "a"}, version=3) == {"points": 2, "team": "a"}
    SCORE.check({"goals": 200}, version=1)
    with pytest.raises(InvalidEvent, match="points is 200, declared from 0 to 10"):
        SCORE.check({"points": 200, "team": "a"})
    for unknown in (0, 4):
        with pytest.raises(InvalidEvent, match="has no version"):
            SCORE.read({}, version=unknown)


@pytest.mark.parametrize("event", [one for one in EVENT_TYPES.values() if one.older], ids=lambda one: one.name)
def test_what_is_made_of_an_older_row_holds_what_is_declared_today(event: EventType) -> None:
    for version in range(1, event.version):
        old = {name: kind.sample for name, kind in event.fields_of(version).items()}
        event.check(event.read(old, version=version))


def test_names_and_meanings_are_whole() -> None:
    for name, event in EVENT_TYPES.items():
        subject, _, verb = name.partition(".")
        assert subject.replace("_", "").isalpha(), name
        assert verb.replace("_", "").isalpha(), name
        assert len(name) <= 64
        assert event.meaning.endswith("."), name
