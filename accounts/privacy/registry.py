"""The register of everything that is held about people. Each app fills it at start-up; nothing here knows an app."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from django.apps import apps
from django.db.models import Model, QuerySet, TextChoices
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from accounts.models import User

    Words = str | _StrPromise
    Beat = Callable[[], None]


class Basis(TextChoices):
    """Why the law allows it (GDPR, article 6)."""

    CONTRACT = "contract", _("The contract with you")
    DUTY = "duty", _("A duty of the law")
    CONSENT = "consent", _("Your consent")
    INTEREST = "interest", _("A legitimate interest")


class Turn(IntEnum):
    """When a table is erased: what others rest on goes last."""

    FIRST = 0
    USUAL = 1
    LOG = 2
    LAST = 3


WITH_ACCOUNT: Final = _("As long as the account")
WITH_ITS_CONTENT: Final = _("As long as what it belongs to")


@dataclass(frozen=True, slots=True)
class Deleted:
    """The rows are deleted. `before` takes away what lies elsewhere; it gets the rows, and may be called twice for them."""

    before: Callable[[Sequence[Any]], None] | None = None


@dataclass(frozen=True, slots=True)
class Anonymised:
    """The rows stay, and name nobody. `run` makes so many of a person's rows anonymous, and returns how many it did."""

    run: Callable[[User, int], int]
    what: Words


@dataclass(frozen=True, slots=True)
class Kept:
    """The rows stay as they are, because the law asks for them."""

    why: Words


@dataclass(frozen=True, slots=True)
class Mention:
    """A field that can name somebody else than the person whom the row belongs to, such as the operator who decided.

    `rows` finds those that name a person; `clear` makes so many of them name them no more, and returns how many.
    """

    field: str
    rows: Callable[[User], QuerySet[Any]]
    clear: Callable[[User, int], int]


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that belongs to a row. `copy` writes its bytes, and calls the second argument at least every mebibyte."""

    name: str
    copy: Callable[[BinaryIO, Beat], None]


@dataclass(frozen=True, slots=True)
class Record:
    """What a table holds about people.

    `person` is the lookup that leads from a row to the account, such as "user" or "voice__user"; where none does, `find`
    returns the rows. Each field stands in `personal` or in `free`. A personal field is exported as it is, unless `shown`
    says how, and erased as `erased` says for the whole row.
    """

    model: type[Model]
    person: str
    purpose: Words
    basis: Basis
    kept: Words
    personal: Sequence[str]
    free: Sequence[str] = ()
    erased: Deleted | Anonymised | Kept = field(default_factory=Deleted)
    shown: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    files: Callable[[Any], Iterable[Attached]] | None = None
    mentions: Sequence[Mention] = ()
    find: Callable[[User], QuerySet[Any]] | None = None
    # What its rows are called, where the model itself has no words for people.
    title: Words = ""
    turn: Turn = Turn.USUAL

    @property
    def label(self) -> str:
        return self.model._meta.label

    @property
    def name(self) -> str:
        return capfirst(str(self.title or self.model._meta.verbose_name_plural))

    @property
    def app(self) -> str:
        return self.model._meta.app_label

    @property
    def declared(self) -> list[str]:
        """The fields that this speaks of, each as often as it does."""
        root = self.person.partition("__")[0]
        link = [root] if root in {one.name for one in self.model._meta.concrete_fields} else []
        return [*link, *self.personal, *self.free, *(mention.field for mention in self.mentions)]

    def rows(self, user: User) -> QuerySet[Any]:
        """Return what is held about a person, in no order."""
        if self.find:
            return self.find(user)
        return self.model._base_manager.filter(**{self.person: user.pk})


@dataclass(frozen=True, slots=True)
class Free:
    """That a table holds nothing about people, and why."""

    model: type[Model]
    why: str


RECORDS: Final[dict[str, Record]] = {}
FREE: Final[dict[str, Free]] = {}


def register(*records: Record) -> None:
    """Declare what tables hold about people; called from an app's `ready`, where it may be called again.

    Within an app, rows are erased in this order: what points at others comes before them.
    """
    RECORDS.update({record.label: record for record in records})


def free(model: type[Model], why: str) -> None:
    """Declare that a table holds nothing about people."""
    FREE[model._meta.label] = Free(model, why)


def all() -> list[Record]:
    """Return every record, by app, those to the left of the arrow first."""
    place = {config.label: number for number, config in enumerate(apps.get_app_configs())}
    return sorted(RECORDS.values(), key=lambda record: place[record.app])


def in_turn() -> list[Record]:
    """Return every record in the order in which an account is erased."""
    return sorted(all(), key=lambda record: record.turn)


def withheld(why: Words) -> Callable[[Any], str]:
    """Return what shows a value that must not leave the house: why it does not, in place of it."""
    return lambda _row: f"[{why}]"
