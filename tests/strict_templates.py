"""Make a template fail on a variable that nobody gave it: Django prints nothing there, and nobody sees it missing."""

from __future__ import annotations

from typing import cast

import pytest
from django.template import engines
from django.template.backends.django import DjangoTemplates


class UnknownVariable(AssertionError):
    """A template asks for a variable that its view, component or context processor does not give."""


class Refusing(str):
    """Stands where Django looks for the text that it prints in place of an unknown variable."""

    __slots__ = ()

    def __contains__(self, part: object) -> bool:
        return part == "%s"

    def __mod__(self, variable: object) -> str:
        raise UnknownVariable(str(variable))


def refuse_unknown_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = cast(DjangoTemplates, engines["django"])
    monkeypatch.setattr(backend.engine, "string_if_invalid", Refusing("unknown"))
