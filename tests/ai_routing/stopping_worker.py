"""Stops an answer in the middle as a Celery worker does, patched by gevent, and then stays alive.

    python -m tests.ai_routing.stopping_worker <base URL> <API key>

Prints one line of JSON when the stop took effect.
"""

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402  # gevent patches what the others import
import os  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402

import django  # noqa: E402
from django.conf import settings  # noqa: E402

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huntaze.settings")
django.setup()

from ai_routing import reading  # noqa: E402  # it reads models, which need Django
from ai_routing.catalogue import Provider  # noqa: E402
from ai_routing.providers import openai  # noqa: E402
from tests.ai_routing import sample  # noqa: E402


class Caller:
    """Wants no more 0.3 seconds after the last word."""

    def __init__(self) -> None:
        self.text = ""
        self.heard_at: float | None = None

    def hear(self, text: str) -> None:
        self.text += text
        self.heard_at = time.monotonic()

    def wants_no_more(self) -> bool:
        return self.heard_at is not None and time.monotonic() > self.heard_at + 0.3


def main() -> None:
    settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = sys.argv[1:]
    caller = Caller()
    try:
        for delta in reading.deltas(
            openai.client(Provider.OPENAI),
            sample.call(stall_seconds=20),
            stop_requested=caller.wants_no_more,
            give_up_at=time.monotonic() + 30,
        ):
            caller.hear(delta.text)
    except reading.Stopped:
        seconds = time.monotonic() - (caller.heard_at or 0)
        sys.stdout.write(json.dumps({"text": caller.text, "seconds_to_stop": seconds}) + "\n")
        sys.stdout.flush()
    time.sleep(30)


if __name__ == "__main__":
    main()
