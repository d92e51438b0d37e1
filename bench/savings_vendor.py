"""The vendor of a replay: the fake of the tests, told what to answer, and with its prompt caches in several worlds at once.

The worlds differ in how often a prompt reaches a machine that may know it. Nothing but the price of a call hangs on that,
so one replay tells the price in each.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from bench.traces import assumptions
from tests.fakes.openai_server import API_KEY
from tests.fakes.openai_server.behaviours import Behaviour, Endpoint, Provider
from tests.fakes.openai_server.breakpoint_cache import BreakpointCache, CacheUse
from tests.fakes.openai_server.machines import Machines
from tests.fakes.openai_server.prompt_cache import PromptCache
from tests.fakes.openai_server.prompts import CACHES_AT_BREAKPOINTS, ChatRequest
from tests.fakes.openai_server.vendor import MODELS, Vendor

TOLD: Final = "usual"
"""The world whose figures the vendor reports, and so those of the ledger."""

IDLE_SECONDS: Final = 300.0
"""The least that is documented for how long a prompt of the older models is kept after its last use."""

CONTEXT_TOKENS: Final = 128_000


@dataclass(slots=True)
class World:
    """The vendor's machines and what each has cached, when a prompt goes astray with the chance `1 - warm`.

    One that goes astray reaches a machine that nobody uses again: nothing is worse.
    """

    warm: float
    machines: Machines = field(default_factory=Machines)
    kept: PromptCache = field(default_factory=lambda: PromptCache(idle_seconds=IDLE_SECONDS))
    at_breakpoints: BreakpointCache = field(default_factory=BreakpointCache)

    def use(self, provider: Provider, request: ChatRequest, *, now: float, luck: float, number: int) -> CacheUse:
        """Look a prompt up and keep it. `luck` is between 0 and 1, `number` that of the request."""
        route = (provider, request.model, request.cache_key)
        machine = str(self.machines.number_for(route, request.prompt, now=now))
        shelf = (*route, machine if luck < self.warm else f"astray {number}")
        if CACHES_AT_BREAKPOINTS.match(request.model):
            return self.at_breakpoints.read_and_write(shelf, request.prompt, now=now)
        return CacheUse(self.kept.read_and_keep(shelf, request.prompt, now=now))


class ToldVendor(Vendor):
    """Answers each model as it was told for the request under way. One request at a time."""

    def __init__(self) -> None:
        super().__init__(
            api_key=API_KEY,
            models=MODELS,
            context_tokens=CONTEXT_TOKENS,
            cache_idle_seconds=IDLE_SECONDS,
            chunk_delay=0.0,
            first_byte_delay=0.0,
        )
        self.told: Mapping[str, Behaviour] = {}
        self.uses: list[dict[str, CacheUse]] = []
        """What each call since the last `tell` had from the prompt cache, by world."""
        self.worlds = {name: World(warm) for name, warm in assumptions.WARM.items()}
        self.luck = random.Random(assumptions.SEED)  # it must be the same every time
        self.calls = 0

    def tell(self, answers: Mapping[str, Behaviour], *, now: float) -> None:
        """Say how each model answers next, and what time it is, in seconds."""
        self.told = answers
        self.uses = []
        self.set_clock(now)

    def behaviour(self, endpoint: Endpoint, provider: Provider, model: str, prompt: str) -> Behaviour:
        if endpoint == "chat" and model in self.told:
            return self.told[model]
        return super().behaviour(endpoint, provider, model, prompt)

    def use_cache(self, provider: Provider, request: ChatRequest, *, now: float | None) -> CacheUse:
        at = self.now() if now is None else now
        luck = self.luck.random()
        self.calls += 1
        uses = {
            name: world.use(provider, request, now=at, luck=luck, number=self.calls)
            for name, world in self.worlds.items()
        }
        self.uses.append(uses)
        return uses[TOLD]
