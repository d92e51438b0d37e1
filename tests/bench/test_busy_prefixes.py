"""Why a busy prefix keeps one cache key: numbered keys have machines of their own, which have to be warmed too."""

from __future__ import annotations

import random

import pytest

from tests.fakes.openai_server.breakpoint_cache import BreakpointCache
from tests.fakes.openai_server.machines import Machines
from tests.fakes.openai_server.prompts import Prompt, Segment

HOURS = 2
PROMPT = Prompt(
    segments=(Segment("system", "rules " * 1_500, 4), Segment("user", "a brief", 4)),
    text_tokens=(1_500, 50),
    tokens=1_561,
    breakpoints=(1,),
    explicit_caching=True,
)


def missed(*, a_minute: int, keys: int) -> float:
    """Return the share of requests that find their prefix on no machine."""
    machines, cache, draw = Machines(), BreakpointCache(), random.Random(1)
    now, requests, misses = 0.0, 0, 0
    while now < HOURS * 3_600:
        now += draw.expovariate(a_minute / 60)
        requests += 1
        key = (str(draw.randrange(keys)),)
        shelf = (*key, str(machines.number_for(key, PROMPT, now=now)))
        misses += cache.read_and_write(shelf, PROMPT, now=now).read == 0
    return misses / requests


@pytest.mark.parametrize("a_minute", [30, 60, 150])
def test_numbered_keys_miss_more_often_than_one(a_minute):
    assert missed(a_minute=a_minute, keys=1) < missed(a_minute=a_minute, keys=a_minute // 15)


def test_one_key_misses_as_seldom_as_the_document_says():
    assert missed(a_minute=60, keys=1) == pytest.approx(0.002, abs=0.0006)
    assert missed(a_minute=60, keys=4) == pytest.approx(0.005, abs=0.0006)
