"""What a password may not be made of, beside what Django asks."""

from __future__ import annotations

import re
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User

# Words that whoever guesses here tries first: docs/sign-in.md lists them.
OURS: Final = ("huntaze", "creator", "onlyfans", "fansly", "instagram", "tiktok", "reddit", "threads")
LEFT: Final = 6


class OurWordsValidator:
    """Refuses a password that has little more in it than words of ours."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError for a password in which few letters are left without these words and its digits."""
        plain = password.lower()
        rest = re.sub(r"[\W\d_]", "", re.sub("|".join(OURS), "", plain))
        if len(rest) < LEFT and any(word in plain for word in OURS):
            raise ValidationError(self.get_help_text(), code="password_of_our_words")

    def get_help_text(self) -> str:
        return _("Choose a password that is not made of the name of this site or of a platform.")
