"""The files of statements: kept as long as something in them may have to be mended."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from fans.models import EarningImport

KEPT: Final = timedelta(days=30)


def forget_files(before: datetime, at_most: int) -> int:
    """Empty the files of statements from before that no worker reads; return how many."""
    rows = EarningImport.objects.filter(created_at__lt=before).exclude(text="").exclude(state__in=EarningImport.WORKING)
    some = rows.order_by("created_at", "pk").values("pk")[:at_most]
    return EarningImport.objects.filter(pk__in=some).update(text="")
