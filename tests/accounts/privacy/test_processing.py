"""The processing register and the retention table of docs/privacy.md are what the apps declare."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.test import Client
from django.utils import translation

from accounts.management.commands.write_processing_register import BEGINS, ENDS
from accounts.privacy import processing, registry, retention
from huntaze.celery import app
from tests.test_documents import table

ROOT = Path(__file__).resolve().parents[3]


def test_the_register_in_the_document_is_the_one_of_the_code() -> None:
    text = (ROOT / "docs" / "privacy.md").read_text()
    written = text.partition(BEGINS)[2].partition(ENDS)[0].strip()

    assert written == processing.as_markdown().strip(), "run manage.py write_processing_register"


def test_the_table_of_periods_in_the_document_is_the_one_of_the_code() -> None:
    rows = table("docs/privacy.md", "## How long things are kept")

    assert rows == [
        [
            rule.key,
            str(rule.days),
            "fixed" if rule.is_fixed else f"{rule.least}–{rule.most}",
            rule.task or "apply_retention",
        ]
        for rule in sorted(retention.RULES.values(), key=lambda rule: rule.key)
    ]


def test_each_period_is_applied_by_a_task_that_beat_sends() -> None:
    sent = {entry["task"].rpartition(".")[2] for entry in app.conf.beat_schedule.values()}

    for rule in retention.RULES.values():
        assert bool(rule.remove) is not bool(rule.task), rule.key
        assert (rule.task or "apply_retention") in sent, rule.key
        assert rule.least <= rule.days <= rule.most, rule.key


def test_the_privacy_notice_names_every_purpose_and_period_in_both_languages(client: Client) -> None:
    for language in ("en", "fr"):
        page = re.sub(r"[ \n]+", " ", client.get("/legal/privacy", {"lang": language}).text)
        with translation.override(language):
            for record in registry.all():
                for words in (str(record.purpose), str(record.kept), str(registry.Basis(record.basis).label)):
                    assert words in page or words.replace("'", "&#x27;") in page, (language, words)


def test_every_cookie_that_the_code_sets_is_explained() -> None:
    explained = {name for row in table("docs/privacy.md", "## Cookies") for name in row[0].split(", ")}

    assert explained >= {"sessionid", "csrftoken", "messages", *set_by_python(), *set_by_scripts()}


def set_by_python() -> set[str]:
    """Return the names of the constants by which cookies are set; Django's own have settings for that."""
    modules = [path for app in ("accounts", "huntaze") for path in (ROOT / app).rglob("*.py")]
    sources = [path.read_text() for path in modules]
    setting = [text for text in sources if "cookie(" in text.lower() or ".cookies" in text.lower()]
    found = {value for text in setting for name, value in constants(text) if is_cookie(name, text)}
    return found | {"language"}


def constants(text: str) -> Iterator[tuple[str, str]]:
    for node in ast.parse(text).body:
        target = (
            node.targets[0]
            if isinstance(node, ast.Assign)
            else node.target
            if isinstance(node, ast.AnnAssign)
            else None
        )
        value = getattr(node, "value", None)
        if isinstance(target, ast.Name) and isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield target.id, value.value


def is_cookie(name: str, text: str) -> bool:
    return name.endswith("COOKIE") or re.search(rf"COOKIES\.get\({name}\b|bake\(response, {name}\b", text) is not None


def set_by_scripts() -> set[str]:
    text = (ROOT / "huntaze" / "static" / "js" / "frame.js").read_text()
    return set(re.findall(r'keep\("(\w+)"', text))
