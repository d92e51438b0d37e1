"""French is complete and well set, and the tool that looks after it sees what is missing."""

from __future__ import annotations

import re

import polib
import pytest
from babel.messages.pofile import read_po
from django.utils import translation
from django.utils.translation import gettext, ngettext

from tools import messages
from tools.messages import Message

FRENCH = messages.catalogue("fr")
NARROW_SPACE = "\u202f"


def entry(text: str, translated: str, **more: object) -> polib.POEntry:
    return polib.POEntry(msgid=text, msgstr=translated, **more)


def test_the_catalogues_hold_what_the_sources_say() -> None:
    assert list(messages.faults("fr")) == []


def test_another_reader_understands_the_catalogue() -> None:
    with FRENCH.open("rb") as file:
        assert read_po(file).num_plurals == 2


def test_a_template_is_read_as_django_reads_it() -> None:
    found = messages.in_template(
        """<c-button label="{% translate "Save" %}">{% blocktranslate trimmed with name=user.name %}
          Hello {{ name }}
        {% endblocktranslate %}{% translate "May" context "month" %}
        {% blocktranslate count number=rows|length %}One{% plural %}{{ number }}{% endblocktranslate %}
        {# {% translate "a comment" %} #}"""
    )
    assert set(found) == {
        Message("", "Save", ""),
        Message("", "Hello %(name)s", ""),
        Message("month", "May", ""),
        Message("", "One", "%(number)s"),
    }


def test_python_is_read_with_contexts_and_plurals() -> None:
    found = messages.in_python(
        '_("Plain")\nngettext("one", "many", n)\npgettext("verb", "Post")\ngettext_lazy("Lazy " "twice")\n_(variable)\n'
    )
    assert set(found) == {
        Message("", "Plain", ""),
        Message("", "one", "many"),
        Message("verb", "Post", ""),
        Message("", "Lazy twice", ""),
    }


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        (entry("Save", ""), "empty"),
        (entry("Save", "Enregistrer", flags=["fuzzy"]), "fuzzy"),
        (entry("Nobody says this", "Personne ne dit cela"), "obsolete"),
        (entry("Save", "Enregistrer %(name)s"), "other placeholders"),
    ],
    ids=["empty", "fuzzy", "obsolete", "placeholders"],
)
def test_a_fault_is_found(wrong: polib.POEntry, complaint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "in_sources", lambda: {Message("", "Save", "")})
    monkeypatch.setattr(messages, "read", lambda language: [wrong])
    assert any(complaint in fault for fault in messages.faults("fr"))


def test_a_missing_message_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "in_sources", lambda: {Message("", "Save", "")})
    monkeypatch.setattr(messages, "read", lambda language: [])
    assert list(messages.faults("fr")) == ["fr: missing: 'Save'"]


def test_french_is_well_set() -> None:
    texts = [
        text for message in polib.pofile(str(FRENCH)) for text in (message.msgstr, *message.msgstr_plural.values())
    ]
    assert [text for text in texts if faults_of_setting(text)] == []


@pytest.mark.parametrize("text", ["Vraiment ?", "Oui!", "Prix: 3", "l'heure", "« oui »", "Écris tes textes"])
def test_a_fault_of_setting_is_found(text: str) -> None:
    assert faults_of_setting(text)


def faults_of_setting(text: str) -> bool:
    """Tell whether a sign lacks its narrow space, an apostrophe is straight, or the reader is addressed as "tu"."""
    # Markup and formats of dates have signs of their own.
    words = re.sub(r"<[^>]*>|Authorization:|H:i", "", text)
    rules = (
        rf"(?<!{NARROW_SPACE})[?!;»]",
        rf"(?<!{NARROW_SPACE}):(?:\s|$)",
        rf"«(?!{NARROW_SPACE})",
        r"'",
        r"\b(?:tu|toi|tes)\b",
    )
    return any(re.search(rule, words) for rule in rules)


def test_django_reads_the_compiled_catalogue() -> None:
    with translation.override("fr"):
        assert gettext("Posts and fan messages for creators") == "Posts et messages aux fans pour les créateurs"
        assert ngettext("%(number)s version", "%(number)s versions", 0) == "%(number)s version"
