"""What every page needs around its own content."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from accounts import notifications
from accounts.models import Role, Theme, Tier, User
from ai_routing import catalogue
from billing import plans, quota

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

THEME_COOKIE = "theme"
NEARLY_USED_UP = 80


@dataclass(frozen=True, slots=True)
class Entry:
    """A link of the navigation; `current` says that the page shown lies under it."""

    label: _StrPromise
    url: str
    icon: str
    current: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the themes or languages to switch to."""

    value: str
    label: str | _StrPromise
    icon: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Meter:
    """The creator's credits as the meter shows them; `taken` counts what is used or set aside."""

    status: quota.Status

    @property
    def taken(self) -> int:
        return self.status.limit - self.status.left

    @property
    def level(self) -> str:
        if not self.status.left:
            return "full"
        return "high" if self.status.used_percent >= NEARLY_USED_UP else "normal"

    @property
    def plan_name(self) -> str:
        return str(plans.get(self.status.plan).name)


class Frame:
    """Read by the templates as `frame`. Nothing is computed, or asked of the database, before a page shows it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @property
    def here(self) -> str:
        """Where to come back to after a change of theme or language."""
        return self.request.get_full_path()

    @cached_property
    def user(self) -> User | None:
        user = getattr(self.request, "user", None)
        return user if isinstance(user, User) else None

    @cached_property
    def theme(self) -> str:
        theme = self.user.theme if self.user else self.request.COOKIES.get(THEME_COOKIE, "")
        return theme if theme in Theme.values else Theme.SYSTEM.value

    @cached_property
    def themes(self) -> list[Choice]:
        icons = {Theme.SYSTEM: "monitor", Theme.LIGHT: "sun", Theme.DARK: "moon"}
        return [Choice(theme.value, theme.label, icons[theme], theme == self.theme) for theme in Theme]

    @cached_property
    def languages(self) -> list[Choice]:
        now = getattr(self.request, "LANGUAGE_CODE", settings.LANGUAGE_CODE)
        return [
            Choice(code, str(get_language_info(code)["name_local"]).capitalize(), "", code == now)
            for code, _name in settings.LANGUAGES
        ]

    @cached_property
    def navigation(self) -> list[Entry]:
        pages = [
            (_("Create"), reverse("content:create"), "pencil-line"),
            (_("Posts"), reverse("content:post-list"), "notebook-text"),
            (_("Media"), reverse("content:media"), "images"),
            (_("AI team"), reverse("team:run-list"), "users-round"),
            (_("Assistant"), reverse("assistant:index"), "message-circle"),
            (_("Settings"), reverse("accounts:settings"), "settings-2"),
        ]
        path = self.request.path
        return [Entry(label, url, icon, path == url or path.startswith(f"{url}/")) for label, url, icon in pages]

    @cached_property
    def meter(self) -> Meter | None:
        """The quota of a creator; None for everybody else."""
        if self.user is None or self.user.role != Role.CREATOR:
            return None
        return Meter(quota.status(self.user, now=timezone.now()))

    @cached_property
    def unread(self) -> int:
        """How many notifications are unread."""
        return notifications.unread_count(self.user) if self.user else 0

    @property
    def free_credits(self) -> int:
        return plans.get(Tier.FREE).credits

    @cached_property
    def demonstration(self) -> bool:
        """Whether the texts come from the tiny local model."""
        return catalogue.is_demonstration()

    @cached_property
    def modifier(self) -> str:
        """The key that shortcuts start with on the reader's keyboard."""
        agent = self.request.headers.get("User-Agent", "")
        return "⌘" if "Mac OS X" in agent else "Ctrl"


def frame(request: HttpRequest) -> dict[str, Frame]:
    """The context processor. It asks nothing of the database by itself."""
    return {"frame": Frame(request)}
