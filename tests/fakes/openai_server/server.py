"""Starts and stops the fake vendor inside a test process."""

import contextlib
import socket
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Self

from tests.fakes.openai_server.behaviours import Defect, Endpoint, Fault, Provider, from_settings
from tests.fakes.openai_server.connection import Connection
from tests.fakes.openai_server.journal import RecordedRequest
from tests.fakes.openai_server.listener import Listener
from tests.fakes.openai_server.vendor import MODELS, Vendor

API_KEY = "sk-fake-0123456789abcdef"


class OpenAIServer:
    """A server on 127.0.0.1 that speaks the protocols of OpenAI and of Azure OpenAI, for as long as the `with` block lasts.

    `port` 0 takes any free one. `models` are the models and the Azure deployments on offer; others get a 404. `context_tokens`
    is the longest prompt plus answer, in tokens. A cached prompt lives `cache_idle_seconds` after its last use. `chunk_delay`
    and `first_byte_delay` are in seconds and hold for all that is not scripted otherwise.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        api_key: str = API_KEY,
        models: Sequence[str] = MODELS,
        context_tokens: int = 128_000,
        cache_idle_seconds: float = 300.0,
        chunk_delay: float = 0.0,
        first_byte_delay: float = 0.0,
    ) -> None:
        self.api_key = api_key
        self._vendor = Vendor(
            api_key=api_key,
            models=models,
            context_tokens=context_tokens,
            cache_idle_seconds=cache_idle_seconds,
            chunk_delay=chunk_delay,
            first_byte_delay=first_byte_delay,
        )
        self._listener = Listener(port, self._vendor, Connection)

    def __enter__(self) -> Self:
        self._listener.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.stop()

    @property
    def root_url(self) -> str:
        """Where the control endpoints are, under /__control/."""
        return f"http://127.0.0.1:{self._listener.port}"

    @property
    def url(self) -> str:
        """The base URL of an OpenAI client."""
        return f"{self.root_url}/v1"

    @property
    def azure_url(self) -> str:
        """The endpoint of an Azure OpenAI client."""
        return self.root_url

    @property
    def requests(self) -> list[RecordedRequest]:
        """All requests since the start or the last reset, oldest first; those to the control endpoints do not count."""
        return self._vendor.journal.requests()

    def wait_for(
        self, condition: Callable[[list[RecordedRequest]], bool], *, timeout: float = 5.0
    ) -> list[RecordedRequest]:
        """Wait until the requests meet the condition, and return them. It is asked after each change, so keep it short.

        Raises journal.NotSeen after `timeout` seconds.
        """
        return self._vendor.journal.wait_for(condition, timeout=timeout)

    def script(
        self,
        fault: Fault | str | None = None,
        *,
        defect: Defect | str | None = None,
        word: str = "crypto",
        text: str | None = None,
        chunk_size: int | None = None,
        chunk_delay: float | None = None,
        first_byte_delay: float | None = None,
        after_chunks: int = 3,
        retry_after: float = 1.0,
        endpoint: Endpoint = "chat",
        provider: Provider | None = None,
        model: str | None = None,
        containing: str | None = None,
        times: int | None = 1,
    ) -> None:
        """Queue a behaviour for the next request that meets its conditions; see behaviours.Behaviour for what each means.

        Raises behaviours.BehaviourInvalid for a value that does not fit.
        """
        settings = {
            "fault": fault,
            "defect": defect,
            "word": word,
            "text": text,
            "chunk_size": chunk_size,
            "chunk_delay": chunk_delay,
            "first_byte_delay": first_byte_delay,
            "after_chunks": after_chunks,
            "retry_after": retry_after,
            "endpoint": endpoint,
            "provider": provider,
            "model": model,
            "containing": containing,
            "times": times,
        }
        self._vendor.script.add(from_settings(settings))

    def reset(self) -> None:
        """Forget the script, the requests and the prompt cache, set the clock right, and end the answers under way."""
        self._vendor.reset()
        self._listener.drop_answers()

    def advance_clock(self, seconds: float) -> None:
        """Make the prompt cache older by so many seconds."""
        self._vendor.advance_clock(seconds)

    def set_clock(self, now: float) -> None:
        """Stop the clock of the prompt cache at a time, in seconds of the caller's own count, until the next reset."""
        self._vendor.set_clock(now)


@contextlib.contextmanager
def refusing_url() -> Iterator[str]:
    """Give a base URL whose port refuses every connection, and keep others from taking that port meanwhile."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}/v1"
