"""The cache, which keeps counting log-ins while Valkey is away: in each process for itself."""

from __future__ import annotations

import time
from typing import Any, Final

from django.core.cache.backends.locmem import LocMemCache
from django_redis.cache import RedisCache
from django_redis.exceptions import ConnectionInterrupted

COUNTERS: Final = "allauth:rl:"
# Valkey is not asked again before that: each question to one that is away may take seconds.
PAUSE: Final = 5.0


class LimitsCache(RedisCache):  # type: ignore[misc]  # django-redis has no types
    """A cache that is away forgets, and a limit that is forgotten is none; allauth would even let nobody in.

    So counters go to this process's memory meanwhile: limits hold, as many times over as there are processes.
    """

    away_until = 0.0

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        # One for the process, as `away_until` is: there is a cache object for each greenlet.
        self.own = LocMemCache("limits", {})

    def add(self, key: str, *args: Any, **kwargs: Any) -> Any:
        return self.counted("add", key, *args, **kwargs) if is_counter(key) else super().add(key, *args, **kwargs)

    def get(self, key: str, *args: Any, **kwargs: Any) -> Any:
        return self.counted("get", key, *args, **kwargs) if is_counter(key) else super().get(key, *args, **kwargs)

    def set(self, key: str, *args: Any, **kwargs: Any) -> Any:
        return self.counted("set", key, *args, **kwargs) if is_counter(key) else super().set(key, *args, **kwargs)

    def delete(self, key: str, *args: Any, **kwargs: Any) -> Any:
        return self.counted("delete", key, *args, **kwargs) if is_counter(key) else super().delete(key, *args, **kwargs)

    def counted(self, operation: str, key: str, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= LimitsCache.away_until:
            try:
                return getattr(self.client, operation)(key, *args, **kwargs)
            except ConnectionInterrupted:
                LimitsCache.away_until = time.monotonic() + PAUSE
        return getattr(self.own, operation)(key, *args, **kwargs)


def is_counter(key: str) -> bool:
    return str(key).startswith(COUNTERS)
