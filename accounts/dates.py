"""How a day is written in the reader's language."""

from __future__ import annotations

from datetime import date

from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _


def written(local: date, form: str) -> str:
    """Return a day, or a time of it, in Django's date format `form`, as it stands in the middle of a sentence."""
    if local.day == 1:
        # Translators: the day of the month when it is the first, as a Django date format; French has "1er" there.
        form = form.replace("j", _("j"), 1)
    words = formats.date_format(local, form)
    # French writes days and months small; Django's catalogue has some of them with a capital.
    return words.lower() if get_language() == "fr" else words
