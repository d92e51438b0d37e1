"""Every address of the project, and what each kind of person gets there. A new address needs a row here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from django.utils import timezone

from tests.conftest import PASSWORD


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
            {"name": "Dora", "email": "dora@example.org", "password1": PASSWORD, "adult": "on", "terms": "on"},
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
        Row("GET", CREATORS),
        Row("POST", CREATORS_DO, {"name": "A"}),
        Row("POST", (302, 403, 422, 422, 403), {"name": ""}),
    ],
    "app/settings/page": [
        Row("GET", CREATORS),
        Row("POST", CREATORS_DO, {"handle": "somebody"}),
        # Alice has it.
        Row("POST", (302, 403, 302, 422, 403), {"handle": "alice"}),
    ],
    "app/settings/handle": [Row("GET", CREATORS)],
    "app/settings/notifications": [Row("GET", CREATORS), Row("POST", CREATORS_DO, {"mail_reminders": "on"})],
    "app/settings/plan": [Row("GET", CREATORS)],
    "app/settings/preferences": [
        Row("GET", CREATORS),
        Row("POST", CREATORS_DO, {"locale": "en", "time_zone": "UTC", "theme": "system"}),
        Row("POST", (302, 403, 422, 422, 403), {}),
    ],
    "@<str:handle>": [Row("GET", EVERYBODY), Row("POST", (405,) * 5)],
    "app/settings/keys": [Row("GET", CREATORS), Row("POST", CREATORS, {"name": "laptop"})],
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
    "app/variants/<uuid:variant_id>/again": [Row("POST", OWNER_DOES)],
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
    "app/posts/<uuid:content_id>/delete": [Row("POST", OWNER_DOES)],
    "app/posts/export.<str:form>": [Row("GET", CREATORS)],
    "app/posts/bulk": [Row("POST", CREATORS_DO, {"act": "delete"})],
    # A token is good for the session that got it: to everybody else there is nothing to take back.
    "app/posts/undo/<str:token>": [Row("POST", CREATORS_DO)],
    "app/tags": [Row("GET", CREATORS)],
    "app/tags/<uuid:tag_id>/rename": [Row("POST", OWNER_DOES, {"name": "Rain"})],
    "app/tags/<uuid:tag_id>/delete": [Row("POST", OWNER_DOES)],
    "app/templates": [Row("GET", CREATORS)],
    "app/templates/new": [
        Row("GET", CREATORS),
        Row("POST", CREATORS_DO, {"name": "Rain", "body": "Rain on the roof."}),
        Row("POST", (302, 403, 422, 422, 403), {}),
    ],
    "app/templates/<uuid:template_id>": [
        Row("GET", OWNER),
        Row("POST", OWNER_DOES, {"name": "Rain", "body": "Rain on the roof."}),
        Row("POST", (302, 403, 422, 404, 403), {}),
    ],
    "app/templates/<uuid:template_id>/delete": [Row("POST", OWNER_DOES)],
    "app/posts/<uuid:content_id>/schedule": [
        Row("GET", OWNER),
        Row("POST", OWNER_DOES, {"how": "at", "day": TOMORROW, "at": "09:00", "channels": ["instagram"]}),
        Row("POST", (302, 403, 422, 404, 403), {"how": "at"}),
    ],
    "app/calendar/undo/<str:token>": [Row("POST", CREATORS_DO)],
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
    "api/voices/": [Row("GET", (401, 200, 200, 200, 200))],
    "api/voices/<uuid:voice_id>": [Row("GET", API_OWNER)],
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
