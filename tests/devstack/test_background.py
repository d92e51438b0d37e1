"""`make services`: parts that go on without whoever started them."""

import os

import pytest

from devstack import records
from tests.devstack.stacks import Stack

pytestmark = pytest.mark.timeout(300)


def test_it_returns_when_the_parts_are_up_and_they_go_on_until_they_are_stopped(stack: Stack) -> None:
    started = stack.run("start", "--parts", "valkey")
    assert (started.returncode, started.stderr) == (0, "")
    assert "valkey" in started.stdout
    assert "The parts are up" in started.stdout

    supervisor, provided = records.announced(stack.state) or (None, {})
    assert supervisor is not None
    assert provided["REDIS_URL"].startswith("redis://")
    # Of a session of its own: nothing that ends the terminal ends it.
    assert os.getsid(supervisor.pid) == supervisor.pid
    assert "valkey" in stack.pids()

    assert stack.run("stop").returncode == 0
    assert records.announced(stack.state) is None
    assert stack.pids() == {}


def test_a_start_that_fails_says_why_and_leaves_nothing(stack: Stack) -> None:
    started = stack.run("start", "--parts", "nothing")
    assert started.returncode == 1
    assert "There is no part 'nothing'" in started.stdout
    assert records.announced(stack.state) is None


def test_a_second_start_is_refused_and_the_first_one_goes_on(stack: Stack) -> None:
    assert stack.run("start", "--parts", "valkey").returncode == 0
    first = stack.pids()
    second = stack.run("start", "--parts", "valkey")
    assert second.returncode == 1
    assert "already run" in second.stdout
    assert stack.pids() == first
    assert stack.run("stop").returncode == 0
