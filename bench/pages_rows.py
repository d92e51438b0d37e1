"""One creator with a very full account: posts in every state, channels, tags, publications and media, by plain SQL."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts import handles
from accounts.models import Tier, User
from accounts.privacy import consents
from ai_routing.models import Run
from content import voices
from content.models import Slot, Tag

TAGS: Final = 40

# A post each half hour, for nearly six years. Words vary, so that the search has something to tell apart; every tenth
# post is a draft, and one in fifty is ahead.
POSTS: Final = """
INSERT INTO content (id, user_id, title, body, type, platform, language, origin, created_at, updated_at, planned_for,
                     state, run_id)
SELECT uuidv7(-(n * 30 || ' minutes')::interval), %(user)s, 'Post ' || n || ' ' || words[1 + n %% 8],
       'Rain on the window, tea on the sill, ' || words[1 + n %% 7] || ' and ' || words[1 + n %% 5] || '. Number ' || n,
       'post', 'x', 'en', 'human', now() - (n * 30 || ' minutes')::interval, now() - (n * 30 || ' minutes')::interval,
       now() - ((n - %(ahead)s) * 30 || ' minutes')::interval,
       CASE WHEN n %% 10 = 0 THEN 'draft' WHEN n < %(ahead)s THEN 'scheduled' ELSE 'published' END,
       CASE WHEN n <= 10 THEN %(run)s::uuid END
FROM generate_series(1, %(posts)s) n,
     (SELECT ARRAY['umbrella', 'garden', 'studio', 'sunset', 'mountain', 'coffee', 'ballet', 'harbour'] AS words) w
"""
# One post in ten says something else on X.
CHANNELS: Final = """
INSERT INTO content_channeltext (content_id, channel, customized, title, body)
SELECT id, channel, own, CASE WHEN own THEN title ELSE '' END, CASE WHEN own THEN 'On X: ' || body ELSE '' END
FROM content, unnest(ARRAY['x', 'threads', 'huntaze']) channel,
     LATERAL (SELECT channel = 'x' AND title LIKE 'Post %%3 %%' own) o
WHERE user_id = %(user)s
"""
PUBLICATIONS: Final = """
INSERT INTO content_publication (user_id, content_id, channel, state, due_at, from_queue, claim, attempt_at, attempts,
                                 error_code, published_at, title, body, url, created_at)
SELECT user_id, content_id, channel, state, planned_for, false, 0, planned_for, 0, '',
       CASE WHEN state = 'published' THEN planned_for END, '', CASE WHEN state = 'published' THEN c.body ELSE '' END, '',
       created_at
FROM content c JOIN content_channeltext t ON t.content_id = c.id
WHERE user_id = %(user)s AND state IN ('scheduled', 'published')
  -- Every post goes to X, and one in ten to the creator's own page.
  AND (channel = 'x' OR (channel = 'huntaze' AND c.title LIKE 'Post %%1 %%'))
"""
TAGGED: Final = """
INSERT INTO content_tags (content_id, tag_id)
SELECT c.id, t.id FROM (SELECT id, row_number() OVER (ORDER BY id) n FROM content WHERE user_id = %(user)s) c
JOIN (SELECT id, row_number() OVER (ORDER BY id) n FROM content_tag WHERE user_id = %(user)s) t
  ON t.n = 1 + c.n %% %(tags)s
"""
MEDIA: Final = """
INSERT INTO content_asset (id, user_id, name, kind, state, error_code, key, media_type, size, width, height, alt_text,
                           alt_origin, blurred, part_size, parts, claim, created_at, updated_at)
SELECT uuidv7(-(n || ' minutes')::interval), %(user)s, 'picture ' || n || '.jpg', 'image', 'ready', '',
       'bench/' || n, 'image/jpeg', 20000, 1600, 1200, 'Rain on a window, number ' || n, 'human', false, 0, 1, 0,
       now() - (n || ' minutes')::interval, now() - (n || ' minutes')::interval
FROM generate_series(1, %(media)s) n
"""
TAGGED_MEDIA: Final = """
INSERT INTO content_asset_tags (asset_id, tag_id)
SELECT a.id, t.id FROM (SELECT id, row_number() OVER (ORDER BY id) n FROM content_asset WHERE user_id = %(user)s) a
JOIN (SELECT id, row_number() OVER (ORDER BY id) n FROM content_tag WHERE user_id = %(user)s) t
  ON t.n = 1 + a.n %% %(tags)s
"""
BINNED: Final = """
UPDATE content SET deleted_at = now() WHERE user_id = %(user)s AND title LIKE 'Post %%99 %%';
UPDATE content_asset SET deleted_at = now() WHERE user_id = %(user)s AND name LIKE '%%99.jpg'
"""
RENDITIONS: Final = """
INSERT INTO content_rendition (asset_id, name, key, media_type, size, width, height)
SELECT id, shape, key || '/' || shape, 'image/webp', 9000, 400, 300
FROM content_asset, unnest(ARRAY['thumb', 'preview']) shape
WHERE user_id = %(user)s
"""


def fill(*, posts: int, media: int) -> tuple[User, str]:
    """Make the tables, the creator and all that it has, unless that is there; return the creator and its session."""
    call_command("migrate", verbosity=0)
    call_command("ensure_partitions", verbosity=0)
    # Each size has an account of its own, so none has to be emptied; raise the number when the rows change.
    email = f"bench-4-{posts}-{media}@huntaze.example"
    user = User.objects.filter(email=email).first()
    if user is None:
        with transaction.atomic():
            user = filled(email, posts=posts, media=media)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    # What an account rests on is asked for before any page.
    User.objects.filter(pk=user.pk).update(agreed=consents.PRESENT)
    client = Client()
    client.force_login(user)
    return user, f"sessionid={client.cookies['sessionid'].value}"


def filled(email: str, *, posts: int, media: int) -> User:
    user = User.objects.create_user(email, name="Bench", tier=Tier.SCALE)
    now = timezone.now()
    handles.take(user, f"bench4_{posts}_{media}")
    for number in range(TAGS):
        Tag.objects.create(user=user, name=f"tag {number}")
    for weekday in range(7):
        Slot.objects.create(user=user, weekday=weekday, at="18:00")
    voices.create(user, voices.Wording(name="Bench"), ["Rain on the window, tea on the sill."], now=now)
    runs = [
        Run.objects.create(
            user=user,
            workflow="campaign",
            title=f"Campaign {number}",
            brief={"goal": "Bench", "language": "en", "starts_on": now.date().isoformat()},
            budget_credits=80,
            status=Run.Status.DONE,
            created_at=now - timedelta(hours=number),
            finished_at=now,
        )
        for number in range(200)
    ]
    told: dict[str, str | int] = {
        "user": user.pk,
        "posts": posts,
        "ahead": posts // 50,
        "run": str(runs[-1].pk),
        "media": media,
        "tags": TAGS,
    }
    with connection.cursor() as cursor:
        # Filling takes longer than any page may.
        cursor.execute("SET LOCAL statement_timeout = 0")
        for statement in (POSTS, CHANNELS, PUBLICATIONS, TAGGED, MEDIA, TAGGED_MEDIA, RENDITIONS, BINNED):
            cursor.execute(statement, told)
    return user
