"""A stand-in for OpenAI and Azure OpenAI: a real HTTP server on loopback that tests and benchmarks can script.

    with OpenAIServer() as vendor:
        vendor.script(Fault.RATE_LIMITED, retry_after=2, provider="azure")
        client = OpenAI(base_url=vendor.url, api_key=vendor.api_key)

A prompt can ask for a fault too, with `[[fault:hang]]` in a user message; `[[fault:none chunk_delay=0.2]]` only slows the
answer down, and `[[defect:refusal]]` makes it a bad one. Another process uses the control endpoints: POST /__control/script,
/__control/reset and /__control/clock, and GET /__control/requests. A request may tell the time at which the prompt cache is to
see it, in seconds, in the header X-Fake-Now. `python -m tests.fakes.openai_server --help` runs it as a process of its own.
"""

from tests.fakes.openai_server.behaviours import BehaviourInvalid, Defect, Fault
from tests.fakes.openai_server.journal import NotSeen, Outcome, RecordedRequest
from tests.fakes.openai_server.server import API_KEY, OpenAIServer, refusing_url

__all__ = [
    "API_KEY",
    "BehaviourInvalid",
    "Defect",
    "Fault",
    "NotSeen",
    "OpenAIServer",
    "Outcome",
    "RecordedRequest",
    "refusing_url",
]
