"""What the vendor knows: its key, its models, what it was told to do and what it was asked."""

import itertools
import time
from collections.abc import Sequence

from tests.fakes.openai_server.behaviours import Behaviour, Fault, Provider, Script, in_prompt
from tests.fakes.openai_server.journal import Journal
from tests.fakes.openai_server.prompt_cache import PromptCache
from tests.fakes.openai_server.prompts import Prompt

MODELS = (
    "gpt-4o",
    "gpt-4o-mini",
    "gpt-4.1",
    "gpt-4.1-mini",
    "gpt-5",
    "gpt-5-mini",
    "gpt-6-luna",
    "gpt-6-sol",
    "gpt-6.1-sol",
    "gpt-6.1-terra",
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
        self._clock_offset = 0.0
        self._numbers = itertools.count(1)

    def reset(self) -> None:
        """Forget the script, the requests and the cached prompts, and set the clock right."""
        self.script.clear()
        self.journal.clear()
        self._cache.clear()
        self._clock_offset = 0.0

    def next_number(self) -> int:
        return next(self._numbers)

    def advance_clock(self, seconds: float) -> None:
        """Make the prompt cache older."""
        self._clock_offset += seconds

    def cached_tokens(self, provider: Provider, model: str, cache_key: str, prompt: Prompt) -> int:
        """Look a prompt up in the prompt cache, and keep it there."""
        now = time.monotonic() + self._clock_offset
        return self._cache.read_and_keep((provider, model, cache_key), prompt, now=now)

    def behaviour(self, provider: Provider, model: str, prompt: str) -> Behaviour:
        """Choose how to treat a request: as scripted, else as a marker in its prompt says, else well.

        Raises behaviours.BehaviourInvalid for a marker that cannot be read.
        """
        scripted = self.script.take(provider, model, prompt)
        return scripted or in_prompt(prompt, provider, model) or Behaviour()

    def first_byte_seconds(self, behaviour: Behaviour) -> float:
        if behaviour.first_byte_delay is not None:
            return behaviour.first_byte_delay
        return _SLOW_FIRST_BYTE_SECONDS if behaviour.fault is Fault.SLOW_FIRST_BYTE else self.first_byte_delay

    def chunk_seconds(self, behaviour: Behaviour) -> float:
        return self.chunk_delay if behaviour.chunk_delay is None else behaviour.chunk_delay
