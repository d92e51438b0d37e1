"""A password made of our own words is refused; one that merely has such a word in it is not."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError


@pytest.mark.parametrize(
    "password", ["Huntaze2026!", "creator-12345", "OnlyFans_007!", "huntazehuntaze", "my huntaze 1", "tiktokthreads"]
)
def test_made_of_our_words_it_is_refused(password: str) -> None:
    with pytest.raises(ValidationError, match="not made of the name"):
        validate_password(password)


@pytest.mark.parametrize("password", ["huntaze keeps my rainy words", "recreatoration of tea", "correct horse battery"])
def test_with_more_in_it_it_is_taken(password: str) -> None:
    validate_password(password)


@pytest.mark.parametrize("password", ["ninechars", "1029384756", "qwertyuiop"])
def test_short_numeric_and_breached_ones_are_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password)


def test_of_any_kind_and_length_it_is_taken() -> None:
    validate_password("ü" * 3 + " tea 茶 and rain " * 6)
