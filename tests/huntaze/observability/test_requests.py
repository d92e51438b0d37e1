"""A request's id: taken, made, told, and carried on."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest
from celery import current_app, shared_task
from django.test import Client

from accounts.models import User
from ai_routing import telemetry
from huntaze.logs import bound
from huntaze.observability import messages
from huntaze.observability.joining import role_of

REQUEST_ID = "5f0e8c1a9b7d4e2f8a6c3b1d0e9f7a5c"
pytestmark = pytest.mark.django_db


def test_an_answer_names_its_request(client: Client) -> None:
    assert client.get("/", headers={"X-Request-ID": REQUEST_ID})["X-Request-ID"] == REQUEST_ID
    made = client.get("/", headers={"X-Request-ID": "fan@example.org"})["X-Request-ID"]
    assert bound.IDS.fullmatch(made)
    assert made != client.get("/")["X-Request-ID"]


def test_it_is_known_whose_request_it_is_once_that_was_asked(client: Client, alice: User) -> None:
    client.get("/status")
    assert bound.current().user == ""
    client.force_login(alice)
    client.get("/app/")

    assert bound.current().user == str(alice.pk)


def test_knowing_it_asks_the_database_nothing(client: Client, alice: User, django_assert_num_queries: Any) -> None:
    client.force_login(alice)
    client.get("/robots.txt")

    with django_assert_num_queries(0):
        assert bound.current().user == str(alice.pk)


def test_what_a_stranger_says_of_traces_is_not_heard(client: Client, settings: Any) -> None:
    headers = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01", "baggage": "email=fan@example.org"}
    heard = client.get("/", headers=headers).wsgi_request.META
    assert "HTTP_TRACEPARENT" not in heard
    assert "HTTP_BAGGAGE" not in heard

    settings.WATCHING = replace(settings.WATCHING, trusted_trace=True)
    assert "HTTP_TRACEPARENT" in client.get("/", headers=headers).wsgi_request.META


def test_a_message_carries_the_ids_and_nothing_else() -> None:
    bound.bind(bound.Bound(request_id=REQUEST_ID, user_id="7"))
    headers: dict[str, Any] = {"id": "t"}

    messages.carry(headers=headers)

    assert headers == {"id": "t", "request_id": REQUEST_ID, "user_id": "7"}


@shared_task(name="tests.say_whose")
def say_whose() -> list[str]:
    here = bound.current()
    return [here.request_id, here.user, here.task, here.task_id]


class Message:
    called_directly = False
    is_eager = False

    def __init__(self, **headers: object) -> None:
        vars(self).update(headers)


class Task:
    name = "content.tasks.write_variant"

    def __init__(self, **headers: object) -> None:
        self.request = Message(**headers)


def test_a_worker_takes_up_what_a_message_carries_and_puts_it_down() -> None:
    bound.bind(bound.NOTHING)
    task = Task(request_id=REQUEST_ID, user_id="7")

    messages.take_up(task_id="t-1", task=task)
    here = bound.current()
    assert (here.request_id, here.user, here.task_id, here.task) == (REQUEST_ID, "7", "t-1", task.name)
    messages.put_down(task=task)
    assert bound.current() == bound.NOTHING


@pytest.mark.parametrize("headers", [{"request_id": "fan@example.org", "user_id": "Zephyrine"}, {"request_id": 7}, {}])
def test_a_worker_believes_no_header_that_is_not_ours(headers: dict[str, object]) -> None:
    bound.bind(bound.NOTHING)

    messages.take_up(task_id="t-1", task=Task(**headers))

    assert (bound.current().request_id, bound.current().user) == ("", "")


def test_a_task_done_in_place_goes_on_under_its_callers_ids() -> None:
    bound.bind(bound.Bound(request_id=REQUEST_ID, user_id="7"))

    told = say_whose.apply().get()

    assert told[:3] == [REQUEST_ID, "7", "tests.say_whose"]
    assert bound.current() == bound.Bound(request_id=REQUEST_ID, user_id="7")


def test_a_provider_gets_the_id_and_no_trace_where_none_is_made() -> None:
    bound.bind(bound.Bound(request_id=REQUEST_ID, user_id="7"))

    assert telemetry.headers() == {"X-Request-ID": REQUEST_ID, "X-Client-Request-Id": REQUEST_ID}


@pytest.mark.parametrize(
    ("argv", "role"),
    [
        (["/venv/lib/gunicorn/__main__.py", "-c", "huntaze/gunicorn.py"], "web"),
        (["/venv/bin/celery", "-A", "huntaze", "worker", "-P", "gevent"], "worker"),
        (["/venv/lib/celery/__main__.py", "-A", "huntaze", "beat"], "beat"),
        (["manage.py", "migrate"], "command"),
        (["manage.py", "worker"], "command"),
    ],
)
def test_a_process_knows_what_it_is(argv: list[str], role: str) -> None:
    assert role_of(argv) == role


def test_celery_leaves_the_log_as_the_settings_have_it() -> None:
    before = logging.getLogger().handlers[:]

    current_app.log.setup(loglevel=logging.INFO, redirect_stdouts=False)

    assert logging.getLogger().handlers == before
