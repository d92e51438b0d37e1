"""Every address of the project answers each kind of person as `access_rows` says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts import api_keys, handles
from accounts.models import Notification, User
from ai_routing.assistant import asking
from ai_routing.models import Run
from content import brief, generation, voices
from content.models import Asset, Content, ContentVersion, Folder, Generation, PostTemplate, Publication, Tag, Variant
from content.planning import feed
from tests.access_rows import ROWS, Row

pytestmark = pytest.mark.django_db

PEOPLE: Final = ("visitor", "fan", "owner", "other", "operator")
JSON: Final = "application/json"


@dataclass(frozen=True)
class Row:
    """What a request to a route is answered, to each of PEOPLE. `data` is a form, or JSON for the API."""

    method: str
    statuses: tuple[int, int, int, int, int]
    data: dict[str, Any] = field(default_factory=dict)


EVERYBODY = (200, 200, 200, 200, 200)
SWITCH = (302, 302, 302, 302, 302)
CREATORS = (302, 403, 200, 200, 403)
CREATORS_DO = (302, 403, 302, 302, 403)
OWNER = (302, 403, 200, 404, 403)
OWNER_DOES = (302, 403, 302, 404, 403)
API_OWNER = (401, 404, 200, 404, 404)
POST_FIELDS = {"title": "Title", "body": "Body"}
BRIEF = {
    "prompt": "Rain",
    "platform": "x",
    "language": "en",
    "length": "short",
    "variants": "1",
    "task_type": "chatbot",
}

TOMORROW = (timezone.now() + timedelta(days=1)).date().isoformat()

RUN = {"question": "What changed?", "language": "en", "budget_credits": "30"}

ROWS: Final[dict[str, list[Row]]] = {
    "": [Row("GET", EVERYBODY), Row("POST", (405,) * 5)],
    "pricing": [Row("GET", EVERYBODY)],
    "legal/terms": [Row("GET", EVERYBODY)],
    "legal/privacy": [Row("GET", EVERYBODY)],
    "legal/imprint": [Row("GET", EVERYBODY)],
    "robots.txt": [Row("GET", EVERYBODY)],
    "sitemap.xml": [Row("GET", EVERYBODY)],
    "login": [
        Row("GET", (200, 302, 302, 302, 302)),
        Row("POST", (302, 302, 302, 302, 302), {"login": "alice@example.org", "password": PASSWORD}),
    ],
    "signup": [
        Row("GET", (200, 302, 302, 302, 302)),
        Row(
            "POST",
            (302, 302, 302, 302, 302),
            {"name": "Dora", "email": "dora@example.org", "password1": PASSWORD},
        ),
    ],
    "logout": [Row("GET", (302, 200, 200, 200, 200)), Row("POST", SWITCH)],
    "login/closed": [Row("GET", EVERYBODY)],
    "app/shortcuts": [
        Row("POST", CREATORS_DO, {"shortcuts": "off"}),
        Row("POST", (302, 403, 400, 400, 403), {"shortcuts": "maybe"}),
    ],
    "app/find": [Row("GET", CREATORS)],
    "favicon.ico": [Row("GET", (301,) * 5)],
    "theme": [
        Row("GET", (400,) * 5),
        Row("POST", SWITCH, {"theme": "dark"}),
        Row("POST", (400,) * 5, {"theme": "pink"}),
    ],
    "language": [
        Row("GET", (400,) * 5),
        Row("POST", SWITCH, {"language": "fr"}),
        Row("POST", (400,) * 5, {"language": "xx"}),
    ],
    "app/notifications": [Row("GET", CREATORS)],
    "app/notifications/panel": [Row("GET", CREATORS)],
    "app/notifications/read": [Row("POST", CREATORS_DO)],
    "app/notifications/<uuid:notification_id>/read": [Row("POST", OWNER_DOES)],
    # Switched on in development only.
    "app/_components": [Row("GET", (302, 403, 404, 404, 403))],
    "app/": [Row("GET", CREATORS)],
    "app/home/steps/hide": [Row("POST", CREATORS_DO)],
    "app/home/steps/show": [Row("POST", CREATORS_DO)],
    "app/welcome": [
        Row("GET", CREATORS),
        Row("POST", CREATORS_DO, {"makes": ["photos"]}),
        Row("POST", (302, 403, 422, 422, 403), {"makes": ["made up"]}),
    ],
    "app/settings": [Row("GET", CREATORS)],
    "app/settings/profile": [
        Row("POST", CREATORS_DO, {"name": "A"}),
        Row("POST", (302, 403, 422, 422, 403), {"name": ""}),
    ],
    "app/settings/page": [
        Row("POST", CREATORS_DO, {"handle": "somebody"}),
        # Alice has it.
        Row("POST", (302, 403, 302, 422, 403), {"handle": "alice"}),
    ],
    "app/settings/handle": [Row("GET", CREATORS)],
    "app/settings/preferences": [
        Row("POST", CREATORS_DO, {"locale": "en", "time_zone": "UTC", "theme": "system"}),
        Row("POST", (302, 403, 422, 422, 403), {}),
    ],
    "@<str:handle>": [Row("GET", EVERYBODY), Row("POST", (405,) * 5)],
    "app/settings/keys": [Row("GET", CREATORS_DO), Row("POST", CREATORS, {"name": "laptop"})],
    # Whether a key of somebody else exists is not told: the answer is the same.
    "app/settings/keys/<int:key_id>/revoke": [Row("POST", CREATORS_DO)],
    "app/create": [
        Row("GET", CREATORS),
        Row("POST", CREATORS_DO, BRIEF),
        Row("POST", (302, 403, 422, 422, 403), {}),
    ],
    "app/create/<uuid:content_id>": [Row("GET", OWNER)],
    "app/create/<uuid:content_id>/save": [
        Row("POST", OWNER_DOES, {**POST_FIELDS, "revision": "1"}),
        Row("POST", (302, 403, 409, 404, 403), {**POST_FIELDS, "revision": "7"}),
        Row("POST", (302, 403, 422, 404, 403), {"body": "x" * 20_001}),
    ],
    "app/create/<uuid:content_id>/write": [
        Row("POST", OWNER_DOES, BRIEF),
        Row("POST", (302, 403, 422, 404, 403), {}),
    ],
    "app/create/<uuid:content_id>/edit": [
        Row("POST", OWNER_DOES, {"kind": "rewrite", "change": "shorter"}),
        Row("POST", OWNER_DOES, {}),
    ],
    "app/create/<uuid:content_id>/history": [Row("GET", OWNER)],
    "app/create/<uuid:content_id>/media": [
        Row("GET", OWNER),
        Row("POST", OWNER_DOES, {"do": "add", "asset": "no file"}),
    ],
    "app/create/<uuid:content_id>/media/words": [Row("POST", OWNER_DOES, {"alt_text": "Rain"})],
    "app/versions/<uuid:version_id>/restore": [Row("POST", OWNER_DOES)],
    "app/generations/<uuid:generation_id>": [Row("GET", OWNER)],
    "app/generations/<uuid:generation_id>/stop": [Row("POST", OWNER_DOES)],
    "app/variants/<uuid:variant_id>/use": [Row("POST", OWNER_DOES)],
    "app/campaigns": [Row("GET", CREATORS)],
    "app/campaigns/new": [Row("GET", CREATORS)],
    "app/campaigns/new/<slug:workflow>": [
        Row("GET", CREATORS),
        Row("POST", CREATORS_DO, RUN),
        Row("POST", (302, 403, 422, 422, 403), {}),
    ],
    "app/campaigns/<uuid:run_id>": [Row("GET", OWNER)],
    "app/campaigns/<uuid:run_id>/events": [Row("GET", OWNER)],
    "app/campaigns/<uuid:run_id>/cancel": [Row("POST", OWNER_DOES)],
    "app/campaigns/<uuid:run_id>/decide": [Row("POST", OWNER_DOES, {"approve": "all"})],
    # They tell nothing: whoever follows is asked there.
    "app/team": [Row("GET", (302,) * 5)],
    "app/team/new/<slug:workflow>": [Row("GET", (302,) * 5)],
    "app/team/runs/<uuid:run_id>": [Row("GET", (302,) * 5)],
    "app/assistant": [
        Row("GET", CREATORS),
        Row("POST", CREATORS_DO, {"question": "What next?"}),
        Row("POST", (302, 403, 422, 422, 403), {}),
    ],
    "app/assistant/<uuid:conversation_id>": [
        Row("GET", OWNER),
        Row("POST", (302, 403, 409, 404, 403), {"question": "What next?"}),
        Row("POST", (302, 403, 422, 404, 403), {}),
    ],
    "app/assistant/<uuid:conversation_id>/again": [Row("POST", (302, 403, 409, 404, 403))],
    "app/assistant/<uuid:conversation_id>/rename": [Row("POST", OWNER_DOES, {"title": "Plans"})],
    "app/assistant/<uuid:conversation_id>/delete": [Row("GET", OWNER), Row("POST", OWNER_DOES)],
    "app/assistant/turns/<uuid:turn_id>/stop": [Row("POST", OWNER_DOES)],
    "app/media": [Row("GET", CREATORS)],
    "app/media/tiles": [Row("GET", CREATORS)],
    "app/media/picker": [Row("GET", CREATORS)],
    "app/media/uploads": [Row("POST", (302, 403, 400, 400, 403))],
    "app/media/uploads/<uuid:asset_id>": [Row("GET", OWNER)],
    "app/media/uploads/<uuid:asset_id>/finish": [Row("POST", (302, 403, 409, 404, 403))],
    "app/media/uploads/<uuid:asset_id>/discard": [Row("POST", (302, 403, 204, 404, 403))],
    "app/media/bulk": [Row("POST", CREATORS_DO)],
    "app/media/undo/<str:token>": [Row("POST", CREATORS_DO)],
    "app/media/bin/empty": [Row("POST", CREATORS_DO)],
    "app/media/blur": [Row("POST", CREATORS_DO, {"on": "yes"})],
    "app/media/folders": [Row("POST", CREATORS_DO, {"name": "Summer"})],
    "app/media/folders/<uuid:folder_id>": [Row("POST", OWNER_DOES, {"name": "Summer"})],
    "app/media/folders/<uuid:folder_id>/delete": [Row("POST", OWNER_DOES)],
    "app/media/<uuid:asset_id>": [
        Row("GET", OWNER),
        Row("POST", OWNER_DOES, {"name": "Beach"}),
        Row("POST", (302, 403, 422, 404, 403), {"name": ""}),
    ],
    "app/media/<uuid:asset_id>/delete": [Row("POST", OWNER_DOES)],
    "app/media/<uuid:asset_id>/describe": [Row("POST", (302, 403, 409, 404, 403))],
    # What is not there yet is nobody's to save.
    "app/media/<uuid:asset_id>/download/<slug:shape>": [Row("GET", (302, 403, 404, 404, 403))],
    "app/posts": [Row("GET", CREATORS)],
    "app/posts/<uuid:content_id>": [Row("GET", OWNER_DOES)],
    "app/posts/<uuid:content_id>/delete": [Row("GET", OWNER), Row("POST", OWNER_DOES)],
    "app/posts/<uuid:content_id>/schedule": [
        Row("GET", OWNER),
        Row("POST", OWNER_DOES, {"how": "at", "day": TOMORROW, "at": "09:00", "channels": ["instagram"]}),
        Row("POST", (302, 403, 422, 404, 403), {"how": "at"}),
    ],
    "app/posts/<uuid:content_id>/unschedule": [Row("POST", OWNER_DOES)],
    "app/posts/<uuid:content_id>/plan": [
        Row("GET", OWNER),
        Row("POST", OWNER_DOES, {"day": TOMORROW, "at": "09:00"}),
        Row("POST", (302, 403, 422, 404, 403), {}),
    ],
    "app/calendar": [Row("GET", CREATORS)],
    "app/calendar/feed": [Row("GET", CREATORS), Row("POST", CREATORS_DO, {"act": "on"})],
    # The address alone opens it; one that is forged opens nothing.
    "calendar/<str:token>.ics": [Row("GET", EVERYBODY)],
    "app/calendar/queue": [Row("GET", CREATORS)],
    # Whose posts and slots there are is not told: the answer is the same.
    "app/calendar/queue/<uuid:content_id>/move": [Row("POST", CREATORS_DO, {"position": "0"})],
    "app/calendar/slots": [
        Row("POST", CREATORS_DO, {"weekdays": ["0"], "at": "09:00"}),
        Row("POST", (302, 403, 422, 422, 403), {}),
    ],
    "app/calendar/slots/remove": [Row("POST", CREATORS_DO, {"slot": "1"})],
    "app/publications/<uuid:publication_id>": [Row("GET", OWNER)],
    "app/publications/<uuid:publication_id>/move": [
        Row("GET", OWNER),
        Row("POST", OWNER_DOES, {"day": TOMORROW, "at": "09:00"}),
        Row("POST", (302, 403, 422, 404, 403), {}),
    ],
    "app/publications/<uuid:publication_id>/posted": [
        Row("POST", OWNER_DOES, {"url": "https://www.instagram.com/p/1"}),
        Row("POST", (302, 403, 422, 404, 403), {"url": "javascript:alert(1)"}),
    ],
    "app/publications/<uuid:publication_id>/unposted": [Row("POST", OWNER_DOES)],
    "app/publications/<uuid:publication_id>/snooze": [
        Row("POST", OWNER_DOES, {"minutes": "15"}),
        Row("POST", (302, 403, 422, 404, 403), {"minutes": "1"}),
    ],
    "app/publications/<uuid:publication_id>/retry": [Row("POST", OWNER_DOES)],
    "app/publications/<uuid:publication_id>/skip": [Row("POST", OWNER_DOES)],
    "app/publications/<uuid:publication_id>/back": [Row("POST", OWNER_DOES)],
    "app/voice": [Row("GET", CREATORS)],
    "app/voice/new": [
        Row("GET", CREATORS),
        Row("POST", CREATORS_DO, {"samples": "Rain on the roof tonight, and a new set at nine."}),
        Row("POST", (302, 403, 422, 422, 403), {"samples": "x"}),
    ],
    "app/voice/<uuid:voice_id>": [
        Row("GET", OWNER),
        Row("POST", OWNER_DOES, {"name": "Night", "language": "en", "sentence_length": "short"}),
        Row("POST", (302, 403, 422, 404, 403), {}),
    ],
    "app/voice/<uuid:voice_id>/delete": [Row("POST", OWNER_DOES)],
    "app/voice/<uuid:voice_id>/restore": [Row("POST", OWNER_DOES)],
    "app/voice/<uuid:voice_id>/default": [Row("POST", OWNER_DOES)],
    "app/voice/<uuid:voice_id>/learning": [Row("POST", OWNER_DOES, {"learns": "on"})],
    "app/voice/<uuid:voice_id>/revert": [
        Row("POST", OWNER_DOES, {"number": "1"}),
        Row("POST", (302, 403, 404, 404, 403), {"number": "7"}),
    ],
    "app/voice/<uuid:voice_id>/samples": [Row("POST", OWNER_DOES, {"samples": "Rain on the roof tonight."})],
    "app/voice/samples/<uuid:sample_id>/take-back": [Row("POST", OWNER_DOES)],
    "app/voice/samples/<uuid:sample_id>/put-back": [Row("POST", OWNER_DOES)],
    "app/voice/learn/<uuid:content_id>": [Row("POST", OWNER_DOES)],
    "app/voice/<uuid:voice_id>/reading": [Row("POST", OWNER_DOES)],
    "app/voice/<uuid:voice_id>/reading/answer": [Row("POST", OWNER_DOES, {"take": "tone"})],
    "app/voice/<uuid:voice_id>/try": [Row("POST", OWNER_DOES, {"prompt": "Rain", "platform": "x"})],
    # The generation of the fixture compares nothing.
    "app/voice/<uuid:voice_id>/try/<uuid:generation_id>": [Row("GET", (302, 403, 404, 404, 403))],
    "app/voice/<uuid:voice_id>/try/<uuid:generation_id>/stop": [Row("POST", (302, 403, 404, 404, 403))],
    "app/review/<uuid:content_id>": [Row("GET", OWNER)],
    "app/review/<uuid:content_id>/acknowledge": [Row("POST", OWNER_DOES)],
    "app/review/<uuid:content_id>/appeal": [
        Row("POST", OWNER_DOES, {"words": "Why?"}),
        Row("POST", (302, 403, 422, 404, 403), {}),
    ],
    "api/content/generate": [
        Row("POST", (401, 403, 202, 202, 403), {"prompt": "Rain"}),
        Row("POST", (401, 400, 400, 400, 400), {}),
    ],
    "api/content/generations/<uuid:generation_id>": [Row("GET", API_OWNER)],
    "api/content/generations/<uuid:generation_id>/stop": [Row("POST", (401, 404, 202, 404, 404))],
    "api/content/generations/<uuid:generation_id>/events": [Row("GET", API_OWNER)],
    "api/assistant/conversations": [
        Row("GET", (401, 200, 200, 200, 200)),
        Row("POST", (401, 403, 202, 202, 403), {"question": "What next?"}),
        Row("POST", (401, 400, 400, 400, 400), {}),
    ],
    "api/assistant/conversations/<uuid:conversation_id>": [
        Row("GET", API_OWNER),
        Row("DELETE", (401, 404, 204, 404, 404)),
    ],
    "api/assistant/conversations/<uuid:conversation_id>/turns": [
        Row("POST", (401, 404, 409, 404, 404), {"question": "What next?"}),
        Row("POST", (401, 404, 400, 404, 404), {}),
    ],
    "api/assistant/conversations/<uuid:conversation_id>/export.json": [Row("GET", API_OWNER)],
    "api/assistant/conversations/<uuid:conversation_id>/export.md": [Row("GET", API_OWNER)],
    "api/assistant/turns/<uuid:turn_id>": [Row("GET", API_OWNER)],
    "api/assistant/turns/<uuid:turn_id>/stop": [Row("POST", (401, 404, 202, 404, 404))],
    "api/assistant/turns/<uuid:turn_id>/events": [Row("GET", API_OWNER)],
    "api/ai/v1/chat/completions": [
        Row("POST", (401, 403, 200, 200, 403), {"model": "auto", "messages": [{"role": "user", "content": "Rain"}]}),
        Row("POST", (401, 400, 400, 400, 400), {}),
    ],
    "api/ai/v1/models": [Row("GET", (401, 200, 200, 200, 200))],
    "api/usage/": [Row("GET", (401, 200, 200, 200, 200))],
    "api/schema/": [Row("GET", EVERYBODY)],
    "api/docs/": [Row("GET", EVERYBODY)],
}
METHODS = ("HEAD", "OPTIONS", "GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW")
CASES = [(route, row) for route, rows in ROWS.items() for row in rows]
UNSAFE = [(route, row) for route, row in CASES if row.method == "POST"]


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for part in resolver.url_patterns:
        route = prefix + str(part.pattern)
        if isinstance(part, URLPattern):
            yield route
        else:
            yield from routes(part, route)


ALL = list(routes(get_resolver()))
ADMIN = sorted({route for route in ALL if route.startswith("admin/")})
LISTS = [f"admin/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry]


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert ROWS.keys() == {route for route in ALL if not route.startswith("admin/")}
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
        "<str:token>": "none",
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
    profile = handles.take(alice, "alice")
    profile.bio = "Rain and tea."
    profile.feed_enabled = True
    profile.save()
    return {
        # Its token is the key to it, whoever has it; it stands before the other tokens.
        "calendar/<str:token>.ics": f"calendar/{feed.token(profile)}.ics",
        "<int:key_id>": str(key.pk),
        "<str:handle>": "alice",
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

    assert ask(client, "POST", address(route, arguments), row.data).status_code == 403


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
    public = route == "admin/login/"

    for name in ("visitor", "fan", "owner", "other"):
        for method in ("GET", "POST"):
            response = ask(clients[name], method, url)
            if public:
                assert response.status_code == 200
            else:
                assert response.status_code == 302
                assert response["Location"].startswith("/admin/")
                assert response["Location"] == "/admin/" or response["Location"].startswith(
                    "/admin/login/?next=/admin/"
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
