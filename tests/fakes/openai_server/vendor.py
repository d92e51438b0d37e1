"""What the vendor knows: its key, its models, what it was told to do and what it was asked."""

import itertools
import time
from collections.abc import Sequence

from tests.fakes.openai_server import embeddings
from tests.fakes.openai_server.behaviours import Behaviour, Endpoint, Fault, Provider, Script, in_prompt
from tests.fakes.openai_server.breakpoint_cache import BreakpointCache, CacheUse
from tests.fakes.openai_server.journal import Journal
from tests.fakes.openai_server.machines import Machines
from tests.fakes.openai_server.prompt_cache import PromptCache
from tests.fakes.openai_server.prompts import CACHES_AT_BREAKPOINTS, ChatRequest

MODELS = (
    "gpt-4o",
    "gpt-4o-mini",
    "gpt-4.1",
    "gpt-4.1-mini",
    "gpt-5",
    "gpt-5-mini",
    "gpt-5.4-mini",
    "gpt-5.6-luna",
    "gpt-6-luna",
    "gpt-6-sol",
    "gpt-6.1-sol",
    "gpt-6.1-terra",
    *embeddings.MODELS,
)
_SLOW_FIRST_BYTE_SECONDS = 5.0


class Vendor:
    """The state that all connections share. Times are in seconds, `context_tokens` in tokens.

    `models` are also the names of the Azure deployments.
    """

    def __init__(
        self,
        *,
        api_key: str,
        models: Sequence[str],
        context_tokens: int,
        cache_idle_seconds: float,
        chunk_delay: float,
        first_byte_delay: float,
    ) -> None:
        self.api_key = api_key
        self.models = tuple(models)
        self.context_tokens = context_tokens
        self.chunk_delay = chunk_delay
        self.first_byte_delay = first_byte_delay
        self.script = Script()
        self.journal = Journal()
        self._cache = PromptCache(idle_seconds=cache_idle_seconds)
        self._breakpoint_cache = BreakpointCache()
        self._machines = Machines()
        self._clock_offset = 0.0
        self._clock_reading: float | None = None
        self._numbers = itertools.count(1)

    def reset(self) -> None:
        """Forget the script, the requests and the cached prompts, and set the clock right."""
        self.script.clear()
        self.journal.clear()
        self._cache.clear()
        self._breakpoint_cache.clear()
        self._machines.clear()
        self._clock_offset = 0.0
        self._clock_reading = None

    def next_number(self) -> int:
        return next(self._numbers)

    def advance_clock(self, seconds: float) -> None:
        """Make the prompt cache older."""
        if self._clock_reading is not None:
            self._clock_reading += seconds
        self._clock_offset += seconds

    def set_clock(self, now: float) -> None:
        """Stop the clock of the prompt cache at a time, in seconds of the caller's own count, until the next reset."""
        self._clock_reading = now

    def now(self) -> float:
        if self._clock_reading is not None:
            return self._clock_reading
        return time.monotonic() + self._clock_offset

    def use_cache(self, provider: Provider, request: ChatRequest, *, now: float | None) -> CacheUse:
        """Look a prompt up in the prompt cache of its model, and keep it there. `now` None reads the clock."""
        at = self.now() if now is None else now
        route = (provider, request.model, request.cache_key)
        shelf = (*route, str(self._machines.number_for(route, request.prompt, now=at)))
        if CACHES_AT_BREAKPOINTS.match(request.model):
            return self._breakpoint_cache.read_and_write(shelf, request.prompt, now=at)
        return CacheUse(self._cache.read_and_keep(shelf, request.prompt, now=at))

    def behaviour(self, endpoint: Endpoint, provider: Provider, model: str, prompt: str) -> Behaviour:
        """Choose how to treat a request: as scripted, else as a marker in its prompt says, else well.

        Raises behaviours.BehaviourInvalid for a marker that cannot be read.
        """
        scripted = self.script.take(endpoint, provider, model, prompt)
        return scripted or in_prompt(prompt, endpoint, provider, model) or Behaviour()

    def first_byte_seconds(self, behaviour: Behaviour) -> float:
        if behaviour.first_byte_delay is not None:
            return behaviour.first_byte_delay
        return _SLOW_FIRST_BYTE_SECONDS if behaviour.fault is Fault.SLOW_FIRST_BYTE else self.first_byte_delay

    def chunk_seconds(self, behaviour: Behaviour) -> float:
        return self.chunk_delay if behaviour.chunk_delay is None else behaviour.chunk_delay
