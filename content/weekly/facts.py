"""What a week came to, as numbered facts: each a sentence with its figures, in the language of its reader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, Literal, cast

from django.utils import formats, translation
from django.utils.translation import gettext as _

from accounts import currencies
from accounts.models import User
from analytics import board, ranges
from content.weekly.claims import COUNT, PERCENT, Figure

Moved = Literal["up", "down", "same", ""]

COUNTED: Final = (
    "page.viewed",
    "link.clicked",
    "fan.followed",
    "fan.unfollowed",
    "fan.lapsed",
    "publication.published",
    "message.received",
    "message.sent",
)
LOSSES: Final = frozenset({"fan.unfollowed", "fan.lapsed"})


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence that a summary may cite by its number; `figures` are all that it says. `moved` is "" for no comparison."""

    number: int
    text: str
    figures: tuple[Figure, ...]
    moved: Moved = ""
    is_loss: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "text": self.text,
            "figures": [[str(one.value), one.unit, one.decimals] for one in self.figures],
            "moved": self.moved,
            "is_loss": self.is_loss,
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Fact:
        figures = tuple(Figure(Decimal(value), unit, decimals) for value, unit, decimals in stored["figures"])
        return cls(stored["number"], stored["text"], figures, cast(Moved, stored["moved"]), is_loss=stored["is_loss"])


def of_week(user: User, monday: date) -> list[Fact]:
    """Return the facts of a week in the user's language; none of what did not happen in it or in the one before."""
    week = ranges.Range(monday, monday + timedelta(days=6), ranges.zone_of(user))
    found = board.read(user, week)
    with translation.override(user.locale):
        sentences = [*earned(found), *counted(found)]
        return [
            Fact(number, text, figures, moved, is_loss=is_loss)
            for number, (text, figures, moved, is_loss) in enumerate(sentences, start=1)
        ]


Sentence = tuple[str, tuple[Figure, ...], Moved, bool]


def earned(found: board.Board) -> Iterator[Sentence]:
    """Yield what was earned, for each currency by itself."""
    for currency in found.currencies:
        now, before = (found.of_currency("earning.net", currency, before=side) for side in (False, True))
        said = tuple(currencies.written(side.amount, currency) for side in (now, before))
        label = _("Earned after the platforms' fees, in %(currency)s") % {"currency": currency.upper()}
        figures = tuple(
            Figure(currencies.major(side.amount, currency), currency, currencies.places(currency))
            for side in (now, before)
        )
        yield compared(label, said, figures, is_loss=False)
        if now.count:
            yield compared(
                _("Payments in %(currency)s") % {"currency": currency.upper()},
                (number(now.count), number(before.count)),
                (Figure(Decimal(now.count)), Figure(Decimal(before.count))),
                is_loss=False,
            )


def counted(found: board.Board) -> Iterator[Sentence]:
    labels = {
        "page.viewed": _("Views of your page and posts"),
        "link.clicked": _("Clicks on your links"),
        "fan.followed": _("New followers"),
        "fan.unfollowed": _("Fans who stopped following"),
        "fan.lapsed": _("Paid subscriptions that ended"),
        "publication.published": _("Posts published"),
        "message.received": _("Messages from fans"),
        "message.sent": _("Messages to fans"),
    }
    for metric in COUNTED:
        if found.has_any(metric):
            now, before = found.of(metric).count, found.of(metric, before=True).count
            figures = (Figure(Decimal(now), COUNT), Figure(Decimal(before), COUNT))
            yield compared(labels[metric], (number(now), number(before)), figures, is_loss=metric in LOSSES)


def compared(label: str, said: tuple[str, ...], figures: tuple[Figure, ...], *, is_loss: bool) -> Sentence:
    """Return a fact with the week, the week before, and the change in percent where there is something to compare with."""
    now, before = (figure.value for figure in figures)
    moved: Moved = "up" if now > before else "down" if now < before else "same"
    words = {"label": label, "now": said[0], "before": said[1]}
    if before <= 0:
        return _("%(label)s: %(now)s; the week before: %(before)s.") % words, figures, moved, is_loss
    percent = round((now - before) * 100 / before, 1)
    shown = abs(percent).normalize() if percent % 1 else abs(percent).quantize(Decimal(1))
    change = Figure(shown, PERCENT, 1 if percent % 1 else 0)
    words["change"] = formats.number_format(shown, decimal_pos=change.decimals, force_grouping=True)
    form = {
        "up": _("%(label)s: %(now)s; the week before: %(before)s; %(change)s%% more."),
        "down": _("%(label)s: %(now)s; the week before: %(before)s; %(change)s%% less."),
    }.get(moved, _("%(label)s: %(now)s; the week before the same."))
    return form % words, figures if moved == "same" else (*figures, change), moved, is_loss


def number(value: int) -> str:
    return formats.number_format(value, force_grouping=True)
