"""Every field of every table, ours and other people's, is declared: personal and why, or free of personal data."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.apps import apps
from django.db.models import Model

from accounts.models import User
from accounts.privacy import registry
from accounts.privacy.registry import Anonymised, Deleted, Kept, Record

HOW = "declare it in the `privacy` module of its app: docs/privacy.md says how"


def models() -> list[type[Model]]:
    return list(apps.get_models(include_auto_created=True))


def labelled(one: object) -> str:
    return one.label if isinstance(one, Record) else one._meta.label  # type: ignore[attr-defined]


@pytest.mark.parametrize("model", models(), ids=labelled)
def test_every_field_is_declared_once(model: type[Model]) -> None:
    label = model._meta.label
    record = registry.RECORDS.get(label)

    assert (record is None) is (label in registry.FREE), f"{label}: {HOW}"
    if record is None:
        assert registry.FREE[label].why
        assert not points_at_people(model), f"{label} has a key to people: it cannot be free of personal data"
        return
    fields = [field.name for field in model._meta.concrete_fields]
    assert sorted(record.declared) == sorted(fields), f"{label}: {HOW}"


def points_at_people(model: type[Model]) -> bool:
    return any(field.related_model is User for field in model._meta.concrete_fields)


def test_nothing_is_declared_that_is_not_there() -> None:
    labels = {model._meta.label for model in models()}

    assert registry.RECORDS.keys() | registry.FREE.keys() == labels


@pytest.mark.parametrize("record", registry.all(), ids=labelled)
def test_a_record_says_all_that_the_law_asks(record: Record) -> None:
    assert str(record.purpose)
    assert record.basis in registry.Basis.values
    assert str(record.kept)
    assert record.personal
    assert record.person or record.find, "nothing says whose rows they are"
    assert isinstance(record.erased, Deleted | Anonymised | Kept)
    assert set(record.shown) <= set(record.personal)


@pytest.mark.parametrize("record", registry.all(), ids=labelled)
def test_a_field_that_names_another_person_is_a_mention(record: Record) -> None:
    root = record.person.partition("__")[0]
    others = {
        field.name for field in record.model._meta.concrete_fields if field.related_model is User and field.name != root
    }

    assert others <= {mention.field for mention in record.mentions}


@pytest.mark.parametrize("record", registry.all(), ids=labelled)
@pytest.mark.django_db
def test_the_rows_of_a_person_can_be_found(record: Record, alice: User) -> None:
    list(record.rows(alice))


def test_the_walk_finds_a_field_that_is_not_declared_or_declared_twice() -> None:
    # What it compares with is as good as the list of fields that it walks.
    record = registry.RECORDS["content.Voice"]
    fields = sorted(field.name for field in record.model._meta.concrete_fields)

    assert sorted(record.declared) == fields
    assert sorted(replace(record, personal=record.personal[1:]).declared) != fields
    assert sorted(replace(record, free=[*record.free, "name"]).declared) != fields
