"""Why something was not published, and what the creator can do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Failure:
    """What happened, and what to do, each a sentence. `can_retry`: the same may succeed at another time."""

    what: str | Promise
    advice: str | Promise
    can_retry: bool = True


FAILURES: Final[dict[str, Failure]] = {
    "missed": Failure(
        _("Its time passed more than a day ago while publishing was out of order."),
        _("Nothing was published, so that nobody reads old news. Choose a new time, or publish it now."),
    ),
    "no_page": Failure(
        _("You have no public page yet."),
        _("Choose a name for your page in the settings, then try again."),
    ),
    "blocked": Failure(
        _("The text breaks a rule for publishing."),
        _("Open the post to see which, change it or object, then schedule it again."),
    ),
    "not_ready": Failure(
        _("The text no longer fits this channel."),
        _("It was changed after it was scheduled. Open the post to see what is wrong, then try again."),
    ),
    "media_not_ready": Failure(
        _("A media file was not ready in time."),
        _("Look at it in the media library, then try again."),
    ),
    "worker_lost": Failure(
        _("Publishing broke off several times."),
        _("It did not go out. Try again; if that fails too, write to us."),
    ),
    "unknown_outcome": Failure(
        _("We lost the connection while it was being handed over, and cannot tell whether it went out."),
        _("Look there first. If it is there, mark it as posted; if not, try again."),
    ),
    "unexpected": Failure(
        _("Something went wrong on our side, several times."),
        _("It did not go out, and we have been told. Try again later."),
    ),
}

UNKNOWN: Final = FAILURES["unexpected"]


def explain(code: str) -> Failure:
    """Return the words for an error code; a code of a newer release is explained in general."""
    return FAILURES.get(code, UNKNOWN)
