"""What every page needs around its own content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView

from accounts import notifications
from accounts.models import Notification, Role, Theme, Tier, User
from accounts.settings_pages.frame import Section, sections
from ai_routing import catalogue
from billing import plans, quota

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

THEME_COOKIE = "theme"
# Written by js/frame.js: the sidebar folded to its icons, and the notice on credits that the reader put away.
SIDEBAR_COOKIE = "sidebar"
NOTICE_COOKIE = "notice"
NEARLY_USED_UP = 80


@dataclass(frozen=True, slots=True)
class Entry:
    """A link of the navigation; `current` says that the page shown lies under it. G and then `key` leads there."""

    label: _StrPromise
    url: str
    icon: str
    key: str
    current: bool


@dataclass(frozen=True, slots=True)
class Creation:
    """Something that can be made from anywhere: its name, and a sentence that says what is done."""

    label: _StrPromise
    detail: _StrPromise
    url: str
    icon: str


# In the order of the sidebar. A page is linked from the release on in which its address leads somewhere.
PAGES = [
    (_("Home"), "/app/", "house", "h"),
    (_("Create"), "/app/create", "pencil-line", "n"),
    (_("Calendar"), "/app/calendar", "calendar", "c"),
    (_("Posts"), "/app/posts", "notebook-text", "p"),
    (_("Fans"), "/app/fans", "users-round", "f"),
    (_("Media"), "/app/media", "image", "m"),
    (_("Voice"), "/app/voice", "audio-lines", "v"),
    (_("Campaigns"), "/app/campaigns", "megaphone", "k"),
    (_("Assistant"), "/app/assistant", "message-circle", "a"),
    (_("Analytics"), "/app/analytics", "chart-line", "y"),
]
SETTINGS = [(_("Settings"), "/app/settings", "settings-2", "s")]
TABS = ["/app/", "/app/create", "/app/calendar", "/app/posts"]
CREATIONS = [
    (_("Post"), _("Write a post"), "/app/create", "pencil-line"),
    (_("Campaign"), _("Plan a campaign"), "/app/campaigns/new", "megaphone"),
    (_("Media"), _("Upload media"), "/app/media", "image-plus"),
    (_("Voice"), _("Build a voice"), "/app/voice/new", "audio-lines"),
    (_("Question"), _("Ask the assistant"), "/app/assistant", "message-circle"),
]


@cache
def leads_somewhere(path: str) -> bool:
    """Whether a page answers at a path; one that only leads on to another page is none."""
    try:
        view = resolve(path).func
    except Resolver404:
        return False
    return getattr(view, "view_class", None) is not RedirectView


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

    @property
    def layout(self) -> str:
        """The template around pages that every role may open: the app's for creators, whose app it is."""
        return "app.html" if self.user and self.user.role == Role.CREATOR else "public.html"

    @cached_property
    def sections(self) -> list[Section]:
        """The sections of the settings that this person may open."""
        return sections(self.request)

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
        return self.entries(PAGES)

    @cached_property
    def settings(self) -> list[Entry]:
        """What stands at the foot of the navigation."""
        return self.entries(SETTINGS)

    @cached_property
    def pages(self) -> list[Entry]:
        return [*self.navigation, *self.settings]

    @cached_property
    def tabs(self) -> list[Entry]:
        """What a thumb reaches on a phone; the others stand in the sheet "More"."""
        return [entry for entry in self.pages if entry.url in TABS]

    @cached_property
    def more(self) -> list[Entry]:
        return [entry for entry in self.pages if entry.url not in TABS]

    @property
    def is_under_more(self) -> bool:
        return any(entry.current for entry in self.more)

    def entries(self, pages: Sequence[tuple[_StrPromise, str, str, str]]) -> list[Entry]:
        path = self.request.path
        return [
            Entry(label, url, icon, key, path == url or (url != "/app/" and path.startswith(f"{url}/")))
            for label, url, icon, key in pages
            if leads_somewhere(url)
        ]

    @cached_property
    def creations(self) -> list[Creation]:
        return [Creation(*creation) for creation in CREATIONS if leads_somewhere(creation[2])]

    @cached_property
    def meter(self) -> Meter | None:
        """The quota of a creator; None for everybody else."""
        if self.user is None or self.user.role != Role.CREATOR:
            return None
        return Meter(quota.status(self.user, now=timezone.now()))

    @cached_property
    def state(self) -> tuple[bool, int]:
        """Whether shortcuts of a single key are on, and how many notifications are unread: one query for both."""
        if self.user is None:
            return True, 0
        unread = Notification.objects.filter(user=OuterRef("pk")).unread().values("pk")[: notifications.MOST_COUNTED]
        rows = User.objects.filter(pk=self.user.pk).values_list("profile__shortcuts", ArraySubquery(unread))
        (shortcuts, ids) = rows.get()
        # Who has no profile yet has switched nothing off.
        return shortcuts is not False, len(ids)

    @property
    def shortcuts(self) -> bool:
        return self.state[0]

    @property
    def unread(self) -> int:
        return self.state[1]

    @property
    def is_folded(self) -> bool:
        """Whether the sidebar shows icons only."""
        return self.request.COOKIES.get(SIDEBAR_COOKIE) == "folded"

    @property
    def is_read_only(self) -> bool:
        return self.user is not None and self.user.read_only_since is not None

    @cached_property
    def notice(self) -> str:
        """What the frame says of the credits: "high" from 80 % on, until it is put away; "full" when none are left.

        Nothing while the account may only read: credits would not help, and that is told by itself.
        """
        if self.is_read_only:
            return ""
        level = self.meter.level if self.meter else "normal"
        put_away = self.request.COOKIES.get(NOTICE_COOKIE) == self.notice_key
        return "" if level == "normal" or (level == "high" and put_away) else level

    @property
    def notice_key(self) -> str:
        """Names the month that a notice was put away for."""
        return f"{self.meter.status.resets_at:%Y-%m}" if self.meter else ""

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
