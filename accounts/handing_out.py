"""Hand people's requests to the workers. The row is the truth and the message only a nudge: a sweep makes up for lost ones."""

from __future__ import annotations

import logging
from uuid import UUID

from kombu.exceptions import OperationalError

from accounts import tasks

logger = logging.getLogger(__name__)


def export(export_id: UUID) -> None:
    """Have a copy prepared. When the workers cannot be told now, the sweep tells them within a minute."""
    try:
        tasks.prepare_export.apply_async(kwargs={"export_id": str(export_id)}, retry=False)
    except OperationalError as error:
        logger.warning("The copy %s waits for the sweep: %s", export_id, error)
