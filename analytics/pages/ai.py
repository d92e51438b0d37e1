"""What AI did for a creator, in words, each figure with what it means and its rows."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from analytics import ai_help
from analytics.board import Board
from analytics.pages import addresses, words
from analytics.pages.words import Unit


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    value: str
    definition: str
    href: str


def panel(user: User, board: Board) -> list[Line]:
    """Return the figures, with one query."""
    found = ai_help.of(user, board.range)

    def line(label: str, raw: Decimal | int | None, definition: str, metric: str, of: str | None = None) -> Line:
        unit: Unit = "micro_usd" if metric in {"ai.cost", "ai.baseline"} else "count"
        return Line(label, words.shown(raw, unit), definition, addresses.rows(metric, board.range, dimension=of))

    return [
        line(
            _("Drafts made"),
            found.made,
            _("Requests for texts that ended with at least one version."),
            "generation.finished",
            "done",
        ),
        line(_("Drafts used"), found.used, _("Versions that you put into a post."), "draft.used"),
        line(_("Drafts edited"), found.edited, _("Texts of a model that you then changed yourself."), "draft.edited"),
        line(
            _("Proposals rejected"),
            found.rejected,
            _("What the AI team proposed and you said no to."),
            "proposal.decided",
            "rejected",
        ),
        line(_("Cost"), found.cost, _("What the models cost us. You pay credits, not this."), "ai.cost"),
        line(
            pgettext("money", "Saved"),
            found.saved,
            _("What GPT-4o would have cost for the same, less the cost."),
            "ai.baseline",
        ),
    ]
