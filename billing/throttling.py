"""How many API requests a minute a key may make, the sessions of an account, and all of them together, by its plan."""

from __future__ import annotations

import time
from collections.abc import Mapping
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

TOGETHER: Final = 3
"""All keys and sessions of an account together have this many times what its plan gives to each."""

# Times of the requests that passed, the newest first. One script, so that parallel requests are each counted, and one
# that is refused counts nowhere.
SCRIPT: Final = """
local now, window, wait = tonumber(ARGV[1]), tonumber(ARGV[2]), 0
for i, key in ipairs(KEYS) do
    local oldest = redis.call('LINDEX', key, tonumber(ARGV[2 + i]) - 1)
    if oldest and now - oldest < window then
        wait = math.max(wait, oldest + window - now)
    end
end
if wait > 0 then
    return wait
end
for i, key in ipairs(KEYS) do
    redis.call('LPUSH', key, now)
    redis.call('LTRIM', key, 0, tonumber(ARGV[2 + i]) - 1)
    redis.call('PEXPIRE', key, window)
end
return 0
"""
SCRIPT_SHA1: Final = sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()


class PlanRateThrottle(BaseThrottle):
    """Counts per key, and all sessions of an account as one; and all of these of an account together.

    Shared between processes through Valkey; without an account, per address. Of a number of requests, no minute has
    more, wherever it begins; one that was refused does not count.
    """

    anonymous_requests_per_minute = 60
    wait_ms = 0

    def allow_request(self, request: Request, view: APIView) -> bool:
        key = request.auth if isinstance(request.auth, ApiKey) else None
        user = key.user if key else request.user
        if isinstance(user, User):
            limit = plans.get(user.tier).requests_per_minute
            each = f"key:{key.pk}" if key else f"user:{user.pk}"
            self.wait_ms = count({each: limit, f"account:{user.pk}": limit * TOGETHER})
        else:
            self.wait_ms = count({f"address:{self.get_ident(request)}": self.anonymous_requests_per_minute})
        return self.wait_ms == 0

    def wait(self) -> float:
        return self.wait_ms / 1_000


def count(limits: Mapping[str, int]) -> int:
    """Count a request for everyone in `limits`, or return the milliseconds after which it would be within all of them.

    A limit is a number of requests a minute. While Valkey is away nothing is counted and everybody passes; the quota
    still holds.
    """
    keys = [cache.make_key(f"throttle:plan:{who}") for who in limits]
    arguments = (len(keys), *keys, round(time.time() * 1_000), WINDOW_MS, *limits.values())
    try:
        valkey = get_redis_connection("default")
        try:
            return int(valkey.evalsha(SCRIPT_SHA1, *arguments))
        except redis.exceptions.NoScriptError:
            return int(valkey.eval(SCRIPT, *arguments))
    except redis.RedisError:
        return 0
