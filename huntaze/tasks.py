from __future__ import annotations

import time

from celery import shared_task

from huntaze import queue_ages


@shared_task
def measure_queues() -> None:
    queue_ages.tell(now=time.time())
