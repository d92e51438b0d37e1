"""The ledger rows of calls that stand out."""

from __future__ import annotations

from collections.abc import Sequence

from ai_routing.models import LedgerEntry
from ai_routing.reports.days import Rank


def rows(*rankings: Sequence[Rank]) -> list[list[LedgerEntry]]:
    """Return the rows of each ranking in its order, all in one query. The users come with them."""
    wanted = {rank.id for ranking in rankings for rank in ranking}
    found = LedgerEntry.objects.select_related("user").in_bulk(list(wanted))
    return [[found[rank.id] for rank in ranking] for ranking in rankings]
