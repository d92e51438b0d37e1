"""The words that somebody types into a search box, as PostgreSQL's full text search takes them."""

from __future__ import annotations

import re
from typing import Any, Final

from django.contrib.postgres.search import SearchQuery
from django.db.models import QuerySet

from accounts.models import User
from content.models import ChannelText, Content

MOST_WORDS: Final = 12
_WORD: Final = re.compile(r"\w+")


def query(text: str) -> SearchQuery | None:
    """Return what finds rows with every word, in any form that French or English gives it; None for no word at all.

    Words also match what begins like them: the last one may be half typed. It is asked of a `search` column
    (`content.models.keys.search_vector`), which holds both languages.
    """
    words = _WORD.findall(text.lower())[:MOST_WORDS]
    if not words:
        return None
    begun = SearchQuery(" & ".join(f"{word}:*" for word in words), config="simple", search_type="raw")
    stemmed = [SearchQuery(" ".join(words), config=language) for language in ("english", "french")]
    return begun | stemmed[0] | stemmed[1]


def posts(user: User, asked: SearchQuery) -> QuerySet[Content, Any]:
    """Return the ids of the user's posts that say what is asked for: to all channels, or on one of them alone."""
    own = ChannelText.objects.filter(content__user=user, customized=True, search=asked)
    return Content.objects.filter(user=user, search=asked).values("pk").union(own.values("content"))
