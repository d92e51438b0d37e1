"""Carries a request's id from who sends a task to who does it, and has workers log as everybody does."""

from __future__ import annotations

import re
from typing import Any, Final

from celery.signals import before_task_publish, setup_logging, task_postrun, task_prerun

from huntaze.logs import bound

REQUEST_ID: Final = "request_id"
USER_ID: Final = "user_id"
NUMBER: Final = re.compile(r"\d{1,19}")


def connect() -> None:
    """Listen to Celery. May be called again."""
    before_task_publish.connect(carry, weak=False, dispatch_uid="carry")
    task_prerun.connect(take_up, weak=False, dispatch_uid="take_up")
    task_postrun.connect(put_down, weak=False, dispatch_uid="put_down")
    setup_logging.connect(log_as_everybody, weak=False, dispatch_uid="log_as_everybody")


def carry(headers: dict[str, Any], **_rest: Any) -> None:
    here = bound.current()
    if here.request_id:
        headers.setdefault(REQUEST_ID, here.request_id)
    if here.user:
        headers.setdefault(USER_ID, here.user)


def take_up(task_id: str, task: Any, **_rest: Any) -> None:
    request = task.request
    # A task that is run in place, without a message, goes on under its caller's ids.
    here = bound.current()
    request_id = carried(request, REQUEST_ID, bound.IDS) or here.request_id
    user_id = carried(request, USER_ID, NUMBER) or here.user
    bound.bind(bound.Bound(request_id=request_id, user_id=user_id, task_id=str(task_id), task=str(task.name)))


def carried(request: Any, name: str, form: re.Pattern[str]) -> str:
    """Return a header of a message; "" for what is none of ours."""
    value = getattr(request, name, None)
    return value if isinstance(value, str) and form.fullmatch(value) else ""


def put_down(task: Any, **_rest: Any) -> None:
    if task.request.called_directly or task.request.is_eager:
        here = bound.current()
        bound.bind(bound.Bound(request_id=here.request_id, user_id=here.user))
        return
    bound.bind(bound.NOTHING)


def log_as_everybody(**_rest: Any) -> None:
    """Keep Celery from setting up lines of its own, which know of no request: that somebody listens is enough for it.

    Django has set ours up already.
    """
