"""Mails: one layout for all of them, as text and as HTML."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configuration
from django.utils import translation

from accounts import mails


@pytest.fixture
def values() -> dict[str, Any]:
    return {
        "is_own": True,
        "spent": Decimal(8),
        "limit": Decimal(10),
        "left": Decimal(2),
        "ends_at": datetime(2026, 11, 23, tzinfo=UTC),
    }


@pytest.mark.parametrize(("language", "words"), [("en", "Spent:"), ("fr", "Dépensé")])
def test_a_mail_is_text_and_html_in_the_readers_language(language: str, words: str, values: dict[str, Any]) -> None:
    with translation.override(language):
        mail = mails.compose("billing/mail/budget_alert", values, subject="A\n subject", to="alice@example.org")
    assert (mail.subject, mail.to) == ("A subject", ["alice@example.org"])
    ((html, kind),) = mail.alternatives
    assert kind == "text/html"
    assert f'<html lang="{language}">' in str(html)
    for part in (mail.body, str(html)):
        assert words in part
        assert "A subject" in part
        assert configuration.BASE_URL in part


def test_text_is_not_escaped_and_html_is(values: dict[str, Any]) -> None:
    mail = mails.compose("billing/mail/budget_alert", values, subject="Rain & <b>tea</b>", to="alice@example.org")
    assert "Rain & <b>tea</b>" in mail.body
    assert "Rain &amp; &lt;b&gt;tea&lt;/b&gt;" in str(mail.alternatives[0][0])


def test_headers_of_the_caller_are_kept(values: dict[str, Any]) -> None:
    mail = mails.compose(
        "billing/mail/budget_alert", values, subject="S", to="a@example.org", headers={"Message-ID": "<1@x>"}
    )
    assert mail.message()["Message-ID"] == "<1@x>"


FOLDERS = sorted(Path(configuration.BASE_DIR, "templates").rglob("mail/*"))


@pytest.mark.parametrize("path", [path for path in FOLDERS if path.stem != "base"], ids=lambda path: path.name)
def test_every_mail_wears_the_layout_and_comes_in_both_kinds(path: Path) -> None:
    assert f'{{% extends "mail/base{path.suffix}" %}}' in path.read_text()
    assert {path.with_suffix(".txt").exists(), path.with_suffix(".html").exists()} == {True}
