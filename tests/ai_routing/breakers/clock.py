"""A clock that only moves when it is told to, with breakers that read it."""

from __future__ import annotations

from dataclasses import dataclass, field

from ai_routing import breaker
from ai_routing.breaker import Breakers, Panel, State
from tests.ai_routing.sample import AZURE, OPENAI


@dataclass
class Clock:
    """The time of the script and of the panels."""

    milliseconds: int = 1_764_000_000_000
    jitter: float = 1.0
    breakers: Breakers = field(init=False)

    def __post_init__(self) -> None:
        self.breakers = Breakers(
            now=lambda: self.milliseconds, clock=lambda: self.milliseconds / 1_000, jitter=lambda: self.jitter
        )

    def move(self, seconds: float) -> None:
        self.milliseconds += round(seconds * 1_000)

    def panel(self) -> Panel:
        return self.breakers.read([AZURE, OPENAI])

    def state(self) -> breaker.BreakerState:
        return self.breakers.states([AZURE])[0]

    def fail(self, times: int = 1, *, retry_after: float | None = None) -> None:
        for _ in range(times):
            self.panel().failed(AZURE, retry_after=retry_after)

    def opened(self) -> None:
        self.fail(breaker.FAILURES)
        assert self.state().state is State.OPEN
