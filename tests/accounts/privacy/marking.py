"""How rows of every table that holds something about people are made: each text in them is marked."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, JSONField, Model, TextField

from accounts.models import User
from accounts.privacy import registry
from accounts.privacy.registry import Anonymised, Kept

# The bucket is shared with other test processes.
TOKEN: Final = f"zqx{os.getpid():x}"
NOW: Final = datetime(2026, 11, 20, 12, tzinfo=UTC)

# Texts of the machine, of which only some are valid.
CODES: Final = {
    "error_code",
    "language",
    "media_type",
    "prefix",
    "task_type",
    "platform",
    "workflow",
    "agent",
    "handle",
}

Seed = Callable[["Seeds"], Model]


class Seeds:
    """Makes one row for each table, and remembers it for those that need another."""

    def __init__(self, user: User, made: dict[type[Model], Seed]) -> None:
        self.user = user
        self.made = made
        self.rows: dict[type[Model], Model] = {User: user}
        self.expected: list[tuple[str, str, str]] = []

    def of(self, model: type[Model]) -> Any:
        if model not in self.rows:
            self.rows[model] = self.made[model](self)
        return self.rows[model]

    def marked(self, model: type[Model], **values: Any) -> Any:
        """Store a row with a mark in each text that is declared personal and is not given."""
        found = {name: value for name, value in marks(model).items() if name not in values}
        self.expected += [(model._meta.label, name, mark(model, name)) for name in found]
        times = {"created_at": NOW} if has_time(model) else {}
        return model._base_manager.create(**times | found | values)


def has_time(model: type[Model]) -> bool:
    return "created_at" in {field.name for field in model._meta.concrete_fields}


def mark(model: type[Model], name: str) -> str:
    """Return what stands in a field: no other field has it."""
    return f"{TOKEN}-{model._meta.model_name}-{name}".replace("_", "")


def marks(model: type[Model]) -> dict[str, Any]:
    record = registry.RECORDS[model._meta.label]
    if isinstance(record.erased, Anonymised | Kept):
        # What stays is forms of the machine, and never words: the tests of the whole way see to that.
        return {}
    found: dict[str, Any] = {}
    for name in record.personal:
        field = model._meta.get_field(name)
        if getattr(field, "choices", None) or name in CODES:
            continue
        if isinstance(field, JSONField):
            found[name] = {"words": mark(model, name)}
        elif isinstance(field, ArrayField) and fits(field.base_field, mark(model, name)):
            found[name] = [mark(model, name)]
        elif isinstance(field, CharField | TextField) and fits(field, mark(model, name)):
            found[name] = mark(model, name)
    return found


def fits(field: Any, text: str) -> bool:
    return (field.max_length or len(text)) >= len(text)
