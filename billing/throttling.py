"""How many API requests a minute an account may make, by its plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from accounts.models import User
from billing import plans

if TYPE_CHECKING:
    # That module reads this class from the settings while it is being imported.
    from rest_framework.views import APIView


class PlanRateThrottle(SimpleRateThrottle):
    """Counts per account, shared between processes through the cache; without an account, per address."""

    scope = "plan"
    cache_format = "throttle:%(scope)s:%(ident)s"
    anonymous_requests_per_minute = 60

    def __init__(self) -> None:
        # The rate depends on who asks, so it is set in allow_request.
        pass

    def allow_request(self, request: Request, view: APIView) -> bool:
        user = request.user
        if isinstance(user, User):
            self.num_requests = plans.get(user.tier).requests_per_minute
        else:
            self.num_requests = self.anonymous_requests_per_minute
        self.rate = f"{self.num_requests}/min"
        self.duration = 60
        # While the cache is away nothing is counted and everybody passes; the quota still holds.
        return bool(super().allow_request(request, view))

    def get_cache_key(self, request: Request, view: APIView) -> str:
        user = request.user
        ident = f"user:{user.pk}" if isinstance(user, User) else f"address:{self.get_ident(request)}"
        return self.cache_format % {"scope": self.scope, "ident": ident}
