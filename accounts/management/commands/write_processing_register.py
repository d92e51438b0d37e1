from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.privacy import processing

BEGINS = "<!-- written by manage.py write_processing_register -->\n"
ENDS = "<!-- end -->\n"


class Command(BaseCommand):
    help = "Write the processing register into docs/privacy.md, from what the apps declare."

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "privacy.md"
        before, _, rest = path.read_text(encoding="utf-8").partition(BEGINS)
        _table, _, after = rest.partition(ENDS)
        path.write_text(f"{before}{BEGINS}\n{processing.as_markdown()}\n{ENDS}{after}", encoding="utf-8")
