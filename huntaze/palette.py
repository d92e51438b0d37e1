"""The command palette's answers: pages to go to, things to do, and what the creator's own rows hold."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import finding
from accounts.access import CreatorRequest, creator_required
from huntaze.context import Frame

MOST_LETTERS: Final = 100


@dataclass(frozen=True, slots=True)
class Option:
    """A line of the palette: a link, or with `presses` the id of a button of the frame that it stands for."""

    label: str
    icon: str
    url: str = ""
    presses: str = ""
    keys: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    options: list[Option]


@creator_required
@require_safe
def find(request: CreatorRequest) -> HttpResponse:
    """Answer with the lines for what was typed so far."""
    words = request.GET.get("q", "")[:MOST_LETTERS]
    frame = Frame(request)
    groups = [Group(_("Go to"), matching(pages(frame), words)), Group(_("Do"), matching(actions(frame), words))]
    groups += [
        Group(label, [Option(row.label, row.icon, row.url, detail=row.detail) for row in rows])
        for label, rows in finding.find(request.user, words)
    ]
    shown = [group for group in groups if group.options]
    found = sum(len(group.options) for group in shown)
    return render(request, "_palette_options.html", {"groups": shown, "words": words, "found": found})


def pages(frame: Frame) -> list[Option]:
    entries = [Option(str(entry.label), entry.icon, entry.url, keys=f"G {entry.key.upper()}") for entry in frame.pages]
    return [*entries, Option(_("Notifications"), "bell", "/app/notifications")]


def actions(frame: Frame) -> list[Option]:
    made = [Option(str(entry.detail), entry.icon, entry.url) for entry in frame.creations]
    themes = {"system": _("Theme: as the device"), "light": _("Theme: light"), "dark": _("Theme: dark")}
    return [
        *made,
        *(
            Option(themes[choice.value], choice.icon, presses=f"theme-{choice.value}")
            for choice in frame.themes
            if not choice.chosen
        ),
        *(
            Option(
                _("Language: %(language)s") % {"language": choice.label},
                "languages",
                presses=f"language-{choice.value}",
            )
            for choice in frame.languages
            if not choice.chosen
        ),
        Option(_("Fold or unfold the sidebar"), "panel-left", presses="fold"),
        Option(_("Keyboard shortcuts"), "keyboard", presses="open-shortcuts", keys="?"),
        Option(_("Log out"), "log-out", presses="log-out"),
    ]


def matching(options: list[Option], words: str) -> list[Option]:
    """Return the options that have a word beginning like each of the typed ones, accents or not."""
    wanted = plain(words).split()
    return [option for option in options if all(begins(option.label, word) for word in wanted)]


def begins(label: str, word: str) -> bool:
    return any(part.startswith(word) for part in plain(label).replace("’", " ").split())


def plain(text: str) -> str:
    """Return a text in small letters without its accents."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(sign))
