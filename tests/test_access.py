"""Every address of the project answers each kind of person as `access_rows` says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Final

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts.models import ApiKey, User
from tests import access_world
from tests.access_rows import MODULES, ROWS, Row
from tests.access_rows.kept_open import is_kept_open
from tests.access_world import BAD_KEYS, World, again
from tests.answer_headers import assert_complete, over_https

pytestmark = pytest.mark.django_db

PEOPLE: Final = ("visitor", "fan", "owner", "other", "operator")
JSON: Final = "application/json"

KEPT_BY_CACHES: Final = {
    *("", "pricing", "legal/terms", "legal/privacy", "legal/imprint", "robots.txt", "sitemap.xml"),
    "@<str:handle>",
    # By those that follow what it says; ours ask each time, since an older one must not be shown while Huntaze is away.
    "status",
}
"""What shared caches may keep. One more is a decision, and a line in the rules of Varnish and CloudFront (docs/caching.md)."""
FOR_CACHES: Final = "public, max-age=0, s-maxage=300, stale-while-revalidate=300, stale-if-error=86400"
FOR_A_MOMENT: Final = "public, max-age=0, s-maxage=30"

METHODS = ("HEAD", "OPTIONS", "GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW")
CASES = [(route, row) for route, rows in ROWS.items() for row in rows]
# What is open to everybody goes by no cookie, but for /api/auth/refresh, which has its own test.
UNSAFE = [(route, row) for route, row in CASES if row.method in {"POST", "DELETE"} and not row.public]


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Return each route with the class of its view, where it has one."""
    for part in resolver.url_patterns:
        route = prefix + str(part.pattern)
        if isinstance(part, URLPattern):
            yield route, getattr(part.callback, "view_class", None)
        else:
            yield from routes(part, route)


VIEWS = list(routes(get_resolver()))
ALL = [route for route, _view in VIEWS]
ADMIN = sorted({route for route in ALL if route.startswith("admin/")})
LISTS = [f"admin/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry]


def view_class(route: str) -> Any:
    """Return the class of the API view at a route."""
    return next(view for found, view in VIEWS if found == route)


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert ROWS.keys() == {route for route in ALL if not route.startswith("admin/")}
    assert len(ROWS) == sum(len(module.ROWS) for module in MODULES), "a route stands in two modules"
    assert len(ADMIN) > 40


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, own_valkey: None, fast_passwords: None) -> Iterator[World]:
    """Made once, for making it takes longer than all that is asked in a test, and each test undoes what it does."""
    undone = ExitStack()
    with django_db_blocker.unblock():
        undone.enter_context(transaction.atomic())
        made = access_world.make()
    yield made
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        undone.close()


@pytest.fixture
def alice(world: World, db: None) -> User:
    return world.alice


@pytest.fixture
def arguments(world: World, db: None) -> dict[str, str]:
    """What stands in the routes: rows of Alice's."""
    return world.arguments


@pytest.fixture
def clients(world: World, db: None) -> dict[str, Client]:
    return {name: again(client) for name, client in world.logged_in.items()}


@pytest.fixture
def bad_clients(world: World, db: None) -> dict[str, Client]:
    # One that no part of the API asks for, and that Alice's own pages could not name.
    ApiKey.objects.filter(name="narrow").update(scopes=["nothing"])
    return {name: again(client) for name, client in world.bad.items()}


def address(route: str, arguments: dict[str, str]) -> str:
    if route.startswith("admin/^(?P<app_label>"):
        return "/admin/content/"
    for name, value in arguments.items():
        route = route.replace(name, value)
    assert "<" not in route, f"the fixture `arguments` has nothing for {route}"
    return f"/{route}"


def ask(client: Client, method: str, url: str, data: dict[str, Any] | None = None) -> Any:
    """Send a request, and undo what it did."""
    with transaction.atomic():
        if url.startswith("/api/") and method == "POST":
            # The answer to a generation would wait for workers that are not there.
            response: Any = client.post(url, data or {}, content_type=JSON, headers={"Prefer": "respond-async"})
        elif method == "POST":
            response = client.post(url, data or {})
        else:
            response = client.generic(method, url)
        transaction.set_rollback(True)
    return response


@pytest.mark.usefixtures("provider")
@pytest.mark.parametrize(("route", "row"), CASES, ids=[f"{row.method} /{route}" for route, row in CASES])
def test_each_person_gets_what_is_theirs(
    route: str, row: Row, clients: dict[str, Client], arguments: dict[str, str]
) -> None:
    url = address(route, arguments)

    # Who logs out is last to need the session.
    answers = {name: ask(clients[name], row.method, url, row.data) for name in PEOPLE}

    assert {name: answer.status_code for name, answer in answers.items()} == dict(
        zip(PEOPLE, row.statuses, strict=True)
    )
    for name, answer in answers.items():
        assert may_be_kept(answer) == (name == "visitor" and row.method == "GET" and route in KEPT_BY_CACHES), name


def may_be_kept(response: Any) -> bool:
    """Whether a shared cache may keep an answer: it says so, with every word that our pages say, or forbids it."""
    said = response.headers["Cache-Control"]
    if said in {FOR_CACHES, FOR_A_MOMENT} and not response.cookies:
        return True
    assert "private" in said
    # Who has no session may keep what a secret address gave them, for themselves.
    assert "no-store" in said or response.request["PATH_INFO"].startswith("/calendar/")
    assert "Surrogate-Key" not in response.headers
    return False


@pytest.mark.usefixtures("provider")
@pytest.mark.parametrize(("route", "row"), CASES, ids=[f"{row.method} /{route}" for route, row in CASES])
def test_who_may_only_read_reads_everything_and_writes_nothing(
    route: str, row: Row, alice: User, clients: dict[str, Client], arguments: dict[str, str]
) -> None:
    url = address(route, arguments)
    User.objects.filter(pk=alice.pk).update(read_only_since=timezone.now())

    response = ask(clients["owner"], row.method, url, row.data)

    as_ever = row.public or row.method == "GET" or is_kept_open(route)
    assert response.status_code == (row.statuses[PEOPLE.index("owner")] if as_ever else 402)
    if not as_ever and url.startswith("/api/"):
        assert problem(response, url)["code"] == "read_only"


def what_bad_keys_get(route: str, row: Row) -> dict[str, int]:
    """Pages look at the browser's session alone: the others are visitors there. The API says what is wrong."""
    visitor = row.statuses[0]
    refused = {**dict.fromkeys(BAD_KEYS, 401), "key without scope": 403}
    return refused if route.startswith("api/") and not row.public else dict.fromkeys(BAD_KEYS, visitor)


@pytest.mark.usefixtures("provider")
@pytest.mark.parametrize(("route", "row"), CASES, ids=[f"{row.method} /{route}" for route, row in CASES])
def test_what_is_expired_ended_or_too_narrow_opens_nothing(
    route: str, row: Row, bad_clients: dict[str, Client], arguments: dict[str, str]
) -> None:
    url = address(route, arguments)

    answers = {name: ask(bad_clients[name], row.method, url, row.data) for name in BAD_KEYS}

    assert {name: answer.status_code for name, answer in answers.items()} == what_bad_keys_get(route, row)
    if route.startswith("api/") and not row.public:
        codes = {name: problem(answer, url)["code"] for name, answer in answers.items()}
        assert codes == {**dict.fromkeys(BAD_KEYS, "not_authenticated"), "key without scope": "insufficient_scope"}
        assert all("WWW-Authenticate" in answer for answer in answers.values())
        assert 'error="insufficient_scope"' in answers["key without scope"]["WWW-Authenticate"]


def test_every_part_of_the_api_says_which_scope_it_needs() -> None:
    views = {view_class(route) for route, rows in ROWS.items() if route.startswith("api/") and not rows[0].public}

    assert [view for view in views if not hasattr(view, "scopes")] == []


@pytest.mark.parametrize("route", [route for route in ROWS if route.startswith("app/")])
def test_who_is_logged_out_is_sent_to_the_log_in_and_back(
    route: str, arguments: dict[str, str], client: Client
) -> None:
    url = address(route, arguments)

    response = client.get(url, follow=True)

    assert response.redirect_chain[-1][0].startswith("/login?next=/app/")
    assert response.status_code == 200


@pytest.mark.parametrize(("route", "row"), UNSAFE, ids=[f"/{route} {row.data}" for route, row in UNSAFE])
def test_nothing_is_changed_without_the_csrf_token(
    route: str, row: Row, alice: User, arguments: dict[str, str]
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)

    assert ask(client, row.method, address(route, arguments), row.data).status_code == 403


@pytest.mark.parametrize("route", list(ROWS), ids=lambda route: f"/{route}")
def test_no_method_crashes(route: str, clients: dict[str, Client], arguments: dict[str, str]) -> None:
    url = address(route, arguments)

    for method in METHODS:
        for name in ("visitor", "owner"):
            response = ask(clients[name], method, url)
            assert response.status_code < 500, (method, name)
            if url.startswith("/api/") and response.status_code >= 400 and method != "HEAD":
                assert problem(response, url)["status"] == response.status_code


@pytest.mark.usefixtures("provider")
@pytest.mark.parametrize("route", [*ROWS, *ADMIN], ids=lambda route: f"/{route}")
def test_every_answer_carries_the_headers(
    route: str, clients: dict[str, Client], arguments: dict[str, str], settings: Any
) -> None:
    over_https(settings)
    url = address(route, arguments)

    for method in ("GET", "POST"):
        for name in ("visitor", "owner", "operator"):
            with transaction.atomic():
                response: Any = clients[name].generic(method, url, "{}", content_type=JSON, secure=True)
                transaction.set_rollback(True)
            assert_complete(response, f"{method} {url} {name}")


def problem(response: Any, url: str) -> Any:
    """Return the problem that a refusal of the API is; for clients of the OpenAI protocol it is in their envelope."""
    if url.startswith("/api/ai/v1/"):
        assert response["Content-Type"] == "application/json"
        return response.json()["error"]["problem"]
    assert response["Content-Type"] == "application/problem+json"
    return response.json()


@pytest.mark.parametrize("route", ADMIN, ids=lambda route: f"/{route}")
def test_the_admin_is_for_operators(route: str, clients: dict[str, Client], arguments: dict[str, str]) -> None:
    url = address(route, arguments)
    for name in ("visitor", "fan", "owner", "other"):
        for method in ("GET", "POST"):
            response = ask(clients[name], method, url)
            if route == "admin/login/":
                # Everybody's own door; who is in already reads that this part is for operators.
                assert response.status_code == (302 if name == "visitor" else 403)
                assert name != "visitor" or response["Location"] == "/login?next=%2Fadmin%2F"
            else:
                assert response.status_code == 302
                assert response["Location"] == "/admin/" or response["Location"].startswith(
                    ("/admin/login/?next=/admin/", "/login?next=")
                )
    assert ask(clients["operator"], "GET", url).status_code in {200, 302, 403, 404, 405}


@pytest.mark.parametrize("route", ["admin/", *LISTS], ids=lambda route: f"/{route}")
def test_operators_open_every_list(route: str, clients: dict[str, Client]) -> None:
    assert route in ADMIN
    assert ask(clients["operator"], "GET", f"/{route}").status_code == 200


def test_a_creator_who_is_staff_but_no_superuser_sees_nothing(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    client = Client()
    client.force_login(alice)

    assert client.get("/admin/").status_code == 200
    for route in LISTS:
        assert client.get(f"/{route}").status_code == 403
