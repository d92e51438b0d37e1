"""How many API requests a minute a key may make, and the sessions of an account together, by its plan."""

from __future__ import annotations

import time
from hashlib import sha1
from typing import TYPE_CHECKING, Final

import redis
from django.core.cache import cache
from django_redis import get_redis_connection
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.models import ApiKey, User
from billing import plans

if TYPE_CHECKING:
    # That module reads this class from the settings while it is being imported.
    from rest_framework.views import APIView

WINDOW_MS: Final = 60_000

# Times of the requests that passed, the newest first. One script, so that parallel requests are each counted.
SCRIPT: Final = """
local now, limit, window = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local oldest = redis.call('LINDEX', KEYS[1], limit - 1)
if oldest and now - oldest < window then
    return oldest + window - now
end
redis.call('LPUSH', KEYS[1], now)
redis.call('LTRIM', KEYS[1], 0, limit - 1)
redis.call('PEXPIRE', KEYS[1], window)
return 0
"""
SCRIPT_SHA1: Final = sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()


class PlanRateThrottle(BaseThrottle):
    """Counts per key, else per account, shared between processes through Valkey; without an account, per address.

    Of a plan's number of requests, no minute has more, wherever it begins; one that was refused does not count.
    """

    anonymous_requests_per_minute = 60
    wait_ms = 0

    def allow_request(self, request: Request, view: APIView) -> bool:
        user = request.user
        if isinstance(request.auth, ApiKey):
            self.wait_ms = count(f"key:{request.auth.pk}", limit=plans.get(request.auth.user.tier).requests_per_minute)
        elif isinstance(user, User):
            self.wait_ms = count(f"user:{user.pk}", limit=plans.get(user.tier).requests_per_minute)
        else:
            self.wait_ms = count(f"address:{self.get_ident(request)}", limit=self.anonymous_requests_per_minute)
        return self.wait_ms == 0

    def wait(self) -> float:
        return self.wait_ms / 1_000


def count(who: str, *, limit: int) -> int:
    """Count a request, or return the milliseconds after which one would be within `limit` a minute.

    While Valkey is away nothing is counted and everybody passes; the quota still holds.
    """
    arguments = (cache.make_key(f"throttle:plan:{who}"), round(time.time() * 1_000), limit, WINDOW_MS)
    try:
        valkey = get_redis_connection("default")
        try:
            return int(valkey.evalsha(SCRIPT_SHA1, 1, *arguments))
        except redis.exceptions.NoScriptError:
            return int(valkey.eval(SCRIPT, 1, *arguments))
    except redis.RedisError:
        return 0
