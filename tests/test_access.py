"""Every address of the project answers each kind of person as `access_rows` says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.http import HttpRequest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts import api_keys, handles
from accounts.models import ApiKey, DataExport, Notification, Session, User
from accounts.sessions import clients as api_clients
from accounts.sessions import cookies, rows, tokens
from ai_routing.assistant import asking
from ai_routing.models import Run
from content import brief, generation, voices
from content.models import Asset, Content, ContentVersion, Folder, Generation, PostTemplate, Publication, Tag, Variant
from content.planning import feed
from tests.access_rows import MODULES, ROWS, Row
from tests.access_rows.kept_open import is_kept_open

pytestmark = pytest.mark.django_db

PEOPLE: Final = ("visitor", "fan", "owner", "other", "operator")
# Alice's, and none of them good: what they get follows from the rows.
BAD_KEYS: Final = ("expired token", "ended token", "ended browser session", "expired key", "key without scope")
JSON: Final = "application/json"

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


@pytest.fixture
def arguments(alice: User) -> dict[str, str]:
    """What stands in the routes: rows of Alice's."""
    now = timezone.now()
    return {
        **of_people(alice, now),
        **of_texts(alice, now),
        **of_things(alice, now),
        "<str:form>": "csv",
        "<slug:workflow>": "performance-review",
        "<slug:shape>": "original",
        "<slug:tier>": "pro",
        "<slug:interval>": "year",
        "<str:token>": "none",
        "<str:key>": "none",
        "<int:pk>": "1",
        "^login/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[0-9A-Za-z-]+)$": "login/reset/1-none",
        "^(?P<app_label>": "",
        "(?P<url>.*)$": "nowhere/",
    }


def of_texts(alice: User, now: datetime) -> dict[str, str]:
    asked = generation.request(alice, brief.Brief(prompt="Rain"), now=now)
    variant = Variant.objects.get()
    variant.body = "Rain on the roof."
    variant.save()
    content = Content.objects.create(user=alice, body=variant.body, created_at=now, updated_at=now)
    Generation.objects.filter(pk=asked.pk).update(content=content)
    version = ContentVersion.objects.create(
        content=content, revision=1, reason="typed", origin="human", body="Rain.", created_at=now
    )
    out = Content.objects.create(user=alice, body="Rain.", state="scheduled", created_at=now, updated_at=now)
    publication = Publication.objects.create(
        user=alice,
        content=out,
        channel="instagram",
        state="reminded",
        due_at=now,
        attempt_at=now,
        reminded_at=now,
        created_at=now,
    )
    template = PostTemplate.objects.create(user=alice, name="Winter", body="Rain.", created_at=now, updated_at=now)
    voice = voices.create(alice, voices.Wording(name="Night"), ["Rain on the roof."], now=now)
    return {
        "<uuid:generation_id>": str(asked.pk),
        "<uuid:variant_id>": str(variant.pk),
        "<uuid:content_id>": str(content.pk),
        "<uuid:version_id>": str(version.pk),
        "<uuid:publication_id>": str(publication.pk),
        "<uuid:template_id>": str(template.pk),
        "<uuid:voice_id>": str(voice.pk),
        "<uuid:sample_id>": str(voice.samples.get().pk),
    }


def of_things(alice: User, now: datetime) -> dict[str, str]:
    question = asking.ask(alice, None, "What next?", now=now)
    run = Run.objects.create(
        user=alice,
        workflow="performance-review",
        title="What changed?",
        brief={"question": "What changed?", "language": "en"},
        budget_credits=30,
        created_at=now,
    )
    folder = Folder.objects.create(user=alice, name="Winter", created_at=now)
    asset = Asset.objects.create(
        user=alice, name="a", kind="image", size=9, part_size=9, created_at=now, updated_at=now, upload_expires_at=now
    )
    return {
        "<uuid:conversation_id>": str(question.conversation_id),
        "<uuid:turn_id>": str(question.pk),
        "<uuid:run_id>": str(run.pk),
        "<uuid:folder_id>": str(folder.pk),
        "<uuid:asset_id>": str(asset.pk),
        "<uuid:tag_id>": str(Tag.objects.create(user=alice, name="Winter").pk),
    }


def of_people(alice: User, now: datetime) -> dict[str, str]:
    key, _ = api_keys.create(alice, name="laptop", now=now)
    session = rows.start(alice, Session.Kind.API, request=None, now=now)
    export = DataExport.objects.create(
        user=alice, state="ready", file="none.zip", created_at=now, ready_at=now, expires_at=now + timedelta(days=7)
    )
    profile = handles.take(alice, "alice")
    profile.bio = "Rain and tea."
    profile.feed_enabled = True
    profile.save()
    return {
        # Its token is the key to it, whoever has it; it stands before the other tokens.
        "calendar/<str:token>.ics": f"calendar/{feed.token(profile)}.ics",
        "<int:key_id>": str(key.pk),
        "<uuid:session_id>": str(session.pk),
        "<str:handle>": "alice",
        "<uuid:export_id>": str(export.pk),
        "<uuid:notification_id>": str(Notification.objects.create(user=alice, kind="test", created_at=now).pk),
        "<path:object_id>": str(alice.pk),
        "<path:content_type_id>": str(ContentType.objects.get_for_model(User).pk),
        "<id>": str(alice.pk),
    }


@pytest.fixture
def clients(alice: User, bob: User, charlie: User, operator: User) -> dict[str, Client]:
    people = dict(zip(PEOPLE[1:], (charlie, alice, bob, operator), strict=True))
    found = {"visitor": Client()}
    for name, user in people.items():
        found[name] = Client()
        found[name].force_login(user)
    return found


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
    answers = {name: ask(clients[name], row.method, url, row.data).status_code for name in PEOPLE}

    assert answers == dict(zip(PEOPLE, row.statuses, strict=True))


@pytest.mark.usefixtures("provider")
@pytest.mark.parametrize(("route", "row"), CASES, ids=[f"{row.method} /{route} {row.data}" for route, row in CASES])
def test_who_may_only_read_reads_everything_and_writes_nothing(
    route: str, row: Row, alice: User, arguments: dict[str, str]
) -> None:
    url = address(route, arguments)
    client = Client()
    client.force_login(alice)
    User.objects.filter(pk=alice.pk).update(read_only_since=timezone.now())

    response = ask(client, row.method, url, row.data)

    as_ever = row.public or row.method == "GET" or is_kept_open(route)
    assert response.status_code == (row.statuses[PEOPLE.index("owner")] if as_ever else 402)
    if not as_ever and url.startswith("/api/"):
        assert problem(response, url)["code"] == "read_only"


@pytest.fixture
def bad_clients(alice: User) -> dict[str, Client]:
    now = timezone.now()
    found = {name: Client() for name in BAD_KEYS}
    long_ago = now - tokens.LIFE - timedelta(minutes=1)
    session = rows.start(alice, Session.Kind.API, request=None, now=long_ago)
    found["expired token"].cookies[cookies.ACCESS] = tokens.access(session, now=long_ago)
    ended = api_clients.begin(alice, request=HttpRequest(), now=now)
    rows.end(ended.session, Session.Ending.REVOKED, now=now)
    found["ended token"].cookies[cookies.ACCESS] = ended.access
    found["ended browser session"].force_login(alice)
    browsers = Session.objects.filter(user=alice, kind=Session.Kind.BROWSER)
    browsers.order_by("-created_at")[:1].get().delete()
    _key, secret = api_keys.create(alice, name="old", now=now, expires_at=now - timedelta(seconds=1))
    found["expired key"] = Client(headers={"Authorization": f"Bearer {secret}"})
    key, secret = api_keys.create(alice, name="narrow", now=now)
    # One that no part of the API asks for.
    ApiKey.objects.filter(pk=key.pk).update(scopes=["nothing"])
    found["key without scope"] = Client(headers={"Authorization": f"Bearer {secret}"})
    return found


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
