"""Which traces are kept from the start; the collector decides about the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from opentelemetry.context import Context
from opentelemetry.sdk.trace.sampling import Decision, ParentBased, Sampler, SamplingResult, TraceIdRatioBased
from opentelemetry.trace import Link, SpanKind, TraceState
from opentelemetry.util.types import Attributes


class Beginnings(Sampler):
    """Judges spans without a parent. A client's is one half of something, such as a worker that asks for its next task."""

    def __init__(self, *, requests: float, housekeeping: float) -> None:
        self.requests = TraceIdRatioBased(requests)
        self.housekeeping = TraceIdRatioBased(housekeeping)

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        if kind is SpanKind.CLIENT:
            return SamplingResult(Decision.DROP)
        # Nobody's request has sent it: it is the clock's.
        judge = self.housekeeping if kind is SpanKind.PRODUCER else self.requests
        return judge.should_sample(parent_context, trace_id, name, kind, attributes, links, trace_state)

    def get_description(self) -> str:
        return f"Beginnings({self.requests.get_description()}, {self.housekeeping.get_description()})"


def sampler(*, requests: float, housekeeping: float) -> Sampler:
    """Return what keeps these shares of traces, and all of a trace or nothing."""
    beginnings: Any = Beginnings(requests=requests, housekeeping=housekeeping)
    return ParentBased(beginnings)
