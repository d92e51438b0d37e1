"""What Celery reads, as Django settings: no task is lost with a worker, and none is handed out twice while it runs."""

from __future__ import annotations

from typing import Any, Final

CELERY: Final[dict[str, Any]] = {
    "CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP": True,
    "CELERY_BROKER_TRANSPORT_OPTIONS": {
        # Longer than any task may run (AI_DEADLINE_SECONDS and its retries), or a running task would be handed out twice.
        "visibility_timeout": 3600,
        "socket_timeout": 5,
        "socket_connect_timeout": 3,
        "retry_on_timeout": True,
        # Whoever sends a task while Valkey is away would wait for it up to 6 s. The sweep sends it later.
        "max_retries": 0,
    },
    "CELERY_TASK_ACKS_LATE": True,
    "CELERY_TASK_REJECT_ON_WORKER_LOST": True,
    "CELERY_TASK_IGNORE_RESULT": True,
    "CELERY_TASK_SERIALIZER": "json",
    "CELERY_ACCEPT_CONTENT": ["json"],
    "CELERY_WORKER_PREFETCH_MULTIPLIER": 1,
    "CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS": False,
    "CELERY_TASK_CREATE_MISSING_QUEUES": False,
    "CELERY_TIMEZONE": "UTC",
}
