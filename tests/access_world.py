"""Everybody and everything that the tests of access ask for: people, what Alice has, and good and bad keys to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone

from accounts import api_keys, handles
from accounts.models import DataExport, Notification, Role, Session, Tier, User
from accounts.privacy import consents
from accounts.sessions import clients as api_clients
from accounts.sessions import cookies, rows, tokens
from ai_routing.assistant import asking
from ai_routing.models import Run
from content import brief, generation, voices
from content.models import Asset, Content, ContentVersion, Folder, Generation, PostTemplate, Publication, Tag, Variant
from content.planning import feed
from fans import books, keeping, notes
from fans.statements import files
from tests.conftest import PASSWORD, person

# Alice's, and none of them good: what they get follows from the rows.
BAD_KEYS: Final = ("expired token", "ended token", "ended browser session", "expired key", "key without scope")


@dataclass(frozen=True)
class World:
    """Everybody, what Alice has, and how each of them asks."""

    alice: User
    arguments: dict[str, str]
    logged_in: dict[str, Client]
    bad: dict[str, Client]


def make() -> World:
    alice = person("alice@example.org", name="Alice", tier=Tier.PRO)
    people = {
        "fan": person("charlie@example.org", name="Charlie", role=Role.FAN),
        "owner": alice,
        "other": person("bob@example.org", name="Bob"),
        "operator": User.objects.create_superuser("operator@example.org", PASSWORD, agreed=consents.PRESENT),
    }
    return World(alice, of_alice(alice), logged_in(people), bad_keys(alice))


def again(client: Client) -> Client:
    """Return a client like this one: answers change its cookies, and the next test wants them as they were."""
    other = Client()
    other.defaults = {**client.defaults}
    other.cookies.load({name: morsel.value for name, morsel in client.cookies.items()})
    return other


def of_alice(alice: User) -> dict[str, str]:
    now = timezone.now()
    return {
        **of_people(alice, now),
        **of_texts(alice, now),
        **of_things(alice, now),
        **of_fans(alice, now),
        "<str:form>": "csv",
        "<slug:workflow>": "performance-review",
        "<slug:shape>": "original",
        "<slug:tier>": "pro",
        "<slug:interval>": "year",
        "<slug:kind>": "refund",
        "<str:metric>": "earning.net",
        "<slug:group>": "paying",
        "<slug:table>": "trend",
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


def of_fans(alice: User, now: datetime) -> dict[str, str]:
    fan = keeping.add(alice, keeping.Told("Mia"), now=now)
    line = books.Line("tip", "fansly", "usd", 1_000, 200, now - timedelta(days=1), fan_id=UUID(str(fan.pk)))
    earning, _is_new = books.record(alice, line, now=now)
    return {
        "<uuid:fan_id>": str(fan.pk),
        "<uuid:note_id>": str(notes.propose(fan, "Likes rain", now=now).pk),
        "<uuid:earning_id>": str(earning.pk),
        "<uuid:statement_id>": str(files.keep(alice, "march.csv", b"Date,Amount\n2026-03-02,5\n", now=now).pk),
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


def logged_in(people: dict[str, User]) -> dict[str, Client]:
    found = {"visitor": Client()}
    for name, user in people.items():
        found[name] = Client()
        found[name].force_login(user)
    return found


def bad_keys(alice: User) -> dict[str, Client]:
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
    _key, secret = api_keys.create(alice, name="narrow", now=now)
    found["key without scope"] = Client(headers={"Authorization": f"Bearer {secret}"})
    return found
