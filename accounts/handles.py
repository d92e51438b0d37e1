"""The names of public pages: which may be had, which are free, and who has one.

A handle is stored in lower case and compared without regard to case; giving it up, or taking another one, frees it.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import profiles
from accounts.models import CreatorProfile, User

SHORTEST: Final = 3
LONGEST: Final = 30
SHAPE: Final = re.compile(rf"[a-z0-9_]{{{SHORTEST},{LONGEST}}}")

# Words that would pass for us, for an address of ours, or for a platform. Underscores do not help: `ad_min` is one too.
RESERVED: Final = frozenset(
    [
        "about",
        "abuse",
        "account",
        "accounts",
        "admin",
        "administrator",
        "all",
        "anonymous",
        "api",
        "app",
        "apps",
        "assets",
        "auth",
        "billing",
        "blog",
        "bot",
        "calendar",
        "campaigns",
        "careers",
        "contact",
        "copyright",
        "create",
        "creator",
        "creators",
        "dashboard",
        "deleted",
        "demo",
        "dmca",
        "email",
        "everyone",
        "explore",
        "fan",
        "fans",
        "feed",
        "feedback",
        "fansly",
        "help",
        "here",
        "home",
        "imprint",
        "inbox",
        "info",
        "instagram",
        "invite",
        "jobs",
        "language",
        "legal",
        "localhost",
        "login",
        "logout",
        "mail",
        "me",
        "media",
        "mod",
        "moderation",
        "moderator",
        "moderators",
        "news",
        "newsletter",
        "nobody",
        "none",
        "notifications",
        "null",
        "official",
        "onlyfans",
        "operator",
        "page",
        "pages",
        "patreon",
        "payment",
        "payments",
        "ping",
        "policy",
        "post",
        "posts",
        "press",
        "pricing",
        "privacy",
        "reddit",
        "register",
        "root",
        "safety",
        "sales",
        "schema",
        "search",
        "security",
        "service",
        "settings",
        "shop",
        "signin",
        "signout",
        "signup",
        "sitemap",
        "snapchat",
        "staff",
        "static",
        "status",
        "store",
        "stripe",
        "studio",
        "subscribe",
        "support",
        "sysadmin",
        "system",
        "team",
        "telegram",
        "terms",
        "test",
        "theme",
        "threads",
        "tiktok",
        "twitter",
        "undefined",
        "unknown",
        "user",
        "users",
        "verified",
        "verify",
        "voice",
        "webhooks",
        "webmaster",
        "welcome",
        "www",
        "you",
        "youtube",
    ]
)
OURS: Final = "huntaze"


class HandleRefused(Exception):
    """The handle cannot be had: `reason` says why, in the reader's language."""

    def __init__(self, reason: Promise) -> None:
        super().__init__(str(reason))
        self.reason = reason


def plain(text: str) -> str:
    """Return what somebody typed as a handle would be stored: no "@", no spaces around it, lower case."""
    return text.strip().removeprefix("@").strip().lower()


def fault(handle: str) -> Promise | None:
    """Return what is wrong with a handle, whoever wants it; None when nothing is."""
    if len(handle) < SHORTEST:
        return _("Use at least 3 characters.")
    if len(handle) > LONGEST:
        return _("Use at most 30 characters.")
    if not SHAPE.fullmatch(handle):
        return _("Use the letters a to z, digits and underscores.")
    word = handle.replace("_", "")
    if word in RESERVED or word.startswith(OURS):
        return _("This name is reserved.")
    if not re.search(r"[a-z]", handle):
        return _("Use at least one letter.")
    return None


def refusal(user: User, handle: str) -> Promise | None:
    """Return why `user` cannot have the handle; None when they can, or have it already."""
    found = fault(handle)
    if found is None and CreatorProfile.objects.filter(handle=handle).exclude(user=user).exists():
        return _("Somebody else has this name.")
    return found


def take(user: User, text: str) -> CreatorProfile:
    """Make `text` the user's handle and free the one they had; with nothing in it, only free that one.

    Raises HandleRefused, also for whoever comes second of two that want it at the same moment.
    """
    profile = profiles.of(user)
    handle = plain(text) or None
    if handle == profile.handle:
        return profile
    if handle is not None and (reason := refusal(user, handle)):
        raise HandleRefused(reason)
    profile.handle = handle
    try:
        with transaction.atomic():
            profile.save(update_fields=["handle"])
    except IntegrityError as error:
        raise HandleRefused(_("Somebody else has this name.")) from error
    return profile


def suggest(user: User) -> str:
    """Return a free handle that sounds like the user's name; never one made of their address."""
    stem = spelled(user.name)
    wishes = [stem, f"its_{stem}", f"{stem}_page", *(f"{stem}{number}" for number in range(2, 10))]
    wishes += [f"{stem}{secrets.randbelow(9_000) + 1_000}" for _number in range(4)]
    wishes = [wish for wish in wishes if fault(wish) is None]
    taken = set(CreatorProfile.objects.filter(handle__in=wishes).exclude(user=user).values_list("handle", flat=True))
    return next((wish for wish in wishes if wish not in taken), f"creator_{secrets.token_hex(6)}")


def spelled(name: str) -> str:
    """Return a name in the letters of a handle, short enough that something can be added."""
    letters = unicodedata.normalize("NFKD", name.lower().replace("œ", "oe").replace("æ", "ae").replace("ß", "ss"))
    words = re.findall(r"[a-z0-9]+", "".join(letter for letter in letters if not unicodedata.combining(letter)))
    return "_".join(words)[: LONGEST - 5].strip("_") or "creator"


def find(handle: str) -> CreatorProfile | None:
    """Return the profile of an active creator by their handle, whatever its case, with the user loaded.

    Who is leaving is found no more.
    """
    active = CreatorProfile.objects.filter(user__is_active=True, user__leaves_at=None)
    return active.select_related("user").filter(handle=handle.lower()).first()
