"""What holds for every template: it compiles, somebody uses it, and it keeps within the content security policy."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import allauth
import pytest
from django.conf import settings
from django.template import Context, Template, TemplateDoesNotExist
from django.template.loader import get_template
from django.test import Client
from django.utils import translation

from tests.strict_templates import UnknownVariable, refuse_unknown_variables

ROOT = settings.BASE_DIR
TEMPLATES = ROOT / "templates"
NAMES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))
COMPONENTS = [name for name in NAMES if name.startswith("components/")]
ERROR_PAGES = {"400.html", "403.html", "403_csrf.html", "404.html", "429.html", "500.html", "503.html"}
APPS = ("huntaze", "fans", "content", "ai_routing", "billing", "analytics", "accounts")
CONTEXTLESS = ["400.html", "403_csrf.html", "500.html", "503.html"]

COMPONENT_TAG = re.compile(r"<c-([\w.-]+)((?:[^>\"]|\"(?:{%.*?%}|{{.*?}}|[^\"])*\")*)>", re.DOTALL)
# In quotation marks, which need not be in pairs; or the tag of a component.
MENTION = re.compile(r"(?:(?<=[\"'])[\w./-]+(?=[\"']))|<c-[\w.-]+(?=[\s/>])")
DYNAMIC_ATTRIBUTE = re.compile(r"\s:([\w-]+)=")
DECLARED = re.compile(r"<c-vars([^>]*)/>", re.DOTALL)


@cache
def source(name: str) -> str:
    return (TEMPLATES / name).read_text()


@pytest.mark.parametrize("name", NAMES)
def test_it_compiles(name: str) -> None:
    get_template(name)


@pytest.mark.parametrize("name", NAMES)
def test_it_has_nothing_inline_that_the_policy_forbids(name: str) -> None:
    text = source(name)
    assert not re.search(r"\sstyle\s*=", text), "an inline style"
    # Mail programs know no policy, and no style sheet from elsewhere.
    assert name == "mail/base.html" or not re.search(r"<style\b", text), "a style element"
    assert not re.search(r"\son\w+\s*=", text), "an inline event handler"
    assert not re.search(r"javascript:", text, re.IGNORECASE), "a script in an address"
    scripts = re.findall(r"<script\b([^>]*)>(.*?)</script>", text, re.DOTALL)
    assert all("src=" in attributes and not body for attributes, body in scripts)
    # Neither keeps the page from being shown.
    assert all('type="module"' in attributes or re.search(r"\bdefer\b", attributes) for attributes, _ in scripts)


@pytest.mark.parametrize("name", NAMES)
def test_it_fetches_nothing_from_elsewhere(name: str) -> None:
    assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", source(name))


@pytest.mark.parametrize("name", NAMES)
def test_forms_that_post_carry_the_token(name: str) -> None:
    for form in re.findall(r"<form\b.*?</form>", source(name), re.DOTALL):
        assert 'method="post"' not in form or "{% csrf_token %}" in form


@pytest.mark.parametrize("name", NAMES)
def test_values_reach_a_component_escaped(name: str) -> None:
    """A component prints the attributes that it does not declare as they are: a `:value` among them would be markup."""
    for component, attributes in COMPONENT_TAG.findall(source(name)):
        if component in {"vars", "slot"}:
            continue
        declared = DECLARED.search(source(f"components/{component.replace('-', '_')}.html"))
        known = set(re.findall(r":?([\w-]+)=", declared[1])) if declared else set()
        assert set(DYNAMIC_ATTRIBUTE.findall(attributes)) <= known


@cache
def named_in() -> dict[str, set[Path]]:
    """Return what looks like the name of a template, with the files in which it stands; a component as its tag."""
    found: dict[str, set[Path]] = defaultdict(set)
    for path in [*TEMPLATES.rglob("*.html"), *(path for app in APPS for path in (ROOT / app).rglob("*.py"))]:
        for name in MENTION.findall(path.read_text()):
            found[name].add(path)
    return found


def users_of(name: str) -> set[Path]:
    """Return the files that name this template."""
    if name in COMPONENTS:
        wanted = "<c-" + name.removeprefix("components/").removesuffix(".html").replace("_", "-")
    else:
        # A mail is named without its suffix: it is text and HTML.
        wanted = name.removesuffix(".html") if "/mail/" in name else name
    return named_in().get(wanted, set()) - {TEMPLATES / name}


@pytest.mark.parametrize("name", sorted(set(NAMES) - ERROR_PAGES))
def test_somebody_uses_it(name: str) -> None:
    of_allauth = Path(next(iter(allauth.__path__))) / "templates" / name
    assert users_of(name) or of_allauth.exists()


def test_a_template_that_nobody_names_is_noticed() -> None:
    assert users_of("content/forgotten.html") == set()


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", CONTEXTLESS)
def test_an_error_page_needs_no_context(name: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_unknown_variables(monkeypatch)
    with translation.override(language):
        page = get_template(name).render()
    assert f'<html lang="{language}"' in page
    assert ("Aller à la page d’accueil" if language == "fr" else "Go to the start page") in page


def test_a_crash_shows_the_error_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*args: Any) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("huntaze.front.pages.render", crash)
    client.raise_request_exception = False

    response = client.get("/", headers={"Accept-Language": "fr"})

    assert response.status_code == 500
    assert "Quelque chose a lâché de notre côté" in response.text


def test_an_unknown_variable_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_unknown_variables(monkeypatch)
    with pytest.raises(UnknownVariable, match="nobody"):
        Template("{{ nobody }}").render(Context())


def test_there_is_no_template_of_another_name() -> None:
    with pytest.raises(TemplateDoesNotExist):
        get_template("content/forgotten.html")
